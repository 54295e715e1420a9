import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { giveToOwnerOf, isThere } from '../../base/files.ts'
import { makePassingFolder } from '../../base/passing_folder.ts'
import { loadSecrets } from '../../base/secrets.ts'
import { missingForUse, readSettings, type Settings, SettingsError } from '../../base/settings.ts'
import type { Db } from '../../database/database.ts'
import { checkData } from '../../maintenance/check_data.ts'
import { DIRECTORY, EMBEDDED_PDS } from '../../maintenance/data_folder.ts'
import { holdData } from '../../maintenance/hold.ts'
import { assertNoData, commitStaged, isStaged } from '../../maintenance/staging.ts'
import { assertNew, toEnvLines, writeEnvFile } from '../env_file.ts'
import { CliError } from '../errors.ts'
import { type ImportReport, importPds, readPdsData } from '../import_pds.ts'
import type { Installation } from '../installation.ts'
import type { Output } from '../output.ts'
import { onAccounts, onCopyOfAccounts } from '../pds_accounts.ts'
import { readPdsFile } from '../pds_env.ts'
import { carryInstallation } from './carry.ts'
import { markAdopted, readMark, unmarkAdopted } from './mark.ts'
import { openOwnActors, ownOperator } from './own_operator.ts'
import { copyPdsData, givePdsData } from './pds_data.ts'
import { findPlaces, type PdsPlaces } from './places.ts'
import { planSettings, type SettingsPlan } from './settings.ts'

export type AdoptInput = {
  /** Where the data of the PDS are, or what is mounted where they are by its settings. */
  folder: string
  /** Its settings file, or `-`; `pds.env` in the folder unless given. */
  pdsEnv: string | undefined
  dryRun: boolean
  /** Copies the data into the data folder here, instead of working on them where they are. */
  copy: boolean
  /** Whether PLC is asked. */
  plc: boolean
  /** The settings file to write. */
  file: string
  force: boolean
  /** Also where it was adopted before, and not released. */
  again: boolean
  dataDir: string | undefined
  host: string | undefined
  port: string | undefined
  output: Output
}

type TakenOver = Omit<ImportReport, 'sessionsLeftBehind'> & {
  /** How many of what goes on that people and apps hold. */
  carried: Record<string, number>
}

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
  settings: Omit<SettingsPlan, 'values' | 'refused'>
  /** Where the gateway listens. */
  port: number
  /** What it still lacks to be useful, one sentence each. */
  missing: string[]
}

/** Where the PDS is reached before it has run here: nothing listens there (RFC 863). */
const NOT_YET = 'http://127.0.0.1:9'
const PREPARED = '.adopting'

/** What is known before anything is done. */
type Plan = {
  input: AdoptInput
  places: PdsPlaces
  values: Record<string, string>
  settings: Settings
  /** With which the PDS signs. */
  jwtSecret: string
}

/**
 * Takes over the installation of a stock PDS: its accounts, settings and data, under its name. All is
 * prepared in a folder inside the data folder here, and takes its place at the very end. So it may be
 * interrupted and repeated.
 *
 * @throws {SettingsError} with a line for each setting that stands against it
 * @throws {CliError}
 */
