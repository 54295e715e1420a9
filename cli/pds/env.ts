import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { explainUnreadable } from '../../base/files/files.ts'
import { parseEnvFile } from '../../base/settings/env_file.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { inQuotes, toEnvLines } from '../env_file.ts'
import { CliError, ExitCode } from '../errors.ts'
import { isSettingRight } from '../right_setting.ts'
import { unlocked } from './settings_lock.ts'

/** The settings of a PDS, by their variables. */
export type PdsEnv = Record<string, string | undefined>

/** What an entryway says and shows instead of its PDS; each has the same name here but for these. */
const TAKEN_OVER = [
  'HOME_URL',
  'TERMS_OF_SERVICE_URL',
  'PRIVACY_POLICY_URL',
  'SUPPORT_URL',
  'CONTACT_EMAIL_ADDRESS',
  'LOGO_URL',
  'PRIMARY_COLOR',
  'ERROR_COLOR',
  'WARNING_COLOR',
  'INFO_COLOR',
  'SUCCESS_COLOR',
  'BACKGROUND_LIGHT_URL',
  'BACKGROUND_DARK_URL',
  'RECOVERY_DID_KEY',
] as const
export const SAID_OF_ITSELF: readonly (readonly [string, string])[] = [
  ['PDS_SERVICE_NAME', 'ENTRYWAY_NAME'],
  ...TAKEN_OVER.map((name) => [`PDS_${name}`, `ENTRYWAY_${name}`] as const),
]

/**
 * The settings of a PDS: of this process's environment, then of a file.
 *
 * @param file given by name, or `-` for standard input; else `pds.env` beside the data, if it is
 *   there and may be read
 * @throws {CliError} when the given file cannot be read
 */
export async function readPdsEnv(file: string | undefined, folder: string): Promise<PdsEnv> {
  const inFile =
    file === undefined
      ? await readPdsFile(join(folder, 'pds.env')).catch(() => ({}))
      : await readPdsFile(file)
  const environment = Object.entries(process.env).filter(([name]) => name.startsWith('PDS_'))
  return { ...inFile, ...Object.fromEntries(environment) }
}

/** A `#` in a value that is not quoted: Docker and systemd take it as a part of the value. */
const WITH_HASH = /^([ \t]*\w+=)(?!['"`])(\S*#\S*)/gm

/**
 * The settings of a PDS in a file, or in standard input (`-`), as they were before it was adopted.
 *
 * @throws {CliError} when it is not there
 * @throws {NoPermissionError}
 */
export async function readPdsFile(file: string): Promise<PdsEnv> {
  return parsePdsEnv(await readContent(file))
}

/**
 * The same, with a sentence for each value that can be read in two ways.
 *
 * @throws as {@link readPdsFile}
 */
export async function readPdsFileStrictly(
  file: string,
): Promise<{ pdsEnv: PdsEnv; unclear: string[] }> {
  const content = await readContent(file)
  const unclear = [...content.matchAll(WITH_VARIABLE)].map(
    ([, name]) =>
      `${name}: has a $, which Docker Compose reads as the beginning of a variable, and others as it is; put the value that the PDS has between single quotes, in that file or in a copy of it (--pds-env)`,
  )
  return { pdsEnv: parsePdsEnv(content), unclear }
}

/** What Docker Compose replaces, unless the value is between single quotes. */
const WITH_VARIABLE = /^[ \t]*(?:export[ \t]+)?(PDS_\w+)[ \t]*=[ \t]*(?![ \t']).*\$[a-z_{$]/gim

const parsePdsEnv = (content: string): PdsEnv =>
  parseEnvFile(
    unlocked(content).replaceAll(
      WITH_HASH,
      (_line, name, value) => name + (inQuotes(value) ?? value),
    ),
  )

async function readContent(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  return readFile(file, 'utf8').catch((err) => {
    throw ['ENOENT', 'ENOTDIR'].includes(codeOf(err))
      ? new CliError(
          `There is no ${file}; name the settings file of the PDS (--pds-env)`,
          ExitCode.wrongUsage,
        )
      : explainUnreadable(err, file)
  })
}

/** What a PDS says of itself that its entryway says from now on, where that has no word of its own. */
export function settingsToTakeOver(pds: PdsEnv): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [theirs, ours] of SAID_OF_ITSELF) {
    const value = pds[theirs]
    if (!value || process.env[ours]) continue
    if (isSettingRight(ours, value, {}) === true) settings[ours] = value
  }
  return settings
}

/** Adds settings to `.env` here. @returns whether it is there and this user may write to it */
export async function addToEnvFile(settings: Record<string, string>): Promise<boolean> {
  try {
    await readFile('.env')
    await appendFile('.env', `\n# As the PDS has them.\n${toEnvLines(settings)}`, { flush: true })
    return true
  } catch {
    return false
  }
}
