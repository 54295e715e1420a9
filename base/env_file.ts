import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SettingsError } from './settings.ts'

const FILE = '.env'

/**
 * Reads `.env` of the working directory into the environment, if it is there. What the environment
 * has already stays.
 *
 * Node's own `--env-file-if-exists` would print a line for each person who has no such file.
 *
 * @throws {SettingsError} when this user may not read it
 */
export function loadEnvFile(): void {
  for (const [name, value] of Object.entries(parseEnv(read()))) process.env[name] ??= value
}

/** `process.loadEnvFile` would not tell a file that may not be read from one that is not there. */
function read(): string {
  try {
    return readFileSync(FILE, 'utf8')
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw new SettingsError([
      `${FILE}: cannot be read by this user (${code}); run this as its owner`,
    ])
  }
}
