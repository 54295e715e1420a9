import { UserError } from 'rivetkit/errors'
import { withDeadline } from '../../../base/deadline.ts'
import type { CallerParams } from '../../runner.ts'
import { type Attempt, hedged } from './hedged.ts'
import { ANSWERED, type Outcome } from './instance.ts'

/** Milliseconds a call may take. */
const CALL = 25_000
/** Milliseconds after which another attempt to connect begins: one to a runner that died stays silent. */
const AGAIN = 1_500
/** Milliseconds that attempts to connect may take, all together. */
const OPEN = 4_500
/** Milliseconds without an answer after which a sign of life is asked for, and given. */
const QUIET = 1_500
const PING = 3_000
/** Milliseconds of rest after those. */
const PAUSE = 250

type Connection = {
  instance(): Promise<string>
  call(instance: string, id: number, name: string, args: unknown[]): Promise<void>
  on(event: string, listener: (id: number, outcome: Outcome) => void): unknown
  onClose(handler: () => void): unknown
  dispose(): Promise<void>
}
type Getter = {
  getOrCreate(key: string[], options: { params: CallerParams }): { connect(): unknown }
}

/** An open connection to one instance of an actor. */
type Open = { connection: Connection; instance: string; end(): void }

/** A call under way: since when, and who waits for it. */
type Call = { since: number; answer: PromiseWithResolvers<Outcome> }

/**
 * One connection to one actor, wherever it is; when it breaks off or falls silent, calls under way
 * fail and the next one connects again. rivetkit's own reconnection would send again what may have
 * been done, and pauses up to 30 s.
 */
export class Line {
  readonly #connect: () => Connection
  #open: Promise<Open> | null = null
  readonly #calls = new Map<number, Call>()
  #lastId = 0
  #watch: NodeJS.Timeout | null = null

  constructor(getter: Getter, key: string[], secret: string) {
    this.#connect = () =>
      getter.getOrCreate(key, { params: { secret } }).connect() as unknown as Connection
  }

  async call(name: string, args: unknown[]): Promise<unknown> {
    const deadline = Date.now() + CALL
    const open = await this.#ready(deadline)
    const id = ++this.#lastId
    const answer = Promise.withResolvers<Outcome>()
    this.#calls.set(id, { since: Date.now(), answer })
    this.#watch ??= setInterval(() => void this.#check(), QUIET).unref()
    try {
      open.connection.call(open.instance, id, name, args).catch(answer.reject)
      const outcome = await withDeadline(answer.promise, deadline - Date.now())
      if ('value' in outcome) return outcome.value
      if ('refusal' in outcome) {
        const { code, message, metadata } = outcome.refusal
        throw new UserError(message, { code, metadata })
      }
      if (outcome.fault === 'moved') open.end()
      throw new Error(`The call of ${name} ${outcome.fault}`)
    } finally {
      this.#calls.delete(id)
      if (this.#calls.size === 0) this.#rest()
    }
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    const open = await this.#open?.catch(() => null)
    open?.end()
  }

  #rest(): void {
    if (this.#watch) clearInterval(this.#watch)
    this.#watch = null
  }

  async #ready(deadline: number): Promise<Open> {
    for (;;) {
      this.#open ??= this.#openAnew()
      try {
        return await this.#open
      } catch (err) {
        if (Date.now() + PAUSE >= deadline) throw err
        await new Promise((resolve) => setTimeout(resolve, PAUSE))
      }
    }
  }

  #openAnew(): Promise<Open> {
    const since = Date.now()
    const opening: Promise<Open> = hedged(() => this.#attempt(), AGAIN, OPEN).then(
      ({ connection, instance }) => {
        let ended = false
        const end = () => {
          if (ended) return
          ended = true
          if (this.#open === opening) this.#open = null
          for (const call of this.#calls.values()) {
            if (call.since >= since) call.answer.reject(new Error('The connection broke off'))
          }
          void connection.dispose().catch(() => {})
        }
        connection.onClose(end)
        return { connection, instance, end }
      },
    )
    opening.catch(() => {
      if (this.#open === opening) this.#open = null
    })
    return opening
  }

  #attempt(): Attempt<{ connection: Connection; instance: string }> {
    const connection = this.#connect()
    connection.on(ANSWERED, (id, outcome) => this.#calls.get(id)?.answer.resolve(outcome))
    return {
      result: connection.instance().then((instance) => ({ connection, instance })),
      giveUp: () => void connection.dispose().catch(() => {}),
    }
  }

  /** Asks for a sign of life while a call takes long. */
  async #check(): Promise<void> {
    const open = await this.#open?.catch(() => null)
    const oldest = Math.min(...[...this.#calls.values()].map(({ since }) => since))
    if (!open || Date.now() - oldest < QUIET) return
    try {
      const instance = await withDeadline(open.connection.instance(), PING)
      if (instance !== open.instance) open.end()
    } catch {
      open.end()
    }
  }
}

/** The actions of an actor, called over a line. */
export function overLine(line: Line): object {
  return new Proxy(
    {},
    {
      get: (_, name) =>
        typeof name === 'string' && name !== 'then'
          ? (...args: unknown[]) => line.call(name, args)
          : undefined,
    },
  )
}
