import { SettingsError } from '../../base/errors.ts'
import { isThere } from '../../base/files/files.ts'
import { wouldMakeRoots } from '../../base/files/ownership.ts'

/**
 * @throws {SettingsError} where the program runs as root on the folder of another user, who could not open the
 * accounts that it makes there
 */
export function assertNotRootElsewhere(dataDir: string): void {
  if (!isThere(dataDir) || !wouldMakeRoots(dataDir)) return
  throw new SettingsError([
    `ENTRYWAY_DATA_DIR: ${dataDir} belongs to another user, who could not use what root makes there: start the program as that user, such as by its unit (docs/deploy.md)`,
  ])
}
