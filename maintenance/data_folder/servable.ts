import { join } from 'node:path'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { listEntries } from '../../database/directory/account.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { hasPdsAccounts } from '../../database/import/pds_accounts.ts'
import { accountFolders, DIRECTORY, listDatabases } from './files.ts'

/**
 * Brings the directory to the newest schema, to see that it opens, and looks whether accounts and directory are both
 * there. Without the directory people would be told that they have no account; where the disk of the accounts is not
 * mounted, new ones would be below it. To be called while nothing else works on the data.
 *
 * @throws {Error} where the directory does not open, or one of the two is not there
 */
export function assertServable(dataDir: string): void {
  const found = listDatabases(dataDir, 'directory')
  const knowsAccounts = found.map((path) => {
    const db = openDatabase(join(dataDir, path), directorySchema)
    try {
      return listEntries(db, '', 1).length > 0
    } finally {
      closeDatabase(db)
    }
  })
  if (found.length === 0 && listDatabases(dataDir, 'account').length > 0) {
    throw new Error(
      `${join(dataDir, DIRECTORY)} is not there, and there are accounts: put it back, or have it made from them by \`vestibule directory rebuild\` (docs/backup.md)`,
    )
  }
  if (knowsAccounts.includes(true) && accountFolders(dataDir).length === 0) {
    throw new Error(
      `${join(dataDir, 'accounts')} has nothing in it, and the directory knows accounts: mount its disk, or put it back from a backup (docs/backup.md)`,
    )
  }
}

/**
 * Looks whether there are data of this program where the PDS inside has accounts. Without them those would be told to
 * have none, and keys be made that their DIDs do not know. To be called before anything is made there.
 *
 * @param pdsAccounts the account database of the PDS inside
 * @throws {Error} where there are none
 */
export function assertNotLost(dataDir: string, pdsAccounts: string): void {
  const isThereAny = (['directory', 'account'] as const).some(
    (kind) => listDatabases(dataDir, kind).length > 0,
  )
  if (isThereAny || !hasPdsAccounts(pdsAccounts)) return
  throw new Error(
    `${dataDir} has no accounts in it, and the PDS inside has some (${pdsAccounts}): mount the disk of ${dataDir}, or restore a backup (docs/backup.md); a PDS that was run by itself is taken over with \`vestibule adopt\``,
  )
}
