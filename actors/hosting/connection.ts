import { UnavailableError } from '../../base/errors.ts'
import { RECONNECT } from '../../base/lifetimes.ts'
import type { Answer, RequestEnvelope } from '../../http/envelope.ts'
import { ANSWERED, FAILED } from './ask.ts'
import type { OneAuthActor } from './round_robin.ts'

/** What is used of a rivetkit connection. */
export type RivetConnection = {
  readonly connStatus: 'idle' | 'connecting' | 'connected' | 'disconnected'
  ask(id: number, envelope: RequestEnvelope): Promise<void>
  ready(): Promise<boolean>
  authActors(): Promise<number>
  on(event: string, listener: (id: number, answer: Answer) => void): unknown
  onClose(listener: () => void): unknown
  dispose(): Promise<void>
}

/**
 * The auth actor of a runner elsewhere. While it is not connected, calls fail at once: rivetkit
 * would keep them and make them later, when nobody waits for the answer any more.
 */
export class AuthConnection implements OneAuthActor {
  readonly #connect: () => RivetConnection
  #connection: RivetConnection
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()
  #lastId = 0

  constructor(connect: () => RivetConnection) {
    this.#connect = () => this.#listen(connect())
    this.#connection = this.#connect()
    // rivetkit waits up to half a minute between two attempts, ever longer.
    setInterval(() => this.#renew(), RECONNECT).unref()
  }

  async answer(envelope: RequestEnvelope): Promise<Answer> {
    const connection = this.#connected()
    const id = ++this.#lastId
    const answer = Promise.withResolvers<Answer>()
    this.#waiting.set(id, answer)
    connection.ask(id, envelope).catch(answer.reject)
    return answer.promise.finally(() => this.#waiting.delete(id))
  }

  async ready(): Promise<boolean> {
    return this.#connected().ready()
  }

  async authActors(): Promise<number> {
    return this.#connected().authActors()
  }

  #listen(connection: RivetConnection): RivetConnection {
    connection.on(ANSWERED, (id, answer) => this.#waiting.get(id)?.resolve(answer))
    connection.on(FAILED, (id) => this.#waiting.get(id)?.reject(new Error('The auth actor failed')))
    connection.onClose(() => {
      for (const { reject } of this.#waiting.values()) reject(new UnavailableError('The runner'))
    })
    return connection
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
