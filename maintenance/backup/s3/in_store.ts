import { explainUnreadable } from '../../../base/files/files.ts'
import type { S3Place } from '../../../base/settings/backup_setting.ts'
import { codeOf, pathOf } from '../../../base/values/fault_code.ts'
import type { BackupStore } from './store.ts'

/**
 * Works on the backups in an S3-compatible store. Its client is loaded with the first work.
 *
 * @throws {Error} which names the store, unless it is of a file on this machine
 */
export async function inStore<T>(
  s3: S3Place,
  work: (store: BackupStore) => Promise<T>,
): Promise<T> {
  const { BackupStore } = await import('./store.ts')
  const store = new BackupStore(s3)
  try {
    return await work(store)
  } catch (err) {
    // What the file system of this machine refuses is not the store's.
    if (pathOf(err) !== undefined || codeOf(err) === 'ENOSPC') throw explainUnreadable(err)
    throw new Error(`The S3 store ${s3.endpoint}/${s3.bucket}: ${(err as Error).message}`, {
      cause: err,
    })
  } finally {
    store.close()
  }
}
