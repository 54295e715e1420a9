import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { MovedError } from '../../base/files/move.ts'
import { giveToOwnerOf } from '../../base/files/ownership.ts'
import { makeTemporaryFolder } from '../../base/files/temporary_folder.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { parseEnvFile } from '../../base/settings/env_file.ts'
import { missingForUse } from '../../base/settings/settings.ts'
import { folderOf } from '../../embedded/folder.ts'
import { DIRECTORY, EMBEDDED_PDS } from '../../maintenance/data_folder/files.ts'
import { holdData } from '../../maintenance/data_folder/hold.ts'
import { readMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { adoptedInto, readPdsMark, setPdsMark } from '../../maintenance/data_folder/pds_marks.ts'
import { assertNoData, commitStaged, isStaged } from '../../maintenance/data_folder/staging.ts'
import { assertNew, toEnvLines, writeEnvFile } from '../env_file.ts'
import { CliError } from '../errors.ts'
import { onAccounts, onCopyOfAccounts } from '../pds/accounts.ts'
import { lockSettings } from '../pds/settings_lock.ts'
import { copyPdsData, givePdsData } from './pds_data.ts'
import { type AdoptInput, type Plan, planAdoption, type SettingsFate } from './plan.ts'
import { assertWhole, type TakenOver, takeOver } from './take_over.ts'

export type AdoptReport = {
  publicUrl: string
  did: string
  handleDomains: string[]
  /** Where the PDS inside has its data. */
  pdsData: string
  dataDir: string
  file: string
  /** Null where it was adopted before, so that nothing is done. */
  accounts: TakenOver | null
  settings: SettingsFate
  /** The settings file by which no PDS starts any more; null where there is none that can be changed. */
  locked: string | null
  /** Where the gateway listens. */
  port: number
  /** What it still lacks to be useful, one sentence each. */
  missing: string[]
}

const PREPARED = '.adopting'

/**
 * Takes over the installation of a stock PDS: its accounts, settings and data, under its name. All is
 * prepared in a folder inside the data folder here, and takes its place at the very end. So it may be
 * interrupted and repeated.
 *
 * @throws {SettingsError} with a line for each setting that stands against it
 * @throws {CliError}
 */
export async function adopt(input: AdoptInput): Promise<AdoptReport> {
  const plan = await planAdoption(input)
  if (isAdopted(plan)) {
    await assertNotReleased(plan)
    assertNotMovedSince(plan)
  } else await assertItsOwn(plan)
  const accounts = isAdopted(plan) ? null : await (input.dryRun ? rehearse(plan) : carryOut(plan))
  const { publicUrl, did, handleDomains, dataDir, port } = plan.settings
  const { pdsEnvFile } = plan
  const isLocked = pdsEnvFile !== null && (input.dryRun || lockSettings(pdsEnvFile))
  return {
    locked: isLocked ? pdsEnvFile : null,
    ...{ publicUrl, did, handleDomains, dataDir, file: input.file, accounts, port },
    settings: plan.fate,
    missing: missingForUse(plan.settings),
    pdsData: input.copy ? join(dataDir, EMBEDDED_PDS) : plan.places.dataDirectory,
  }
}

function isAdopted({ input, values, settings }: Plan): boolean {
  const { file } = input
  const { dataDir } = settings
  if (!existsSync(file) || !isThere(join(dataDir, DIRECTORY)) || isStaged(dataDir)) return false
  const { ENTRYWAY_PUBLIC_URL } = parseEnvFile(readFileSync(file, 'utf8'))
  return ENTRYWAY_PUBLIC_URL === values.ENTRYWAY_PUBLIC_URL
}

/** @throws {CliError} where the PDS has gone on by itself since, so that what is here is older */
async function assertNotReleased({ input: { file }, settings: { dataDir, publicUrl } }: Plan) {
  const pdsData = folderOf({ dataDir }, parseEnvFile(readFileSync(file, 'utf8')))
  if ((await readPdsMark(pdsData))?.kind === 'ADOPTED') return
  throw new CliError(
    `${publicUrl} was adopted and released: to adopt it as it is now, move ${resolve(file)} and ${resolve(dataDir)} away`,
  )
}

/** @throws {CliError} where what was adopted is not served from here any more, or not yet */
function assertNotMovedSince({ settings: { dataDir, publicUrl } }: Plan) {
  const move = readMoveOf(dataDir)
  if (!move) return
  const { message } = new MovedError(move)
  throw new CliError(`${publicUrl} is adopted already. ${message}`)
}

/** @throws {CliError} where its accounts went on elsewhere, so that what it has of them is older */
async function assertItsOwn({ input: { again }, places, settings: { dataDir } }: Plan) {
  const isInterrupted = isStaged(dataDir) || existsSync(join(dataDir, PREPARED))
  const mark = await readPdsMark(places.dataDirectory)
  if (mark?.kind !== 'ADOPTED' || again || isInterrupted) return
  throw new CliError(
    `${mark.text} To adopt it all the same, so that old passwords and ended sessions are good again: --again`,
  )
}

/** Does it in a folder that is thrown away, with a copy of the PDS's database of accounts. */
async function rehearse(plan: Plan): Promise<TakenOver> {
  // Where it was interrupted at its very end, what is there is its own.
  if (!isStaged(plan.settings.dataDir)) assertRoom(plan)
  const folder = await makeTemporaryFolder('adopt')
  try {
    const settings = { ...plan.settings, dataDir: folder.path }
    const installation = { settings, secrets: await loadSecrets(settings) }
    return await onCopyOfAccounts(plan.places.accounts, async (db) => {
      const report = await takeOver(installation, db, plan)
      // Those that are refused are named in the report.
      await assertWhole(folder.path, { ...report, refused: [] })
      return report
    })
  } finally {
    await folder.remove()
  }
}

/** @returns null where it was interrupted at its very end, which is finished */
async function carryOut(plan: Plan): Promise<TakenOver | null> {
  const { input, places, values, settings } = plan
  const { dataDir } = settings
  assertNewSettings(plan)
  const before = await readPdsMark(places.dataDirectory)
  const prepared = join(dataDir, PREPARED)
  const hold = holdData(dataDir)
  try {
    if (isAdopted(plan)) return null
    assertRoom(plan)
    const secrets = await loadSecrets(settings)
    return await onAccounts(places.accounts, places.dataDirectory, async (db) => {
      await rm(prepared, { recursive: true, force: true })
      await mkdir(prepared, { mode: 0o700 })
      const report = await takeOver(
        { settings: { ...settings, dataDir: prepared }, secrets },
        db,
        plan,
      )
      await assertWhole(prepared, report)
      if (input.copy) await copyPdsData(db, places, join(prepared, EMBEDDED_PDS))
      else givePdsData(dataDir, places)
      await writeEnvFile(input.file, values)
      giveToOwnerOf(dataDir, input.file)
      const mark = adoptedInto(resolve(dataDir))
      if (input.copy) setPdsMark(join(prepared, EMBEDDED_PDS), mark)
      setPdsMark(places.dataDirectory, mark)
      commitStaged(dataDir, prepared)
      return report
    })
  } catch (err) {
    await rm(prepared, { recursive: true, force: true })
    const now = await readPdsMark(places.dataDirectory)
    if (!isStaged(dataDir) && now?.text !== before?.text) setPdsMark(places.dataDirectory, before)
    throw err
  } finally {
    hold.release()
  }
}

/** @throws {CliError} where there are settings that may not be replaced */
function assertNewSettings({ input: { file, force }, values }: Plan): void {
  // Where this was interrupted at its very end, they are there already.
  const isOurs = existsSync(file) && readFileSync(file, 'utf8') === toEnvLines(values)
  assertNew(file, force || isOurs)
}

/** @throws {Error} where something stands in the place of what is made */
function assertRoom(plan: Plan): void {
  const { dataDir } = plan.settings
  assertNewSettings(plan)
  assertNoData(dataDir)
  assertNoPdsInside(join(dataDir, EMBEDDED_PDS))
}

function assertNoPdsInside(folder: string): void {
  if (isThere(folder) && readdirSync(folder).length > 0) {
    throw new CliError(`There is a PDS inside already: move ${resolve(folder)} away`)
  }
}
