import type { RivetConnection } from '../../actors/hosting/call.ts'
import type { callable } from '../../actors/hosting/callable.ts'
import type { ConnectionGetter } from '../../actors/hosting/connection.ts'

type Callable = ReturnType<typeof callable>

/** The way to an actor of this process, on which messages may lie for as long as a test likes. */
export class Line {
  readonly #actor: Callable
  readonly #vars = {}
  #held: (() => void)[] | null = null
  #closed: (() => void)[] = []
  /** Until when each call may be begun, on the clock of the actor, which is ours. */
  readonly calls: number[] = []
  /** How many signs of life were asked for. */
  looks = 0
  /** How many connections were given up. */
  givenUp = 0
  /** How many calls the actor has done, or has refused to do. */
  results = 0

  constructor(actor: Callable) {
    this.#actor = actor
  }

  /** Nothing passes from now on, in either direction. */
  cut(): void {
    this.#held = []
  }

  /** What lies on the way arrives, in its order. */
  mend(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const message of held) message()
  }

  /** Every connection breaks, and both sides know. */
  break(): void {
    for (const closed of this.#closed.splice(0)) closed()
  }

  readonly getter: ConnectionGetter = { getOrCreate: () => ({ connect: () => this.#connect() }) }

  #pass(message: () => void): void {
    if (this.#held) this.#held.push(message)
    else message()
  }

  #connect(): RivetConnection {
    let onResult: Parameters<RivetConnection['on']>[1] = () => {}
    const conn = {
      send: (_event: string, ...result: unknown[]) => {
        this.results++
        this.#pass(() => onResult(...(result as Parameters<typeof onResult>)))
      },
    }
    const c = { vars: this.#vars, conn }
    return {
      instance: (waiting) => {
        this.looks++
        const { promise, resolve } =
          Promise.withResolvers<ReturnType<Callable['actions']['instance']>>()
        this.#pass(() => {
          const said = this.#actor.actions.instance(c, waiting)
          this.#pass(() => resolve(said))
        })
        return promise
      },
      call: async (...call) => {
        this.calls.push(call[4])
        this.#pass(() => this.#actor.actions.call(c, ...call))
      },
      on: (_event, listener) => {
        onResult = listener
      },
      onClose: (listener) => {
        this.#closed.push(() => {
          this.#actor.onDisconnect(c, conn)
          listener()
        })
      },
      dispose: async () => {
        this.givenUp++
      },
    }
  }
}
