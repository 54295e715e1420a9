import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from 'rivetkit/errors'
import { DamagedAccountError, UnavailableError } from '../../base/errors.ts'
import { MovedError } from '../../base/files/move.ts'
import * as lifetimes from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import { currentCaller, TooLateError } from '../../base/time/in_time.ts'
import type { Log } from '../../base/watching/log.ts'
import { currentTraceparent } from '../../base/watching/tracing.ts'
import { every } from '../../base/work/every.ts'
import { addressOfClient } from '../../http/requester.ts'
import type { CallerParams } from '../runner.ts'
import { type CallResult, RESULT, type RivetConnection } from './call.ts'
import { CallsUnderWay } from './calls_under_way.ts'
import { ownVersion } from './code_version.ts'
import { type Attempt, hedged } from './hedged.ts'
import { SeenClock } from './seen_clock.ts'
import { stubOf } from './stub.ts'
import { tracedCall } from './traced_call.ts'

/** Where the actor is. */
export type ActorPlace =
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

/** How long a call waits for a connection: as long as its caller, or no longer than until the actor is away. */
type Waiting = { isUnlessAway?: true }

/** A connection that is open to one instance of the actor. */
type Open = {
  connection: RivetConnection
  instance: string
  clock: SeenClock
  /** The look at a clock that was seen too long ago. */
  looking: Promise<void> | null
  end(): void
}

/**
 * The one connection of this process to one actor. When it breaks, the calls that are waiting fail,
 * and a new connection is opened. rivetkit's own reconnection is not used, because it would send a
 * call again that may have been done, keeps calls whose callers have given up, and pauses up to 30 s.
 *
 * A call is not sent once its caller may have been told that it failed, and has a time by which its actor has
 * to begin it. The caller of one that got lost is told after that time: when it asks again, the first call
 * cannot come any more.
 */
export class ActorConnection {
  readonly #connect: () => RivetConnection
  readonly #actor: string
  readonly #place: ActorPlace
  readonly #log: Log
  /** Seen at the start of a program, also where nothing answers yet: its files may be replaced while it runs. */
  readonly #version = ownVersion()
  #open: Open | null = null
  #opening: Promise<Open> | null = null
  /** Since when it was tried in vain to reach it, and when that was last tried; null while it can be reached. */
  #lost: { since: number; tried: number } | null = null
  /** Whether it was found to run other code, and that was said. */
  #isOther = false
  readonly #calls = new CallsUnderWay<Open>()
  #endChecks: (() => void) | null = null
  readonly #endReconnecting: () => void

