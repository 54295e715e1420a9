import { withDeadline } from '../../gateway/forward.ts'
import type { CallerParams } from '../runner.ts'
import { MOVED } from './instance.ts'

/** Milliseconds a call may take. */
const CALL = 25_000
/** Milliseconds an attempt to connect may take: one that goes to a runner that died stays silent. */
const OPEN = 4_000
/** Milliseconds without an answer after which a sign of life is asked for, and given. */
const QUIET = 2_000
const PING = 4_000
/** Milliseconds between two attempts to connect. */
const PAUSE = 250

type Connection = {
  instance(): Promise<string>
  call(instance: string, name: string, args: unknown[]): Promise<unknown>
  onClose(handler: () => void): unknown
  dispose(): Promise<void>
}
type Getter = {
  getOrCreate(key: string[], options: { params: CallerParams }): { connect(): unknown }
}

/** An open connection to one instance of an actor. */
type Open = { connection: Connection; instance: string; gone: Promise<never>; end(): void }

/**
 * One connection to one actor, wherever it is; when it breaks off or falls silent, calls under way
 * fail and the next one connects again. rivetkit's own reconnection would send again what may have
 * been done, and pauses up to 30 s.
 */
export class Line {
  readonly #connect: () => Connection
  #open: Promise<Open> | null = null
  #oldest: Map<object, number> = new Map()
  #watch: NodeJS.Timeout | null = null

  constructor(getter: Getter, key: string[], secret: string) {
    this.#connect = () =>
      getter.getOrCreate(key, { params: { secret } }).connect() as unknown as Connection
  }

  async call(name: string, args: unknown[]): Promise<unknown> {
    const deadline = Date.now() + CALL
    const open = await this.#ready(deadline)
    const id = {}
    this.#oldest.set(id, Date.now())
    this.#watch ??= setInterval(() => void this.#check(), QUIET).unref()
    try {
      const call = open.connection.call(open.instance, name, args)
      call.catch(() => {})
      return await withDeadline(Promise.race([call, open.gone]), deadline - Date.now())
    } catch (err) {
      if ((err as { code?: unknown }).code !== MOVED) throw err
      open.end()
      throw new Error('The actor has moved', { cause: err })
    } finally {
      this.#oldest.delete(id)
      if (this.#oldest.size === 0 && this.#watch) {
        clearInterval(this.#watch)
        this.#watch = null
      }
    }
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
    const connection = this.#connect()
    const { promise: gone, reject } = Promise.withResolvers<never>()
    gone.catch(() => {})
    const end = () => {
      reject(new Error('The connection to the actor broke off'))
      if (this.#open === opening) this.#open = null
      void connection.dispose().catch(() => {})
    }
    const opening = withDeadline(Promise.race([connection.instance(), gone]), OPEN).then(
      (instance) => {
        connection.onClose(end)
        return { connection, instance, gone, end }
      },
      (err) => {
        end()
        throw err
      },
    )
    opening.catch(() => {})
    return opening
  }

  /** Asks for a sign of life while a call takes long. */
  async #check(): Promise<void> {
    const open = await this.#open?.catch(() => null)
    const oldest = Math.min(...this.#oldest.values())
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
