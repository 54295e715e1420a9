import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A folder that is thrown away, also when this process is ended meanwhile, such as by Ctrl-C. */
export type TemporaryFolder = { path: string; remove(): Promise<void> }

/** @param name what its own name begins with */
export async function makeTemporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `vestibule-${name}-`))
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
