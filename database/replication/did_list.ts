import { createHash } from 'node:crypto'
import type { KvReader } from './kv.ts'

/** The engine lists 16,384 entries at most, and says nothing of more. An actor keeps 1/64 of the accounts. */
const LISTS = 16

/** DIDs in the storage of an actor, one key each, over several lists. */
export class DidList {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  keyOf(did: string): string {
    // Not the bytes by which accounts are dealt out to actors: they are much the same in one actor.
    const number = createHash('sha256').update(did).digest().readUInt8(4) % LISTS
    return this.#prefix(number) + did
  }

  async read(kv: Pick<KvReader, 'list'>): Promise<string[]> {
    const dids: string[] = []
    for (let number = 0; number < LISTS; number++) {
      const prefix = this.#prefix(number)
      for (const [key] of await kv.list(prefix)) dids.push(key.slice(prefix.length))
    }
    return dids
  }

  #prefix(number: number): string {
    return `${this.#name}/${number}/`
  }
}
