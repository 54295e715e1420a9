import { join } from 'node:path'
import { explainUnwritable } from '../../base/files/files.ts'
import { giveToOwnerOf } from '../../base/files/ownership.ts'
import { DATABASE_FOLDERS, makeDataFolder } from '../../base/files/private_files.ts'
import { lockFile } from '../../database/file_lock.ts'
import { LOCK } from './files.ts'
import { assertNotMoved } from './move_mark.ts'
import { settleStaged } from './staging.ts'

/** Raised when a program works on the data directory. */
export class DataInUseError extends Error {
  constructor(dataDir: string) {
    super(`A program runs on ${dataDir} already; stop it first`)
    this.name = 'DataInUseError'
  }
}

/** That a data directory is this process's alone. */
export type Hold = { release(): void }

/**
 * Holds a data directory for this process alone, until `release` or its end: two programs that
 * write the same databases would each answer from what the other has changed. It is made where it
 * is not there, and a restore that was interrupted at its very end is finished.
 *
 * @param evenMoved for the copy that moves the data, and where what stands there is not what is served
 * @throws {DataInUseError}
 * @throws {MovedError} where the data go elsewhere, or arrive
 */
export function holdData(dataDir: string, { evenMoved = false } = {}): Hold {
  makeDataFolder(dataDir)
  const path = join(dataDir, LOCK)
  let release: (() => void) | null
  try {
    release = lockFile(
      path,
      DATABASE_FOLDERS.map((folder) => join(dataDir, folder)),
    )
  } catch (err) {
    throw explainUnwritable(err, dataDir)
  }
  if (!release) throw new DataInUseError(dataDir)
  try {
    giveToOwnerOf(dataDir, path)
    if (!evenMoved) assertNotMoved(dataDir)
    settleStaged(dataDir)
    return { release }
  } catch (err) {
    release()
    throw err
  }
}