  constructor(
    getter: ConnectionGetter,
    key: string[],
    { actor, secret, place, log }: { actor: string; secret: string; place: ActorPlace; log: Log },
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
   * @throws {MovedError} when the actor serves nothing any more
   * @throws {TooLateError} when it was not sent, as its caller does not wait any more
   * @throws {Error} when it is unknown what came of the call
   */
  call(name: string, args: unknown[]): Promise<unknown> {
    return this.#traced(name, args, {})
  }

  #traced(name: string, args: unknown[], waiting: Waiting): Promise<unknown> {
    const called = { actor: this.#actor, action: name, args }
    return tracedCall('client', called, () => this.#call(name, args, waiting))
  }

  async #call(name: string, args: unknown[], waiting: Waiting): Promise<unknown> {
    const caller = currentCaller()
    const deadline = performance.now() + lifetimes.CALL
    const until = () => Math.min(caller?.until ?? deadline, deadline)
    const open = this.#usable ?? (await this.#awaitUsable(until, waiting))
    const came = await this.#send(open, name, args, until, deadline)
    if ('value' in came) return came.value
    if ('unserved' in came) throw new MovedError(came.unserved)
    if ('fault' in came) {
      const fault = new Error(`The call of ${name}: ${came.fault}`)
      throw came.fault === 'damaged' ? new DamagedAccountError({ cause: fault }) : fault
    }
    const { code, message, metadata } = came.refusal
    throw new UserError(message, { code, metadata })
  }

  /** @throws {Error} when it is unknown what came of it, and not before it cannot be begun any more */
  async #send(
    open: Open,
    name: string,
    args: unknown[],
    until: () => number,
    deadline: number,
  ): Promise<Exclude<CallResult, { fault: 'moved' | 'late' }>> {
    const since = performance.now()
    if (since >= until()) throw new TooLateError()
    const result = Promise.withResolvers<CallResult>()
    const begins = this.#place === 'engine' ? lifetimes.CALL_BEGINS : lifetimes.CALL
    const mayBeginUntil = Math.min(until(), since + begins)
    const call = { over: open, since, until, mayBeginUntil, result }
    const id = this.#calls.add(call)
    if (this.#place === 'engine') this.#beginChecks()
    let lost: unknown
    try {
      const beginsUntil = open.clock.at(mayBeginUntil)
      open.connection
        .call(open.instance, id, name, args, beginsUntil, currentTraceparent(), addressOfClient())
        .catch(result.reject)
      const came = await withDeadline(result.promise, deadline - since)
      if (!('fault' in came) || came.fault === 'failed' || came.fault === 'damaged') return came
      if (came.fault === 'moved') open.end()
      // Perhaps for a clock that was seen wrongly.
      else open.clock.doubt()
      lost = new Error(`The call of ${name}: ${came.fault}`)
    } catch (err) {
      lost = err
    } finally {
      this.#calls.remove(id)
      if (this.#calls.count === 0) this.#stopChecks()
    }
    // Also where one instance says that it did not begin it, another one may be about to. Behind the port the
    // runner saw as soon as this process that the connection ended.
    if (this.#place === 'engine') await untilAfter(call.mayBeginUntil)
    throw lost
  }

  /**
   * Whether it cannot be reached, for longer than an actor that moves in order. Who can ask another one need not
   * wait for this one; where nobody tries to connect any more it is to be asked again.
   */
  get isAway(): boolean {
    if (!this.#lost) return false
    const now = performance.now()
    const isTried = this.#opening !== null || now - this.#lost.tried < lifetimes.AWAY
    return isTried && now - this.#lost.since > lifetimes.AWAY
  }

  /** The actor, called over this connection. */
  get stub(): object {
    return stubOf((name, args) => this.call(name, args))
  }

  /**
   * The same for who can do without it: what waits for a connection fails as soon as the actor is away, and was not
   * sent then.
   */
  get stubUnlessAway(): object {
    return stubOf((name, args) => this.#traced(name, args, { isUnlessAway: true }))
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    this.#endReconnecting()
    await this.#opening?.catch(() => null)
    this.#open?.end()
  }

  /** The open connection, where the clock of its instance was seen not long ago. */
  get #usable(): Open | null {
    const open = this.#open
    return open?.clock.isRecent ? open : null
  }

  async #awaitUsable(until: () => number, { isUnlessAway }: Waiting): Promise<Open> {
    for (;;) {
      const open = this.#usable
      if (open) return open
      try {
        if (this.#open) await this.#lookAtClock(this.#open)
        else if (this.#place === 'port') throw new UnavailableError('The runner')
        else if (isUnlessAway) await this.#openUnlessAway()
        else await this.#openAnew()
      } catch (err) {
        if (this.#place === 'port' || (isUnlessAway && this.isAway)) throw err
        if (performance.now() + lifetimes.CONNECT_PAUSE >= until()) throw err
        await wait(lifetimes.CONNECT_PAUSE)
      }
    }
  }

  #openAnew(): Promise<Open> {
    this.#noteLost()
    const pause = this.#place === 'engine' ? lifetimes.CONNECT_AGAIN : lifetimes.CONNECT
    this.#opening ??= hedged(() => this.#attempt(), pause, lifetimes.CONNECT)
      .then((opened) => {
        let hasEnded = false
        const end = () => {
          if (hasEnded) return
          hasEnded = true
          if (this.#open === open) this.#open = null
          this.#calls.lose(open)
          void opened.connection.dispose().catch(() => {})
        }
        const open: Open = { ...opened, looking: null, end }
        opened.connection.onClose(end)
        this.#open = open
        this.#lost = null
        this.#isOther = false
        return open
      })
      .catch((err) => {
        this.#noteLost()
        throw err
      })
      .finally(() => {
        this.#opening = null
      })
    return this.#opening
  }

  /** @throws {Error} where it is not open before it is away; it is tried on for others then */
  #openUnlessAway(): Promise<Open> {
    const opening = this.#openAnew()
    const since = this.#lost?.since ?? performance.now()
    return withDeadline(opening, Math.max(0, since + lifetimes.AWAY + 1 - performance.now()))
  }

  #noteLost(): void {
    const now = performance.now()
    this.#lost = { since: this.#lost?.since ?? now, tried: now }
  }

  #attempt(): Attempt<Pick<Open, 'connection' | 'instance' | 'clock'>> {
    const connection = this.#connect()
    connection.on(RESULT, (id, result) => this.#calls.settle(id, result))
    return {
      result: connection.instance([]).then(({ id, now, version }) => {
        this.#assertSame(version)
        return { connection, instance: id, clock: new SeenClock(now) }
      }),
      giveUp: () => void connection.dispose().catch(() => {}),
    }
  }

  /** @throws {Error} where the actor runs other code than this process */
  #assertSame(version: string): void {
    if (version === this.#version) return
    const message =
      'an actor runs another version of this program and is not asked: restart every gateway and runner with the same'
    if (!this.#isOther) this.#log.error({ actor: this.#actor }, message)
    this.#isOther = true
    throw new Error(message)
  }

  #beginChecks(): void {
    const check = async () => {
      const isLong = performance.now() - this.#calls.oldest > lifetimes.QUIET / 2
      if (this.#open && isLong) await this.#hear(this.#open)
    }
    this.#endChecks ??= every(lifetimes.QUIET, 'asking for a sign of life', check, this.#log)
  }

  #stopChecks(): void {
    this.#endChecks?.()
    this.#endChecks = null
  }

  #lookAtClock(open: Open): Promise<void> {
    open.looking ??= this.#hear(open).finally(() => {
      open.looking = null
    })
    return open.looking
  }

  /** Asks for a sign of life, and says which calls may be begun still. A silent connection is given up. */
  async #hear(open: Open): Promise<void> {
    const ms = this.#place === 'engine' ? lifetimes.SIGN_OF_LIFE : lifetimes.CALL
    try {
      const { id, now } = await withDeadline(open.connection.instance(this.#calls.extend(open)), ms)
      if (id === open.instance) open.clock.see(now)
      else open.end()
    } catch {
      open.end()
    }
  }
}

async function untilAfter(time: number): Promise<void> {
  for (;;) {
    const left = time - performance.now()
    if (left <= 0) return
    await wait(left)
  }
}
