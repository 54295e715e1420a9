import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isThere } from '../../base/files/files.ts'
import { giveToOwnerOf } from '../../base/files/ownership.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { openUpToDate } from '../../database/check/database.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { type Device, readDevice } from '../../database/flow/device.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { readSpread } from '../../database/flow/spread.ts'
import {
  planReturn,
  type ReturnedAccount,
  type ReturnReport,
  readReturnedAccount,
  returnAccounts,
} from '../../database/import/returned_accounts.ts'
import { partitionOf } from '../../database/partition.ts'
import { databasePath } from '../../database/paths.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { DIRECTORY, listDatabases } from '../../maintenance/data_folder/files.ts'
import { holdData } from '../../maintenance/data_folder/hold.ts'
import { assertNotMoved } from '../../maintenance/data_folder/move_mark.ts'
import { releasedFrom, setPdsMark } from '../../maintenance/data_folder/pds_marks.ts'
import type { Pds } from '../../pds/pds.ts'
import { type OwnActors, openOwnActors } from '../adopt/own_operator.ts'
import { writeEnvFile } from '../env_file.ts'
import { CliError } from '../errors.ts'
import type { Installation } from '../installation.ts'
import { onAccounts, onCopyOfAccounts } from '../pds/accounts.ts'
import { readPdsFile } from '../pds/env.ts'
import { isLocked } from '../pds/settings_lock.ts'
import { findReleased, type Released, type ReleaseInput } from './released.ts'
import { settingsOfPdsElsewhere, settingsOfPdsInside } from './settings.ts'

export type ReleaseReport = ReturnReport & {
  pds: string
  folder: string
  /** Where the settings that the PDS needs are written, or would be. */
  file: string
}

/**
 * Gives a PDS back what an entryway keeps in its place, so that it signs its people in itself again. It
 * may be interrupted and repeated: the database of the PDS is written in one transaction.
 *
 * @throws {CliError}
 */
export async function release(input: ReleaseInput): Promise<ReleaseReport> {
  const { installation, dryRun } = input
  const { settings } = installation
  if (dryRun) assertNotMoved(settings.dataDir)
  const hold = dryRun ? null : holdData(settings.dataDir)
  let actors: OwnActors | undefined
  try {
    assertDirectory(settings)
    actors = openOwnActors(installation, dryRun ? null : 'machine')
    await assertNothingUnderWay(actors)
    const released = await findReleased(input, actors)
    const accounts = readAccounts(settings, released)
    await assertAll(accounts, released.pds, actors)
    const invites = await actors.directory.listInviteCodes()
    const report = dryRun
      ? await onCopyOfAccounts(released.accounts, (db) => planReturn(db, accounts, invites))
      : await onAccounts(released.accounts, released.folder, (db) =>
          withBrowsers(installation, (browserOf) =>
            returnAccounts(db, accounts, invites, browserOf),
          ),
        )
    const values = released.isInside
      ? settingsOfPdsInside(released.before, installation, process.env)
      : settingsOfPdsElsewhere(released.before, installation)
    const file = await fileFor(released.folder, values)
    if (!dryRun && !(await holds(file, values))) {
      await writeEnvFile(file, values)
      giveToOwnerOf(released.folder, file)
    }
    if (!dryRun) await markReleased(released, settings, actors)
    return { ...report, pds: released.pds.did, folder: released.folder, file }
  } finally {
    actors?.close()
    hold?.release()
  }
}

/** This program does not start on what it has of the PDS any more; for others it may. */
async function markReleased(
  { pds, folder, isInside }: Released,
  { dataDir }: Settings,
  { directory }: OwnActors,
): Promise<void> {
  const mark = releasedFrom(resolve(dataDir), pds.did)
  setPdsMark(folder, isInside ? mark : null)
  if (!isInside && (await directory.listPdses()).length === 1) setPdsMark(dataDir, mark)
}

/** @throws {CliError} where an empty one would be made in its place */
function assertDirectory({ dataDir }: Settings): void {
  if (listDatabases(dataDir, 'directory').length > 0) return
  throw new CliError(
    `There is no ${join(dataDir, DIRECTORY)}: restore it from a backup, or run: vestibule directory rebuild`,
  )
}

/** @throws {CliError} where the PDS would go on with what it has of an account from before */
async function assertAll(accounts: ReturnedAccount[], pds: Pds, { directory }: OwnActors) {
  const found = new Set(accounts.map(({ did }) => did))
  const entries = await directory.listAccounts('', Number.MAX_SAFE_INTEGER)
  const missing = entries.filter(({ did, pdsDid }) => pdsDid === pds.did && !found.has(did))
  if (missing.length === 0) return
  throw new CliError(
    [
      ...missing.map(({ did }) => `${did} has no database here`),
      'The PDS would go on with their passwords and sessions of before: restore them from a backup (vestibule doctor --data)',
    ].join('\n'),
  )
}

/** @throws {CliError} where the program has to finish something first */
async function assertNothingUnderWay({ directory }: OwnActors): Promise<void> {
  const underWay = await directory.listUnderWay()
  if (Object.values(underWay).flat().length === 0) return
  throw new CliError(
    'Sign-ups, changes or deletions are not finished: start the program, which finishes them, and stop it',
  )
}

function readAccounts({ dataDir }: Settings, { pds, isInside }: Released): ReturnedAccount[] {
  return listDatabases(dataDir, 'account').flatMap((path) => {
    const account = readAccount(dataDir, path)
    if (account?.pdsDid !== pds.did) return []
    // Where the PDS has another name, browsers do not show it the cookies that they have here.
    if (!isInside) account.sessions.browsers = []
    return account
  })
}

/** @throws {CliError} where its database is damaged */
function readAccount(dataDir: string, path: string): ReturnedAccount | null {
  let db: Db | undefined
  try {
    db = openUpToDate(join(dataDir, path), accountSchema)
    return readReturnedAccount(db)
  } catch (err) {
    throw new CliError(`${path}: ${(err as Error).message} (vestibule doctor --data)`)
  } finally {
    db?.close()
  }
}

/** @param work is given what finds a browser that is known here, by the id of its device */
function withBrowsers<T>(
  { settings, secrets }: Installation,
  work: (browserOf: (id: string) => Device | null) => T,
): T {
  const flows: Db[] = []
  const open = (number: number) => {
    const flow = openDatabase(databasePath.auth(settings, String(number)), flowSchema)
    flows.push(flow)
    keepSealed(flow, flowSchema, secrets.seal)
    return flow
  }
  try {
    // As it is recorded: the settings of a program that runs as a service may not all be here.
    const authActors = readSpread(open(0))?.authActors ?? settings.authActors
    for (let number = 1; number < authActors; number++) open(number)
    return work((id) => readDevice(flows[partitionOf(id, authActors)] as Db, id))
  } finally {
    for (const flow of flows) closeDatabase(flow)
  }
}

/** Beside the data; what the operator wrote stays as it is. */
async function fileFor(folder: string, values: Record<string, string>): Promise<string> {
  const path = join(folder, 'pds.env')
  return !isThere(path) || (await holds(path, values)) ? path : `${path}.new`
}

async function holds(path: string, values: Record<string, string>): Promise<boolean> {
  if (!isThere(path) || isLocked(readFileSync(path, 'utf8'))) return false
  return isDeepStrictEqual({ ...(await readPdsFile(path)) }, values)
}
