import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one server's data. */
export type TemporaryFolder = { path: string; remove: () => Promise<void> }

/**
 * Makes an empty folder.
 *
 * @param under `WORLD_DATA` without it, else the system's temporary directory
 */
export async function makeTemporaryFolder(
  name: string,
  under = process.env.WORLD_DATA ?? tmpdir(),
): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(under, `vestibule-${name}-`))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}
