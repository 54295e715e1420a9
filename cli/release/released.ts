import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { accountDatabaseOf, folderOf } from '../../embedded/folder.ts'
import type { Pds } from '../../pds/pds.ts'
import type { OwnActors } from '../adopt/own_operator.ts'
import { findPlaces } from '../adopt/places.ts'
import { CliError, ExitCode } from '../errors.ts'
import { assertFolder } from '../folders.ts'
import type { Installation } from '../installation.ts'
import { type PdsEnv, readPdsFile } from '../pds/env.ts'
import { meantPds } from '../pds/meant_pds.ts'

export type ReleaseInput = {
  installation: Installation
  /** The data folder of a PDS elsewhere; that of the PDS inside is known. */
  folder: string | undefined
  /** The settings file that the PDS had, or `-`; unless given, `pds.env` beside its data, if any. */
  pdsEnv: string | undefined
  /** Which of several PDSes. */
  pds: string | undefined
  dryRun: boolean
}

/** The PDS that becomes its own, and what it has at the moment. */
export type Released = {
  pds: Pds
  folder: string
  /** Its account database. */
  accounts: string
  /** The settings that it had. */
  before: PdsEnv
  isInside: boolean
}

/**
 * Finds the PDS that is meant, and its data.
 *
 * @throws {CliError}
 */
export async function findReleased(
  { installation: { settings }, folder, pdsEnv, pds: name }: ReleaseInput,
  { directory }: OwnActors,
): Promise<Released> {
  if (folder !== undefined) assertFolder(folder, 'the data folder of the PDS')
  const pds = meantPds(await directory.listPdses(), name)
  if (pds.isEmbedded) {
    const inside = resolve(folderOf(settings, process.env))
    if (folder !== undefined && (await realpath(folder)) !== (await realpath(inside))) {
      throw new CliError(
        `The PDS runs inside, and has its data in ${inside}; what is in ${folder} is older`,
        ExitCode.wrongUsage,
      )
    }
    const accounts = accountDatabaseOf(inside, process.env)
    const before = await readBefore(pdsEnv, inside)
    return { pds, folder: inside, accounts, before, isInside: true }
  }
  if (folder === undefined) {
    throw new CliError('The PDS runs elsewhere; name its data folder', ExitCode.wrongUsage)
  }
  const before = await readBefore(pdsEnv, folder)
  const { accounts } = findPlaces(before, folder)
  return { pds, folder: resolve(folder), accounts, before, isInside: false }
}

/** What its settings file says, if there is one. */
async function readBefore(given: string | undefined, folder: string): Promise<PdsEnv> {
  const beside = join(folder, 'pds.env')
  if (given === undefined && !isThere(beside)) return {}
  return readPdsFile(given ?? beside)
}
