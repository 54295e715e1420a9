import { mkdtempSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256File } from '../../base/files/checksum.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { schemas } from '../data_folder/files.ts'
import type { DatabaseName } from '../databases/database_name.ts'
import type { Opened, Source } from './place.ts'

/** A copy of a database at the newest schema, and what its content was before that. */
type Copy = Opened & { content: string }

/** What was copied of the source so far: each round copies what has changed since. */
export class Changes {
  readonly #from: Source
  readonly #folder: string
  readonly #seen = new Map<string, { sign: string | null; content: string }>()
  #copies = 0

  /** @param scratch a folder for copies */
  constructor(from: Source, scratch: string) {
    this.#from = from
    this.#folder = mkdtempSync(join(scratch, 'copies-'))
  }

  /** Whether a database was copied before. */
  knows(key: string): boolean {
    return this.#seen.has(key)
  }

  forget(key: string): void {
    this.#seen.delete(key)
  }

  /**
   * A copy of a database is given to `work`, unless it is the same as when that was last done.
   *
   * @returns `missing` where there is none
   */
  async copy(
    key: string,
    name: DatabaseName,
    work: (copy: Copy) => Promise<void>,
  ): Promise<'done' | 'same' | 'missing'> {
    const before = this.#seen.get(key)
    // Before it is copied: what changes meanwhile is seen the next time.
    const sign = await this.#from.sign(name)
    if (before && sign !== null && sign === before.sign) return 'same'
    const copy = await this.open(name)
    if (!copy) return 'missing'
    try {
      const isSame = before?.content === copy.content
      if (!isSame) await work(copy)
      this.#seen.set(key, { sign, content: copy.content })
      return isSame ? 'same' : 'done'
    } finally {
      await copy.close()
    }
  }

  /** Does `work` on what was put together of several databases, unless those were the same then. */
  async whenNew(key: string, content: string, work: () => Promise<void>): Promise<boolean> {
    if (this.#seen.get(key)?.content === content) return false
    await work()
    this.#seen.set(key, { sign: null, content })
    return true
  }

  /** @returns null where there is none */
  async open(name: DatabaseName): Promise<Copy | null> {
    const path = join(this.#folder, `${this.#copies++}.sqlite`)
    if (!(await this.#from.copy(name, path))) return null
    const content = await sha256File(path, statSync(path).size)
    const db = openDatabase(path, schemas[name.kind], 'program')
    const close = async () => {
      closeDatabase(db)
      await rm(path)
    }
    return { db, path, content, close }
  }
}