export async function adopt(input: AdoptInput): Promise<AdoptReport> {
  const pdsEnv = await readPdsFile(input.pdsEnv ?? join(input.folder, 'pds.env'))
  const places = findPlaces(pdsEnv, input.folder)
  const {
    values: theirs,
    refused,
    ...said
  } = planSettings(pdsEnv, input.copy ? {} : places.settings)
  const around = settingsAround(input.file)
  const values = { ...theirs, ...ownPlace(input, theirs) }
  const mistakes = [...refused, ...conflicts(values, around)]
  if (mistakes.length > 0) throw new SettingsError(mistakes)
  const settings = readSettings({ ...around, ...values })
  if (!settings.embeddedPds) {
    throw new SettingsError([
      'ENTRYWAY_EMBEDDED_PDS, ENTRYWAY_DATABASE: leave them out; an adopted PDS runs inside this program',
    ])
  }
  const { publicUrl, did, handleDomains, dataDir, port } = settings
  const plan = { input, places, values, settings, jwtSecret: pdsEnv.PDS_JWT_SECRET as string }
  if (isAdopted(plan)) await assertNotReleased(plan)
  else await assertItsOwn(plan)
  const accounts = isAdopted(plan) ? null : await (input.dryRun ? rehearse(plan) : carryOut(plan))
  return {
    ...{ publicUrl, did, handleDomains, dataDir, file: input.file, accounts, settings: said, port },
    missing: missingForUse(settings),
    pdsData: input.copy ? join(dataDir, EMBEDDED_PDS) : places.dataDirectory,
  }
}

/** Where this program is, as given, or as it was when this was interrupted. */
function ownPlace(
  { dataDir, host, port }: AdoptInput,
  theirs: Record<string, string>,
): Record<string, string> {
  const ownPort = port ?? theirs.ENTRYWAY_PORT ?? process.env.ENTRYWAY_PORT
  return {
    ENTRYWAY_DATA_DIR: dataDir ?? process.env.ENTRYWAY_DATA_DIR ?? './data',
    // TLS is a proxy's work, on the same machine unless told otherwise.
    ENTRYWAY_HOST: host ?? process.env.ENTRYWAY_HOST ?? '127.0.0.1',
    ...(ownPort !== undefined && { ENTRYWAY_PORT: ownPort }),
  }
}

/** Settings of this program's environment that are not from the file that is to be written. */
function settingsAround(file: string): Record<string, string> {
  const inFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const around = Object.entries(process.env).filter(
    ([name, value]) => /^(ENTRYWAY|PDS|RIVET)_/.test(name) && value && inFile[name] !== value,
  )
  return Object.fromEntries(around) as Record<string, string>
}

/** The environment would come before the file. */
function conflicts(values: Record<string, string>, around: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    name in around && around[name] !== value
      ? [`${name}: is set in the environment to something else than the PDS has; take it out there`]
      : [],
  )
}

function isAdopted({ input, values, settings }: Plan): boolean {
  const { file } = input
  const { dataDir } = settings
  if (!existsSync(file) || !isThere(join(dataDir, DIRECTORY)) || isStaged(dataDir)) return false
  const { ENTRYWAY_PUBLIC_URL } = parseEnv(readFileSync(file, 'utf8'))
  return ENTRYWAY_PUBLIC_URL === values.ENTRYWAY_PUBLIC_URL
}

/** @throws {CliError} where the PDS has gone on by itself since, so that what is here is older */
async function assertNotReleased({ input: { file }, settings: { dataDir, publicUrl } }: Plan) {
  const { PDS_DATA_DIRECTORY } = parseEnv(readFileSync(file, 'utf8'))
  if ((await readMark(PDS_DATA_DIRECTORY || join(dataDir, EMBEDDED_PDS))) !== null) return
  throw new CliError(
    `${publicUrl} was adopted and released: to adopt it as it is now, move ${resolve(file)} and ${resolve(dataDir)} away`,
  )
}

/** @throws {CliError} where its accounts went on elsewhere, so that what it has of them is older */
async function assertItsOwn({ input: { again }, places, settings: { dataDir } }: Plan) {
  const isInterrupted = isStaged(dataDir) || existsSync(join(dataDir, PREPARED))
  const mark = await readMark(places.dataDirectory)
  if (mark === null || again || isInterrupted) return
  throw new CliError(
    `${mark} To adopt it all the same, so that old passwords and ended sessions are good again: --again`,
  )
}

