import { existsSync, rmSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { setEntryHandle } from '../../database/directory/account.ts'
import { writeSpread } from '../../database/flow/spread.ts'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { DataInUseError, holdData } from '../../maintenance/data_folder/hold.ts'
import { rebuildDirectory } from '../../maintenance/rebuild_directory.ts'
import { DataFolder, PDS } from '../shared/data_folder.ts'

let folder: TemporaryFolder
let data: DataFolder

beforeEach(async () => {
  folder = await makeTemporaryFolder('rebuild')
  data = new DataFolder(folder.path)
  for (const name of ['alice', 'bob', 'carol']) data.add(name)
})
afterEach(() => {
  vi.unstubAllEnvs()
  return folder.remove()
})

const entries = () => data.directory((db) => directoryFunctions.listAccounts(db, '', 10))

const BOB = 'did:plc:bob'

/** Takes away what is kept of bob. @param content of what is in its place; null where nothing is */
function loseBob(content: string | null): void {
  const path = databasePath.account(data, BOB)
  for (const log of ['', '-wal', '-shm']) rmSync(path + log, { force: true })
  if (content !== null) writeFileSync(path, content)
}

test('a directory in order stays as it is', () => {
  const before = entries()
  expect(rebuildDirectory(data.dataDir)).toEqual({
    accounts: 3,
    added: [],
    changed: [],
    removed: [],
    lost: [],
    unreadable: [],
    missing: [],
    movedTo: null,
  })
  expect(entries()).toEqual(before)
})

test('entries that are missing, wrong or too many are mended; PDSes and invites stay', async () => {
  data.account('did:plc:ghost', () => {})
  data.directory((db) => {
    directoryFunctions.removeAccount(db, 'did:plc:alice')
    setEntryHandle(db, 'did:plc:bob', 'x.test')
    setEntryHandle(db, 'did:plc:carol', 'bob.test')
    const ghost = { did: 'did:plc:ghost', handle: 'alice.test', email: null, pdsDid: PDS }
    directoryFunctions.addAccount(db, { ...ghost, createdAt: 1 })
    const invites = { host: 'h', count: 1, useCount: 1, forAccounts: ['admin'], createdBy: 'admin' }
    directoryFunctions.createInviteCodes(db, invites)
  })
  expect(rebuildDirectory(data.dataDir)).toMatchObject({
    added: ['did:plc:alice'],
    changed: ['did:plc:bob', 'did:plc:carol'],
    removed: ['did:plc:ghost'],
  })
  expect(entries().map(({ handle }) => handle)).toEqual(['alice.test', 'bob.test', 'carol.test'])
  expect(data.directory((db) => directoryFunctions.listInviteCodes(db))).toHaveLength(1)
  expect((await checkData(data.dataDir)).findings).toEqual([])
})

test('an account that cannot be read keeps its names, and no other is held up', () => {
  const before = entries()
  loseBob('x'.repeat(4_096))
  expect(rebuildDirectory(data.dataDir)).toMatchObject({
    accounts: 2,
    removed: [],
    unreadable: [databasePath.account({ dataDir: '' }, BOB)],
  })
  expect(entries()).toEqual(before)
})

test('an account is not taken for one that cannot be read where the disk for its copy is away', () => {
  const path = databasePath.account(data, data.addOfBefore('dave'))
  const db = new Sqlite(path)
  db.exec(`CREATE TABLE dropped AS SELECT zeroblob(${SMALL_FILE}); DROP TABLE dropped`)
  db.close()
  const before = entries()
  vi.stubEnv('TMPDIR', data.path('away'))
  expect(() => rebuildDirectory(data.dataDir)).toThrow('TMPDIR: no folder can be made')
  expect(entries()).toEqual(before)
  vi.unstubAllEnvs()
  expect(rebuildDirectory(data.dataDir)).toMatchObject({ accounts: 4, changed: [] })
})

test.each([
  ['is gone', null],
  ['is empty', ''],
])('an account whose database %s is not taken for a deleted one', (_, content) => {
  const before = entries()
  loseBob(content)
  expect(rebuildDirectory(data.dataDir)).toMatchObject({
    ...{ accounts: 2, removed: [] },
    missing: [databasePath.account({ dataDir: '' }, BOB)],
  })
  expect(entries()).toEqual(before)
})

test('who was deleted goes, whose database is there', () => {
  data.account(BOB, (db) => accountFunctions.erase(db))
  expect(rebuildDirectory(data.dataDir)).toMatchObject({ removed: [BOB], missing: [] })
  expect(entries().map(({ handle }) => handle)).toEqual(['alice.test', 'carol.test'])
})

test('a name of an account that cannot be read goes to the one that has it by now', () => {
  loseBob('x'.repeat(4_096))
  data.account('did:plc:carol', (db) => accountFunctions.setHandle(db, 'bob.test', null))
  expect(rebuildDirectory(data.dataDir)).toMatchObject({ changed: ['did:plc:carol', BOB] })
  expect(entries()).toMatchObject([
    { handle: 'alice.test' },
    { did: BOB, handle: null, email: 'bob@mail.test' },
    { handle: 'bob.test' },
  ])
})

test('in as many parts as an auth actor says, where the directory itself is gone', () => {
  data.flow((db) => writeSpread(db, { authActors: 1, directories: 3 }))
  rmSync(databasePath.directory(data))
  expect(rebuildDirectory(data.dataDir)).toMatchObject({ accounts: 3 })
  const parts = [0, 1, 2, 3].map((part) => existsSync(databasePath.directory(data, part)))
  expect(parts).toEqual([true, true, true, false])
})

test('from the accounts alone, also when the directory is damaged', () => {
  const before = entries()
  writeFileSync(
    databasePath.directory(data),
    'rubbish that is longer than a header, but no database',
  )
  expect(rebuildDirectory(data.dataDir).movedTo).toContain('directory.sqlite.damaged-')
  expect(entries()).toEqual(before)
  rmSync(databasePath.directory(data))
  rebuildDirectory(data.dataDir)
  expect(entries()).toEqual(before)
})

test('a name that two accounts have goes to the one that took it later', async () => {
  data.account('did:plc:bob', (db) => accountFunctions.setHandle(db, 'alice.test', null))
  expect(rebuildDirectory(data.dataDir).lost).toEqual([
    { did: 'did:plc:alice', name: 'alice.test' },
  ])
  expect(entries()).toMatchObject([{ handle: null }, { handle: 'alice.test' }, {}])
  expect((await checkData(data.dataDir)).findings).toEqual([])
})

test('a change to a name that another account has by now is given up, and one to its own is not', () => {
  const ALICE = 'did:plc:alice'
  const [taken, free] = ['taken@mail.test', 'free@mail.test']
  data.directory((db) => {
    directoryFunctions.reserveHandle(db, BOB, 'taken.test', null)
    directoryFunctions.reserveEmail(db, BOB, taken)
    directoryFunctions.reserveHandle(db, 'did:plc:carol', 'carols.test', null)
    directoryFunctions.reserveEmail(db, 'did:plc:carol', free)
  })
  data.account(ALICE, (db) => {
    accountFunctions.setHandle(db, 'taken.test', null)
    accountFunctions.setEmail(db, taken)
  })
  data.account('did:plc:carol', (db) => {
    accountFunctions.setHandle(db, 'carols.test', null)
    accountFunctions.setEmail(db, free)
  })
  expect(rebuildDirectory(data.dataDir)).toMatchObject({ changed: [ALICE, 'did:plc:carol'] })
  const { handleChanges, emailChanges } = data.directory(directoryFunctions.listUnderWay)
  expect(handleChanges).toMatchObject([{ newHandle: 'carols.test' }])
  expect(emailChanges).toMatchObject([{ newEmail: free }])
})

test('not while a program works on the data', () => {
  const program = holdData(data.dataDir)
  expect(() => rebuildDirectory(data.dataDir)).toThrow(DataInUseError)
  program.release()
  expect(rebuildDirectory(data.dataDir).accounts).toBe(3)
})
