import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from 'rivetkit/errors'
import { withDeadline } from '../../base/deadline.ts'
import { UnavailableError } from '../../base/errors.ts'
import { every } from '../../base/every.ts'
import * as lifetimes from '../../base/lifetimes.ts'
import type { Log } from '../../base/log.ts'
import { currentTraceparent } from '../../base/tracing.ts'
import type { CallerParams } from '../runner.ts'
import { type CallResult, RESULT, type RivetConnection } from './call.ts'
import { type Attempt, hedged } from './hedged.ts'
import { stubOf } from './stub.ts'
import { tracedCall } from './traced_call.ts'

/** Where the actor is. */
export type Place =
  /**
   * Behind the loopback port of a runner. While that is away, calls fail at once, so that the gateway
   * can say so, and the connection is opened anew as soon as it is back.
   */
  | 'port'
  /**
   * On an engine, which moves it when its runner dies: calls wait until it is somewhere again. A
   * machine that died says nothing, so a connection that is silent is asked for a sign of life.
   */
  | 'engine'

/** A rivetkit client, as far as it is used here. */
export type ConnectionGetter = {
  getOrCreate(key: string[], options: { params: CallerParams }): { connect(): unknown }
}

/** A connection that is open to one instance of the actor. */
type Open = { connection: RivetConnection; instance: string; end(): void }

/** A call under way: over which connection, since when, and who waits for it. */
type Call = { open: Open; since: number; result: PromiseWithResolvers<CallResult> }

/**
 * The one connection of this process to one actor. When it breaks, the calls that are waiting fail,
 * and a new connection is opened. rivetkit's own reconnection is not used, because it would send a
 * call again that may have been done, keeps calls whose callers have given up, and pauses up to 30 s.
 */
export class ActorConnection {
  readonly #connect: () => RivetConnection
  readonly #actor: string
  readonly #place: Place
  readonly #log: Log
  #open: Open | null = null
  #opening: Promise<Open> | null = null
  readonly #calls = new Map<number, Call>()
  #lastId = 0
  #endChecks: (() => void) | null = null
  readonly #endReconnecting: () => void

  constructor(
    getter: ConnectionGetter,
    key: string[],
    { actor, secret, place, log }: { actor: string; secret: string; place: Place; log: Log },
  ) {
    this.#actor = actor
    this.#connect = () =>
      getter.getOrCreate(key, { params: { secret } }).connect() as unknown as RivetConnection
    this.#place = place
    this.#log = log
    const reconnect = async () => void (this.#open ?? (await this.#openAnew()))
    this.#endReconnecting =
      place === 'port'
        ? every(lifetimes.RECONNECT, 'connecting to the runner', reconnect, log)
        : () => {}
  }

  /**
   * @throws {UserError} what the action refuses
   * @throws {Error} when it is unknown what came of the call
   */
  call(name: string, args: unknown[]): Promise<unknown> {
    const called = { actor: this.#actor, action: name, args }
    return tracedCall('client', called, () => this.#call(name, args))
  }

  async #call(name: string, args: unknown[]): Promise<unknown> {
    const deadline = Date.now() + lifetimes.CALL
    const open = this.#open ?? (await this.#awaitOpen(deadline))
    const id = ++this.#lastId
    const result = Promise.withResolvers<CallResult>()
    this.#calls.set(id, { open, since: Date.now(), result })
    if (this.#place === 'engine') this.#beginChecks()
    try {
      open.connection.call(open.instance, id, name, args, currentTraceparent()).catch(result.reject)
      const came = await withDeadline(result.promise, deadline - Date.now())
      if ('value' in came) return came.value
      if ('refusal' in came) {
        const { code, message, metadata } = came.refusal
        throw new UserError(message, { code, metadata })
      }
      if (came.fault === 'moved') open.end()
      throw new Error(`The call of ${name} ${came.fault}`)
    } finally {
      this.#calls.delete(id)
      if (this.#calls.size === 0) this.#stopChecks()
    }
  }

  /** The actor, called over this connection. */
  get stub(): object {
    return stubOf((name, args) => this.call(name, args))
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    this.#endReconnecting()
    await this.#opening?.catch(() => null)
    this.#open?.end()
  }

  async #awaitOpen(deadline: number): Promise<Open> {
    if (this.#place === 'port') throw new UnavailableError('The runner')
    for (;;) {
      try {
        return this.#open ?? (await this.#openAnew())
      } catch (err) {
        if (Date.now() + lifetimes.CONNECT_PAUSE >= deadline) throw err
        await wait(lifetimes.CONNECT_PAUSE)
      }
    }
  }

  #openAnew(): Promise<Open> {
    const pause = this.#place === 'engine' ? lifetimes.CONNECT_AGAIN : lifetimes.CONNECT
    this.#opening ??= hedged(() => this.#attempt(), pause, lifetimes.CONNECT)
      .then((opened) => {
        let hasEnded = false
        const end = () => {
          if (hasEnded) return
          hasEnded = true
          if (this.#open === open) this.#open = null
          for (const call of this.#calls.values()) {
            if (call.open === open) call.result.reject(new Error('The connection broke off'))
          }
          void opened.connection.dispose().catch(() => {})
        }
        const open: Open = { ...opened, end }
        opened.connection.onClose(end)
        this.#open = open
        return open
      })
      .finally(() => {
        this.#opening = null
      })
    return this.#opening
  }

  #attempt(): Attempt<Pick<Open, 'connection' | 'instance'>> {
    const connection = this.#connect()
    connection.on(RESULT, (id, result) => this.#calls.get(id)?.result.resolve(result))
    return {
      result: connection.instance().then((instance) => ({ connection, instance })),
      giveUp: () => void connection.dispose().catch(() => {}),
    }
  }

  #beginChecks(): void {
    const check = () => this.#check()
    this.#endChecks ??= every(lifetimes.QUIET, 'asking for a sign of life', check, this.#log)
  }

  #stopChecks(): void {
    this.#endChecks?.()
    this.#endChecks = null
  }

  /** Asks for a sign of life while a call takes long. */
  async #check(): Promise<void> {
    const open = this.#open
    const oldest = Math.min(...[...this.#calls.values()].map(({ since }) => since))
    if (!open || Date.now() - oldest < lifetimes.QUIET) return
    try {
      const instance = await withDeadline(open.connection.instance(), lifetimes.SIGN_OF_LIFE)
      if (instance !== open.instance) open.end()
    } catch {
      open.end()
    }
  }
}