/** Does it in a folder that is thrown away, with a copy of the PDS's database of accounts. */
async function rehearse(plan: Plan): Promise<TakenOver> {
  const folder = await makePassingFolder('adopt')
  try {
    const settings = { ...plan.settings, dataDir: folder.path }
    const installation = { settings, secrets: await loadSecrets(settings) }
    return await onCopyOfAccounts(plan.places.accounts, (db) => takeOver(installation, db, plan))
  } finally {
    await folder.remove()
  }
}

/** @returns null where it was interrupted at its very end, which is finished */
async function carryOut(plan: Plan): Promise<TakenOver | null> {
  const { input, places, values, settings } = plan
  const { dataDir } = settings
  // Where this was interrupted at its very end, it is there already.
  const isOurs = existsSync(input.file) && readFileSync(input.file, 'utf8') === toEnvLines(values)
  assertNew(input.file, input.force || isOurs)
  const hold = holdData(dataDir)
  const prepared = join(dataDir, PREPARED)
  const wasMarked = (await readMark(places.dataDirectory)) !== null
  try {
    if (isAdopted(plan)) return null
    assertNoData(dataDir)
    assertNoPdsInside(join(dataDir, EMBEDDED_PDS))
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
      if (input.copy) markAdopted(join(prepared, EMBEDDED_PDS), resolve(dataDir))
      markAdopted(places.dataDirectory, resolve(dataDir))
      commitStaged(dataDir, prepared)
      return report
    })
  } catch (err) {
    await rm(prepared, { recursive: true, force: true })
    if (!wasMarked && !isStaged(dataDir)) unmarkAdopted(places.dataDirectory)
    throw err
  } finally {
    hold.release()
  }
}

/** @throws {CliError} where accounts would come without their repos: a part of the data lies elsewhere */
function assertRepos({ actors, sequencer }: PdsPlaces): void {
  for (const path of [actors, sequencer]) {
    if (isThere(path)) continue
    throw new CliError(
      `There is no ${path}, where by its settings the PDS has a part of its data: mount it there, or say in its settings where it is on this machine (--pds-env)`,
    )
  }
}

function assertNoPdsInside(folder: string): void {
  if (isThere(folder) && readdirSync(folder).length > 0) {
    throw new CliError(`There is a PDS inside already: move ${resolve(folder)} away`)
  }
}

/** @param plan its settings are those of the real installation */
async function takeOver(
  installation: Installation,
  db: Db,
  { input: { output, dryRun, plc }, jwtSecret, places }: Plan,
): Promise<TakenOver> {
  const { did, publicUrl: url } = installation.settings
  const { adminPassword } = installation.secrets
  const data = readPdsData(db, { sessions: true })
  if (data.accounts.length > 0) assertRepos(places)
  const carried = carryInstallation({ pds: db, jwtSecret, ...installation })
  const actors = openOwnActors(installation, 'program')
  const { sessionsLeftBehind: _, ...report } = await (async () => {
    await actors.directory.addPds({ did, url, address: NOT_YET, adminPassword, isEmbedded: true })
    return importPds({
      ...{ installation, output, dryRun, plc, pds: did, pdsRotationKey: null },
      operator: ownOperator(actors),
      data,
    })
  })().finally(actors.close)
  const sessions = data.accounts.flatMap((one) => one.sessions ?? [])
  return {
    ...report,
    carried: {
      'sessions by OAuth': sessions.reduce((sum, { oauth }) => sum + oauth.length, 0),
      'sessions by password': sessions.reduce((sum, { legacy }) => sum + legacy.length, 0),
      ...carried,
    },
  }
}

/** @throws {CliError} where an account could not be taken over, so that none is */
async function assertWhole(dataDir: string, { refused }: TakenOver): Promise<void> {
  const { findings } = await checkData(dataDir, { patience: 0 })
  const wrong = [
    ...refused.map(({ did, reason }) => `${did}: ${reason}`),
    ...findings.map(({ path, problem }) => `${path}: ${problem}`),
  ]
  if (wrong.length > 0) {
    throw new CliError(
      `Nothing is changed, because not all can be taken over:\n${wrong.join('\n')}`,
    )
  }
}
