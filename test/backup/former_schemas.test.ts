import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { readSchemaVersion } from '../../database/check/schema_version.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { verifyBackup } from '../../maintenance/backup/verify_backup.ts'
import { rebuildDirectory } from '../../maintenance/rebuild_directory.ts'
import { restore } from '../../maintenance/restore.ts'
import { DataFolder, former } from '../shared/data_folder.ts'

/** All but the newest. */
const versionsOf = ({ steps }: { steps: readonly unknown[] }) =>
  steps.slice(1).map((_, before) => before + 1)

let home: TemporaryFolder
let data: DataFolder

beforeEach(async () => {
  home = await makeTemporaryFolder('former-schemas')
  data = new DataFolder(join(home.path, 'data'))
})
afterEach(() => home.remove())

describe('a program that is newer than its data, as between the two steps of an upgrade', () => {
  test.each(versionsOf(directorySchema))(
    'makes a backup of a directory of schema %i, leaves it as it is, and restores it',
    async (version) => {
      for (const name of ['alice', 'bob']) data.add(name)
      const path = databasePath.directory(data)
      data.ageDirectory(version)
      const folder = join(home.path, 'backup')
      await backUp({ dataDir: data.dataDir, folder })
      expect(await verifyBackup(folder)).toMatchObject({ accounts: 2, damaged: [] })
      expect(readSchemaVersion(path)).toBe(version)
      const restored = join(home.path, 'restored')
      const { report } = await restore({ folder, dataDir: restored })
      expect(report).toMatchObject({ accounts: 2, findings: [] })
    },
  )

  test.each(versionsOf(accountSchema))(
    'gives a name that two accounts of schema %i have to one of them',
    (version) => {
      data.addOfBefore('alice', version)
      const bob = data.addOfBefore('bob', version)
      const db = openDatabase(databasePath.account(data, bob), former(accountSchema, version))
      db.exec(`UPDATE account SET handle = 'alice.test';
        INSERT INTO audit (at, event, detail) VALUES (2, 'handle_changed', '{}')`)
      closeDatabase(db)
      for (const log of ['', '-wal', '-shm']) {
        rmSync(databasePath.directory(data) + log, { force: true })
      }
      expect(rebuildDirectory(data.dataDir)).toMatchObject({
        accounts: 2,
        lost: [{ did: 'did:plc:alice', name: 'alice.test' }],
        unreadable: [],
      })
      const entries = data.directory((of) => directoryFunctions.listAccounts(of, '', 10))
      expect(entries.map(({ handle }) => handle)).toEqual([null, 'alice.test'])
      expect(data.account('did:plc:alice', accountFunctions.read)?.handle).toBeNull()
    },
  )
})
