import { SHARDS } from '../../actors/hosting/engine/shards.ts'
import type { Move } from '../../base/files/move.ts'
import { inLanes } from '../../base/work/lanes.ts'
import type { Spread } from '../../database/flow/spread.ts'
import { readMove } from '../../database/replication/copy_mark.ts'
import { actorOf } from '../databases/database_name.ts'
import { FIRST, numbered } from './on_engine.ts'
import { type ActorAt, keptOf, type SourceActors } from './source_actors.ts'

/** Actors that are marked at once. */
const AT_ONCE = 8

/** The marks of a move at the actors of an engine. That of the first auth actor decides between two commands. */
export class EngineMarks {
  readonly #actors: () => SourceActors
  readonly #spread: () => Promise<Spread>
  /** What is marked at the first auth actor as far as this process knows: who finds another mark there has lost. */
  #expected: { found: Move | null } | undefined
  /** Of the move whose marks are there; null where none are. */
  #id: string | null = null

  /** @param actors as they are reached at the moment */
  constructor(actors: () => SourceActors, spread: () => Promise<Spread>) {
    this.#actors = actors
    this.#spread = spread
  }

  /** That of the first auth actor. */
  async first(): Promise<Move | null> {
    return readMove((await keptOf(this.#actors(), FIRST)).kv)
  }

  /** The same, or that of another, where marking was interrupted. */
  async read(): Promise<Move | null> {
    const found = await this.first()
    this.#expected = { found }
    const marks = found ? [found] : await this.#readOthers()
    this.#id = marks[0]?.id ?? null
    return marks[0] ?? null
  }

  /** @param move null takes them away */
  async set(move: Move | null): Promise<void> {
    await this.setAuth(move)
    // What was moving there stays so: no auth actor asks for it.
    if (move?.state !== 'moved') await this.setOthers(move)
  }

  /** Those of the auth actors, the first before the others. */
  async setAuth(move: Move | null): Promise<void> {
    if (!this.#expected) await this.read()
    const [first, ...rest] = await this.#auth()
    this.#id = move?.id ?? this.#id
    const expected = this.#expected as { found: Move | null }
    await this.#actors().changeMove(first as ActorAt, move, expected)
    this.#expected = { found: move }
    await this.#change(rest, move)
  }

  /** Those of the directory and of what keeps the accounts. */
  async setOthers(move: Move | null): Promise<void> {
    await this.#change(await this.#others(), move)
  }

  #change(all: ActorAt[], move: Move | null): Promise<void> {
    const id = this.#id ?? ''
    return inLanes(AT_ONCE, all, (at) => this.#actors().changeMove(at, move, { id }))
  }

  async #readOthers(): Promise<Move[]> {
    const marks: Move[] = []
    const all = [...(await this.#auth()).slice(1), ...(await this.#others())]
    await inLanes(AT_ONCE, all, async (at) => {
      const move = await readMove((await this.#actors().kept(at, null)).kv)
      if (move) marks.push(move)
    })
    return marks
  }

  async #auth(): Promise<ActorAt[]> {
    return numbered('auth', (await this.#spread()).authActors).map(actorOf)
  }

  async #others(): Promise<ActorAt[]> {
    return [
      ...numbered('directory', (await this.#spread()).directories).map(actorOf),
      ...Array.from({ length: SHARDS }, (_, n) => ({ actor: 'accounts' as const, key: String(n) })),
    ]
  }
}
