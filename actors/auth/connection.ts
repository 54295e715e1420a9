import { setTimeout } from 'node:timers/promises'
import { UnavailableError } from '../../errors.ts'
import type { AuthActor } from '../../gateway/forward.ts'
import { RECONNECT } from '../../lifetimes.ts'
import type { Answer, RequestEnvelope } from './envelope.ts'

const POLL = 50

/** What is used of a rivetkit connection. */
export type RivetConnection = AuthActor & {
  readonly connStatus: 'idle' | 'connecting' | 'connected' | 'disconnected'
  dispose(): Promise<void>
}

/**
 * The auth actor of a runner elsewhere. While it is not connected, calls fail at once: rivetkit
 * would keep them and make them later, when nobody waits for the answer any more.
 */
export class AuthConnection implements AuthActor {
  readonly #connect: () => RivetConnection
  #connection: RivetConnection

  constructor(connect: () => RivetConnection) {
    this.#connect = connect
    this.#connection = connect()
    // rivetkit waits up to half a minute between two attempts, ever longer.
    setInterval(() => this.#renew(), RECONNECT).unref()
  }

  async answer(envelope: RequestEnvelope): Promise<Answer> {
    return this.#connected().answer(envelope)
  }

  async ready(): Promise<boolean> {
    return this.#connected().ready()
  }

  /** Waits for the first connection. */
  async opened(): Promise<this> {
    while (this.#connection.connStatus !== 'connected') await setTimeout(POLL)
    return this
  }

  #connected(): RivetConnection {
    if (this.#connection.connStatus !== 'connected') throw new UnavailableError('The runner')
    return this.#connection
  }

  #renew(): void {
    if (this.#connection.connStatus === 'connected') return
    this.#connection.dispose().catch(() => {})
    this.#connection = this.#connect()
  }
}
