import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { openParts } from '../../actors/directory/part_number.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import {
  type DirectoryEntry,
  deleteEntry,
  insertEntry,
  withdrawEntry,
} from '../../database/directory/account.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { partitionOf } from '../../database/partition.ts'
import { databasePath } from '../../database/paths.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { verifyBackup } from '../../maintenance/backup/verify_backup.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { rebuildDirectory } from '../../maintenance/rebuild_directory.ts'
import { restore } from '../../maintenance/restore.ts'
import { didOf, emailOf, handleOf, PDS, SomeParts, signUp } from './some_parts.ts'

const PARTS = 3
const NAMES = Array.from({ length: 9 }, (_, i) => `person${i}`)

let home: TemporaryFolder
let dataDir: string

async function inDirectory<T>(
  work: (parts: SomeParts) => T | Promise<T>,
  at = dataDir,
): Promise<T> {
  const open = (path: string) => openSealed(path, directorySchema)
  const parts = new SomeParts(openParts({ dataDir: at, directories: PARTS }, open))
  try {
    return await work(parts)
  } finally {
    parts.close()
  }
}

const pathOf = (part: number) => databasePath.directory({ dataDir }, part)
const problems = async (at = dataDir) =>
  (await checkData(at, { patience: 0 })).findings.map(({ problem }) => problem)

async function assertAllFound(at = dataDir): Promise<void> {
  const { findings, accounts } = await checkData(at, { patience: 0 })
  expect(findings).toEqual([])
  expect(accounts).toBe(NAMES.length)
  await inDirectory(async (parts) => {
    const directory = parts.reach()
    for (const name of NAMES) {
      for (const typed of [handleOf(name), emailOf(name)]) {
        expect(await directory.find(typed)).toMatchObject({ did: didOf(name) })
        await expect(signUp(directory, 'thief', handleOf(name))).rejects.toThrow('taken')
      }
    }
  }, at)
}

beforeEach(async () => {
  home = await makeTemporaryFolder('parts')
  dataDir = join(home.path, 'data')
  for (const name of NAMES) {
    const did = didOf(name)
    const db = openDatabase(databasePath.account({ dataDir }, did), accountSchema)
    const account = { did, handle: handleOf(name), email: emailOf(name), pdsDid: PDS }
    accountFunctions.create(db, { ...account, passwordScrypt: 'salt:hash', createdAt: 1 })
    closeDatabase(db)
  }
  await inDirectory(async (parts) => {
    for (const name of NAMES) await signUp(parts.reach(), name)
  })
})
afterEach(() => home.remove())

test('a backup has all parts, and what is restored from it finds everybody', async () => {
  await assertAllFound()
  const folder = join(home.path, 'backup')
  const { databases } = await backUp({ dataDir, folder })
  expect(databases.filter(({ kind }) => kind === 'directory')).toHaveLength(PARTS)
  expect(await verifyBackup(folder)).toMatchObject({ accounts: NAMES.length })
  const restored = join(home.path, 'restored')
  const { directory } = await restore({ folder, dataDir: restored })
  expect(directory).toMatchObject({ accounts: NAMES.length, added: [], changed: [], removed: [] })
  await assertAllFound(restored)
})

test.each([0, 1, 2])('part %i is made anew from the accounts, damaged or lost', async (part) => {
  writeFileSync(pathOf(part), 'rubbish that is longer than a header, but no database')
  expect((await problems()).join()).toContain('cannot be read')
  const { movedTo, added } = rebuildDirectory(dataDir)
  expect(movedTo).toContain(`${pathOf(part)}.damaged-`)
  expect(added.length).toBeGreaterThan(0)
  // With the first, the PDSes are lost.
  await inDirectory(() => {})
  await assertAllFound()

  rmSync(pathOf(part))
  expect((await problems()).join()).toMatch(
    part === 0 ? /no directory|2 are there/ : /3 parts, of which 2 are there/,
  )
  rebuildDirectory(dataDir)
  await inDirectory(() => {})
  await assertAllFound()
})

test('who has no account any more, in whatever part, leaves no code to use, and no trail', async () => {
  const did = ['a', 'b', 'c', 'd', 'e', 'f'].map(didOf).find((each) => partitionOf(each, PARTS) > 0)
  const ghost = { did: did as string, handle: 'ghost.test', email: null, pdsDid: PDS }
  await inDirectory(async (parts) => {
    const directory = parts.reach()
    await directory.addAccount({ ...ghost, createdAt: 1 })
    const codes = { host: 'h', count: 1, useCount: 1, forAccounts: [ghost.did], createdBy: 'admin' }
    await directory.createInviteCodes(codes)
    const event = { at: 1, event: 'signed_in', did: ghost.did, address: '192.0.2.1' }
    const events = [{ ...event, operator: null, detail: {} }]
    await directory.keepEvents({ events, counts: {} }, 1)
  })
  closeDatabase(openDatabase(databasePath.account({ dataDir }, ghost.did), accountSchema))
  expect(rebuildDirectory(dataDir).removed).toEqual([ghost.did])
  await inDirectory(async (parts) => {
    const directory = parts.reach()
    expect(await directory.listInviteCodesOf(ghost.did)).toMatchObject([{ disabled: true }])
    expect(await directory.listEvents({ did: ghost.did }, 9)).toEqual([])
  })
  await assertAllFound()
})

test('a name that is not claimed, or for another, and an entry in another part are found and mended', async () => {
  await inDirectory(({ dbs, entries }) => {
    const [first, second, third] = dbs as [Db, Db, Db]
    first.exec('DELETE FROM name_claim')
    second.exec("UPDATE name_claim SET holder = 'did:plc:thief'")
    const moved = entries.at(-1) as DirectoryEntry
    deleteEntry(third, moved.did)
    insertEntry(first, moved)
  })
  const found = await problems()
  expect(
    found.filter((problem) => problem.endsWith('is not claimed for it')).length,
  ).toBeGreaterThan(2)
  expect(found).toContain('its entry is in a part where it is not looked for')
  rebuildDirectory(dataDir)
  await assertAllFound()
})

test('from whatever part an entry is moved to its own, its codes and its trail stay', async () => {
  const moved = await inDirectory(async (parts) => {
    const { dbs, entries } = parts
    const directory = parts.reach()
    const each = dbs.map(
      (_, part) => entries.find(({ did }) => partitionOf(did, PARTS) === part) as DirectoryEntry,
    )
    for (const [part, entry] of each.entries()) {
      const { did } = entry
      const codes = { host: 'h', count: 1, useCount: 1, forAccounts: [did], createdBy: 'admin' }
      await directory.createInviteCodes(codes)
      const event = { at: 1, event: 'signed_in', did, address: '192.0.2.1' }
      const events = [{ ...event, operator: null, detail: {} }]
      await directory.keepEvents({ events, counts: {} }, 1)
      withdrawEntry(dbs[part] as Db, entry)
      insertEntry(dbs[(part + 1) % PARTS] as Db, entry)
    }
    return each.map(({ did }) => did)
  })
  expect(rebuildDirectory(dataDir).removed).toEqual([])
  await inDirectory(async (parts) => {
    const directory = parts.reach()
    for (const did of moved) {
      expect(await directory.listInviteCodesOf(did)).toMatchObject([{ disabled: false }])
      expect(await directory.listEvents({ did }, 9)).toHaveLength(1)
    }
  })
  await assertAllFound()
})

test('the number is that of the data, whatever the settings say', async () => {
  const { length } = openParts({ dataDir, directories: 5 }, (path) =>
    openSealed(path, directorySchema),
  ).map(closeDatabase)
  expect(length).toBe(PARTS)
})
