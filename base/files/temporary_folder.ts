import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SettingsError } from '../errors.ts'
import { codeOf } from '../values/fault_code.ts'

/** Makes a folder which whoever asks for it removes. As {@link makeTemporaryFolder}. */
export function makeTemporaryPath(name: string): string {
  try {
    return mkdtempSync(join(tmpdir(), `vestibule-${name}-`))
  } catch (err) {
    const code = codeOf(err)
    throw new SettingsError([
      `TMPDIR: no folder can be made in ${tmpdir()} (${code}); make room there, or name another one, such as /var/tmp`,
    ])
  }
}

const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A folder that is thrown away, also when this process is ended meanwhile, such as by Ctrl-C. */
export type TemporaryFolder = { path: string; remove(): Promise<void> }

/**
 * @param name what its own name begins with
 * @throws {SettingsError} where the system's temporary folder takes none
 */
export async function makeTemporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = makeTemporaryPath(name)
  const atExit = () => rmSync(path, { recursive: true, force: true })
  const atEnding = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal])
  process.once('exit', atExit)
  for (const signal of ENDINGS) process.once(signal, atEnding)
  return {
    path,
    remove: async () => {
      process.off('exit', atExit)
      for (const signal of ENDINGS) process.off(signal, atEnding)
      await rm(path, { recursive: true, force: true })
    },
  }
}
