import { type Move, MovedError } from '../../base/files/move.ts'
import { MOVE_DRAIN } from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import type { Log } from '../../base/watching/log.ts'
import {
  assertExpected,
  type Expected,
  forgetMove,
  readMove,
} from '../../database/replication/copy_mark.ts'
import type { Kv } from '../../database/replication/kv.ts'
import type { Whose } from './engine/kept_actions.ts'

/** How an actor begins to serve its data, and ends that. */
export type Serving<H> = {
  /** @throws {MovedError} */
  start(): Promise<H>
  /** Nothing is written by what it held once this is done. */
  stop(held: H): Promise<void>
  keepHead(held: H, did: Whose): Promise<void>
  /** Where its data are on their way elsewhere: marks them, so that no other instance serves them. */
  mark(move: Move): Promise<void>
  keepHeadOf(did: Whose): Promise<void>
  /** Has another instance take its place. */
  wakeAnew(): void
}

/**
 * What an actor holds of its data while it serves them. Where those are on their way elsewhere it holds nothing,
 * refuses each call, and yet is there: for its storage is read through it, and marked.
 */
export class ServedData<H> {
  readonly #serving: Serving<H>
  readonly #log: Log
  #held: H | null = null
  #move: Move | null = null
  #active = 0
  #idle: PromiseWithResolvers<void> | null = null
  #turn: Promise<unknown> = Promise.resolve()
  #hasEnded = false

  private constructor(serving: Serving<H>, log: Log) {
    this.#serving = serving
    this.#log = log
  }

  /** Of an actor that wakes. */
  static async begin<H>(serving: Serving<H>, log: Log): Promise<ServedData<H>> {
    const served = new ServedData(serving, log)
    await served.#start().catch((err) => {
      if (!(err instanceof MovedError)) throw err
      served.#move = err.move
      log.warn({ reason: err.message }, 'an actor serves nothing')
    })
    return served
  }

  /** @throws {MovedError} where it serves nothing */
  async use<T>(work: (held: H) => T): Promise<Awaited<T>> {
    if (this.#move) throw new MovedError(this.#move)
    if (!this.#held) throw new Error('The actor ends')
    this.#active++
    try {
      return await work(this.#held)
    } finally {
      if (--this.#active === 0) this.#idle?.resolve()
    }
  }

  keepHead(did: Whose): Promise<void> {
    const { keepHead, keepHeadOf } = this.#serving
    return this.#move ? keepHeadOf(did) : this.use((held) => keepHead(held, did))
  }

  /**
   * Marks the data as on their way elsewhere, after everything that was begun is answered or given up, or serves
   * them again.
   *
   * @param next null where they are served again
   * @throws {Refusal} InvalidRequest where another mark was found than was expected: somebody else moves them
   */
  change(kv: Kv, next: Move | null, expected: Expected): Promise<void> {
    const work = async () => {
      assertExpected(await readMove(kv), next, expected)
      // Where that fails, the next instance does as is marked.
      await (next ? this.#halt(next) : this.#resume(kv)).catch((err) => {
        this.#serving.wakeAnew()
        throw err
      })
    }
    const turn = this.#turn.catch(() => {}).then(work)
    this.#turn = turn
    return turn
  }

  async end(): Promise<void> {
    this.#hasEnded = true
    await this.#stop()
  }

  async #start(): Promise<void> {
    const held = await this.#serving.start()
    // The actor may have ended meanwhile, and nothing else would stop what it holds.
    if (this.#hasEnded) {
      await this.#serving.stop(held)
      throw new Error('The actor ends')
    }
    this.#held = held
    this.#move = null
  }

  async #stop(): Promise<void> {
    const held = this.#held
    this.#held = null
    if (held) await this.#serving.stop(held)
  }

  async #halt(move: Move): Promise<void> {
    this.#move = move
    await this.#drained()
    await this.#stop()
    await this.#serving.mark(move)
    this.#log.warn({ reason: new MovedError(move).message }, 'an actor serves nothing')
  }

  async #resume(kv: Kv): Promise<void> {
    await forgetMove(kv)
    if (!this.#held) await this.#start()
  }

  async #drained(): Promise<void> {
    if (this.#active === 0) return
    this.#idle = Promise.withResolvers()
    await withDeadline(this.#idle.promise, MOVE_DRAIN).catch(() => {})
    this.#idle = null
  }
}
