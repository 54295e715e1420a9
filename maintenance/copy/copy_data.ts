import { join } from 'node:path'
import { type Compared, compareRows, copyRows, everything, type Part } from '../../database/copy.ts'
import { closeDatabase, type Db } from '../../database/database.ts'
import { directoryPart } from '../../database/directory/deal.ts'
import { writePart } from '../../database/directory/part.ts'
import { type Installation, writeInstallation } from '../../database/flow/installation.ts'
import { flowPart } from '../../database/flow/part.ts'
import { definePartition } from '../../database/partition.ts'
import type { DatabaseName } from '../database_name.ts'
import { inLanes } from '../lanes.ts'
import { type Gathered, gatherDirectory, gatherFlow, listAccounts } from './gather.ts'
import type { Opened, Source, Target } from './place.ts'

/** Databases that are copied at once. */
const AT_ONCE = 8

export type CopyReport = {
  accounts: number
  /** Databases that were written, and that were there already from an earlier attempt. */
  copied: number
  present: number
  /** Accounts of an earlier attempt that are not there any more. */
  removed: number
  /** What was compared, once all was there. */
  tables: number
  rows: number
}

export type CopyOptions = {
  from: Source
  to: Target
  /** Over how many actors the flow state and the directory will be spread. */
  spread: Installation
  /** A folder for copies. */
  scratch: string
  onProgress?: (done: number, total: number) => void
}

/**
 * Copies an installation that is stopped: the accounts, then the flow state, dealt out to the
 * auth actors there will be, then the directory, likewise. Each database is read again from where it was
 * written and compared with its source, row by row. What was interrupted goes on where it was.
 *
 * @throws {Error} when the target holds other data, or a copy is not the same
 */
export async function copyData(options: CopyOptions): Promise<CopyReport> {
  const { from, to } = options
  try {
    await from.begin()
    await to.begin()
    return await copyAll(options)
  } finally {
    to.end()
    from.end()
  }
}

async function copyAll(options: CopyOptions): Promise<CopyReport> {
  const { from, scratch, spread } = options
  const path = join(scratch, 'directory.sqlite')
  const directory = await gatherDirectory(from, path, spread.directories)
  try {
    return await copyGathered(options, directory)
  } finally {
    closeDatabase(directory.db)
  }
}

async function copyGathered(
  { from, to, spread, scratch, onProgress = () => {} }: CopyOptions,
  directory: Gathered,
): Promise<CopyReport> {
  const { authActors, directories } = spread
  const dids = await listAccounts(from, directory)
  const report = { accounts: dids.length, copied: 0, present: 0, removed: 0, tables: 0, rows: 0 }
  const total = dids.length + authActors + directories
  const copy = async (name: DatabaseName, source: Pick<Opened, 'db' | 'path'>, part: Part) => {
    const { isNew, compared } = await copyOne(to, name, source, part, spread)
    report[isNew ? 'copied' : 'present']++
    report.tables += compared.tables
    report.rows += compared.rows
    onProgress(report.copied + report.present, total)
  }

  await inLanes(AT_ONCE, dids, async (did) => {
    const name = { kind: 'account', did } as const
    const source = await from.open(name)
    await copy(name, source, everything).finally(source.close)
  })
  const wanted = new Set(dids)
  for (const did of await to.listAccounts()) {
    if (wanted.has(did)) continue
    await to.remove(did)
    report.removed++
  }

  const flow = await gatherFlow(from, join(scratch, 'flow.sqlite'))
  try {
    for (let number = 0; number < authActors; number++) {
      await copy({ kind: 'auth', number }, flow, flowPart(number, authActors))
    }
  } finally {
    closeDatabase(flow.db)
  }
  for (let number = 0; number < directories; number++) {
    await copy({ kind: 'directory', number }, directory, directoryPart(number, directories))
  }
  await to.finish()
  return report
}

async function copyOne(
  to: Target,
  name: DatabaseName,
  source: Pick<Opened, 'db' | 'path'>,
  part: Part,
  spread: Installation,
): Promise<{ isNew: boolean; compared: Compared }> {
  const prepare = (db: Db) => {
    if (name.kind !== 'account') definePartition(db)
    if (name.kind === 'auth') writeInstallation(db, spread)
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
