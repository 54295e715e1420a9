import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { makePrivateFile } from '../base/files/private_files.ts'
import { CliError, ExitCode } from './errors.ts'
import { assertFolder } from './folders.ts'

/** @throws {CliError} when a settings file exists and may not be replaced, or its folder is not there */
export function assertNew(path: string, replace: boolean): void {
  if (existsSync(path) && !replace) {
    throw new CliError(`${path} exists; --force replaces it`, ExitCode.wrongUsage)
  }
  assertFolder(dirname(resolve(path)), 'one that is there')
}

/**
 * Writes a settings file as Node reads it, for its owner only: whole, or not at all.
 *
 * @throws {CliError} when it cannot hold a value
 */
export async function writeEnvFile(path: string, values: Record<string, string>): Promise<void> {
  const lines = toEnvLines(values)
  const fresh = `${path}.writing`
  // Before it holds anything.
  makePrivateFile(fresh)
  await writeFile(fresh, lines, { flush: true })
  await rename(fresh, path)
}

/** Lines as Node reads them. @throws {CliError} when they cannot hold a value */
export function toEnvLines(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(name, value)}\n`)
    .join('')
}

function quote(name: string, value: string): string {
  if (/^[\w.:/@%+,-]*$/.test(value)) return value
  const quoted = inQuotes(value)
  if (quoted !== null) return quoted
  throw new CliError(
    `${name} cannot be written to a settings file: it has all three kinds of quotes. Leave one out.`,
    ExitCode.wrongUsage,
  )
}

/** A value as Node reads it; null where it has all three kinds of quotes, inside which there are no escapes. */
export function inQuotes(value: string): string | null {
  const all = [`'`, '"', '`'].map((mark) => `${mark}${value}${mark}`)
  return all.find((quoted) => parseEnv(`A=${quoted}`).A === value) ?? null
}
