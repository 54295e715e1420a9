import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsError } from '../../base/errors.ts'
import { parseEnvFile } from '../../base/settings/env_file.ts'
import { readSettings, type Settings } from '../../base/settings/settings.ts'
import { readPdsFileStrictly } from '../pds/env.ts'
import type { Output } from '../terminal/output.ts'
import { type FoundPlaces, findPlaces } from './places.ts'
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

/** What becomes of the settings of the PDS. */
export type SettingsFate = Omit<SettingsPlan, 'values' | 'refused'>

/** What is known before anything is done. */
export type Plan = {
  input: AdoptInput
  places: FoundPlaces
  /** The settings file to write. */
  values: Record<string, string>
  settings: Settings
  fate: SettingsFate
  /** The settings file of the PDS; null where they came by standard input. */
  pdsEnvFile: string | null
  /** With which the PDS signs. */
  jwtSecret: string
}

/**
 * Reads the settings of a PDS, and with which ones this program would go on in its place.
 *
 * @throws {SettingsError} with a line for each setting that stands against it
 * @throws {CliError}
 */
export async function planAdoption(input: AdoptInput): Promise<Plan> {
  const file = input.pdsEnv ?? join(input.folder, 'pds.env')
  const { pdsEnv, unclear } = await readPdsFileStrictly(file)
  const places = findPlaces(pdsEnv, input.folder)
  const {
    values: theirs,
    refused,
    ...fate
  } = planSettings(pdsEnv, input.copy ? {} : places.settings)
  const around = settingsAround(input.file)
  const values = { ...theirs, ...ownPlace(input, theirs) }
  const mistakes = [...unclear, ...refused, ...conflicts(values, around)]
  if (mistakes.length > 0) throw new SettingsError(mistakes)
  const settings = readSettings({ ...around, ...values })
  if (!settings.embeddedPds) {
    throw new SettingsError([
      'ENTRYWAY_EMBEDDED_PDS, ENTRYWAY_DATABASE: leave them out; an adopted PDS runs inside this program',
    ])
  }
  return {
    ...{ input, places, values, settings, fate },
    pdsEnvFile: file === '-' ? null : file,
    jwtSecret: pdsEnv.PDS_JWT_SECRET as string,
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
  const inFile = existsSync(file) ? parseEnvFile(readFileSync(file, 'utf8')) : {}
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
