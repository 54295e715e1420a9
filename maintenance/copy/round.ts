import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inLanes } from '../../base/work/lanes.ts'
import { type Compared, compareRows, copyRows, everything, type Part } from '../../database/copy.ts'
import { closeDatabase, type Db } from '../../database/database.ts'
import { writePart } from '../../database/directory/part.ts'
import { directoryPart } from '../../database/directory/part_rows.ts'
import { flowPart } from '../../database/flow/part_rows.ts'
import { type Spread, writeSpread } from '../../database/flow/spread.ts'
import { definePartition } from '../../database/partition.ts'
import type { DatabaseName } from '../databases/database_name.ts'
import { Changes } from './changes.ts'
import {
  type Gathered,
  gatherDirectory,
  gatherFlow,
  listAccounts,
  listAccountsSoFar,
} from './gather.ts'
import type { Opened, Source, Target } from './place.ts'

/** Databases that are copied at once. */
const AT_ONCE = 8

/** What rounds did so far. */
export type Tally = {
  accounts: number
  /** Databases that were written, and that were there already from an earlier attempt. */
  copied: number
  present: number
  /** Accounts that were copied and are not there any more. */
  removed: number
  /** What was compared with its source, of each database when it was written or found. */
  tables: number
  rows: number
}

export type RoundOptions = {
  from: Source
  to: Target
  /** Over how many actors the flow state and the directory will be spread. */
  spread: Spread
  /** A folder for copies. */
  scratch: string
  onProgress?: (done: number, total: number) => void
}

/**
 * Copies in rounds: the accounts, then the flow state, dealt out to the auth actors there will be, then the
 * directory, likewise. Each round after the first copies only what has changed since. Each database is read again
 * from where it was written and compared with its source, row by row.
 */
export class Rounds {
  readonly #options: RoundOptions
  readonly #changes: Changes
  /** Accounts that the target has; null until it is asked. */
  #there: Set<string> | null = null
  #number = 0
  readonly tally: Tally = { accounts: 0, copied: 0, present: 0, removed: 0, tables: 0, rows: 0 }

  constructor(options: RoundOptions) {
    this.#options = options
    this.#changes = new Changes(options.from, options.scratch)
  }

  /**
   * @param isLast whether nothing changes the source any more: then everything has to fit together
   * @returns how many databases were written
   * @throws {Error} when it does not, or when a copy is not the same as its source
   */
  async run({ isLast }: { isLast: boolean }): Promise<number> {
    const { scratch, spread } = this.#options
    const before = this.tally.copied
    const path = join(scratch, `directory-${this.#number++}.sqlite`)
    await using(gatherDirectory(this.#changes, path, spread.directories), (directory) =>
      this.#copyAll(directory, isLast),
    )
    return this.tally.copied - before
  }

  async #copyAll(directory: Gathered, isLast: boolean): Promise<void> {
    const { from, spread, scratch, onProgress = () => {} } = this.#options
    const { authActors, directories } = spread
    const dids = await (isLast ? listAccounts : listAccountsSoFar)(from, directory)
    this.tally.accounts = dids.length
    const total = dids.length + authActors + directories
    let done = 0

    this.#there ??= new Set(await this.#options.to.listAccounts())
    const there = this.#there
    await inLanes(AT_ONCE, dids, async (did) => {
      await this.#copyAccount(did, there, isLast)
      onProgress(++done, total)
    })
    await this.#removeOthers(there, new Set(dids))

    const path = join(scratch, `flow-${this.#number}.sqlite`)
    await using(gatherFlow(from, this.#changes, path), (flow) =>
      this.#changes.whenNew('auth', flow.content, async () => {
        for (let number = 0; number < authActors; number++) {
          await this.#copyOne({ kind: 'auth', number }, flow, flowPart(number, authActors))
        }
      }),
    )
    await this.#changes.whenNew('directory', directory.content, async () => {
      for (let number = 0; number < directories; number++) {
        const part = directoryPart(number, directories)
        await this.#copyOne({ kind: 'directory', number }, directory, part)
      }
    })
    onProgress(total, total)
  }

  async #copyAccount(did: string, there: Set<string>, isLast: boolean): Promise<void> {
    const name = { kind: 'account', did } as const
    const copied = await this.#changes.copy(did, name, async (source) => {
      there.add(did)
      await this.#copyOne(name, source, everything)
    })
    if (copied === 'missing' && isLast)
      throw new Error(`The account ${did} has no database any more`)
  }

  async #removeOthers(there: Set<string>, wanted: ReadonlySet<string>): Promise<void> {
    for (const did of there) {
      if (wanted.has(did)) continue
      await this.#options.to.remove(did)
      there.delete(did)
      this.#changes.forget(did)
      this.tally.removed++
    }
  }

  async #copyOne(
    name: DatabaseName,
    source: Pick<Opened, 'db' | 'path'>,
    part: Part,
  ): Promise<void> {
    const { to, spread } = this.#options
    const { isNew, compared } = await copyOne(to, name, source, part, spread)
    this.tally[isNew ? 'copied' : 'present']++
    this.tally.tables += compared.tables
    this.tally.rows += compared.rows
  }
}

async function using(
  gathering: Promise<Gathered>,
  work: (gathered: Gathered) => Promise<unknown>,
): Promise<void> {
  const gathered = await gathering
  try {
    await work(gathered)
  } finally {
    closeDatabase(gathered.db)
    await rm(gathered.path)
  }
}

async function copyOne(
  to: Target,
  name: DatabaseName,
  source: Pick<Opened, 'db' | 'path'>,
  part: Part,
  spread: Spread,
): Promise<{ isNew: boolean; compared: Compared }> {
  const prepare = (db: Db) => {
    if (name.kind !== 'account') definePartition(db)
    if (name.kind === 'auth') writeSpread(db, spread)
    if (name.kind === 'directory') {
      writePart(db, { number: name.number, parts: spread.directories })
    }
  }
  if (await to.has(name)) {
    const compared = await inTarget(to, name, (db) => {
      prepare(db)
      return compareRows(source.db, db, part)
    })
    if (compared && compared.rows > 0) return { isNew: false, compared }
  }
  await inTarget(to, name, (db) => {
    prepare(db)
    copyRows(source.path, db, part)
  })
  const compared = await inTarget(to, name, (db) => compareRows(source.db, db, part))
  if (!compared)
    throw new Error(`The copy of ${JSON.stringify(name)} differs from it; run the command again`)
  return { isNew: true, compared }
}

async function inTarget<T>(to: Target, name: DatabaseName, work: (db: Db) => T): Promise<T> {
  const { db, close } = await to.open(name)
  try {
    return work(db)
  } finally {
    await close()
  }
}
