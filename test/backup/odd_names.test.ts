import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { makePrivateDataFolder } from '../../base/files/private_files.ts'
import { versionsIn } from '../../cli/upgrade/databases.ts'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUpTo } from '../../maintenance/backup/kept_backups.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { fromFiles } from '../../maintenance/copy/files.ts'
import { listDatabases } from '../../maintenance/data_folder/files.ts'
import { rebuildDirectory } from '../../maintenance/rebuild_directory.ts'
import { restore } from '../../maintenance/restore.ts'
import { DataFolder } from '../shared/data_folder.ts'

const ALICE = 'did:plc:alice'
const WEB = 'did:web:pds.example.com%3A8443:x:y'

let folder: TemporaryFolder
let data: DataFolder

beforeEach(async () => {
  folder = await makeTemporaryFolder('odd-names')
  data = new DataFolder(join(folder.path, 'data'))
  for (const name of ['alice', 'bob']) data.add(name)
})
afterEach(() => folder.remove())

const path = (did: string) => databasePath.account(data, did)
const logged = (file: string) => ['', '-wal', '-shm'].map((log) => file + log)

/** What hands, copies and file systems leave among the databases. */
function leaveOddFiles(): void {
  const alice = path(ALICE)
  const beside = (name: string) => join(dirname(alice), name)
  copyFileSync(alice, beside('did_plc_alice (copy).sqlite'))
  copyFileSync(alice, beside('DID_PLC_ALICE.SQLITE'))
  copyFileSync(alice, beside('copy.sqlite'))
  copyFileSync(alice, join(dirname(path('did:plc:bob')), basename(alice)))
  writeFileSync(beside('.nfs0000000003c8a1b200000001'), 'x')
  writeFileSync(beside('did_plc_gone_ce.sqlite-wal'), 'x')
  mkdirSync(beside('did_plc_folderce.sqlite'))
  symlinkSync('nowhere', beside('did_plc_linkce.sqlite'))
  symlinkSync('did_plc_loopce.sqlite', beside('did_plc_loopce.sqlite'))
  writeFileSync(data.path('accounts/xx'), 'x')
  symlinkSync('loop', data.path('accounts/loop'))
  mkdirSync(data.path('accounts/lost+found'), { mode: 0o000 })
  copyFileSync(data.path('auth/0.sqlite'), data.path('auth/0 (copy).sqlite'))
  copyFileSync(data.path('directory.sqlite'), data.path('directory (copy).sqlite'))
}

test('what has an odd name holds up nothing, and is named', async () => {
  leaveOddFiles()
  makePrivateDataFolder(data.dataDir)
  const { findings, accounts } = await checkData(data.dataDir)
  expect(accounts).toBe(2)
  expect(findings.map((finding) => finding.path).sort()).toEqual([
    'accounts/ce/DID_PLC_ALICE.SQLITE',
    'accounts/ce/copy.sqlite',
    'accounts/ce/did_plc_alice (copy).sqlite',
    'accounts/ob/did_plc_alice.sqlite',
  ])
  expect(rebuildDirectory(data.dataDir)).toMatchObject({
    accounts: 2,
    ...{ added: [], changed: [], removed: [], lost: [], unreadable: [], missing: [] },
  })
  const source = fromFiles(data.dataDir)
  expect(await source.listOthers(new Set([ALICE]))).toEqual(['did:plc:bob'])
  expect(await source.authActors()).toBe(1)
  expect(
    versionsIn(data.dataDir, () => {})
      .account.values()
      .next().value,
  ).toBe(2)

  const { folder: made } = await backUpTo({
    dataDir: data.dataDir,
    to: join(folder.path, 'backups'),
    keep: 1,
  })
  const restored = join(folder.path, 'restored')
  const { manifest, report } = await restore({ folder: made, dataDir: restored })
  expect(manifest.damaged).toEqual([])
  expect(report).toMatchObject({ accounts: 2, findings: [] })
  chmodSync(data.path('accounts/lost+found'), 0o700)
})

test('accounts of every kind of DID, and behind links, are none of them', async () => {
  data.add('carol')
  data.account(WEB, () => {})
  const away = join(folder.path, 'away')
  cpSync(dirname(path(ALICE)), away, { recursive: true })
  rmSync(dirname(path(ALICE)), { recursive: true })
  symlinkSync(away, dirname(path(ALICE)))
  const elsewhere = join(folder.path, 'bob.sqlite')
  copyFileSync(path('did:plc:bob'), elsewhere)
  for (const file of logged(path('did:plc:bob'))) rmSync(file, { force: true })
  symlinkSync(elsewhere, path('did:plc:bob'))
  const all = [ALICE, 'did:plc:bob', 'did:plc:carol', WEB]
  expect(listDatabases(data.dataDir, 'account').sort()).toEqual(
    all.map((did) => databasePath.account({ dataDir: '' }, did)).sort(),
  )
})

test('secrets are copied but for what is none', async () => {
  mkdirSync(data.path('secrets/old'), { recursive: true })
  symlinkSync('nowhere', data.path('secrets/lost'))
  for (const name of ['jwt_key.hex', 'jwt_key.hex (copy)']) {
    writeFileSync(data.path(join('secrets', name)), 'x')
  }
  const to = join(folder.path, 'backups')
  const made = await backUpTo({ dataDir: data.dataDir, to, keep: 1, withSecrets: true })
  expect(readdirSync(join(made.folder, 'secrets'))).toEqual(['jwt_key.hex'])
})

test("the file of one account in another's place is no account's", async () => {
  for (const file of logged(path('did:plc:bob'))) rmSync(file, { force: true })
  writeFileSync(path('did:plc:bob'), readFileSync(path(ALICE)))
  const problems = async () =>
    (await checkData(data.dataDir)).findings.map(({ problem }) => problem).sort()
  const wrong = [
    'bob.test belongs to an account that has no records',
    'it holds the account did:plc:alice, which belongs elsewhere',
  ]
  expect(await problems()).toEqual(wrong)
  const bob = databasePath.account({ dataDir: '' }, 'did:plc:bob')
  expect(rebuildDirectory(data.dataDir)).toMatchObject({ removed: [], unreadable: [bob] })
  expect(await problems()).toEqual(wrong)
  const to = join(folder.path, 'backups')
  const { manifest } = await backUpTo({ dataDir: data.dataDir, to, keep: 1 })
  const problem = 'holds the account did:plc:alice'
  expect(manifest.damaged).toEqual([{ path: bob, did: 'did:plc:bob', problem }])
})

test('a rebuild keeps the entry of an account whose file is gone, and forgets one that was deleted', () => {
  for (const file of logged(path(ALICE))) rmSync(file, { force: true })
  const carol = data.add('carol')
  for (const file of logged(path(carol))) rmSync(file, { force: true })
  writeFileSync(path(carol), '')
  data.account('did:plc:bob', (db) => db.exec('DELETE FROM account'))
  expect(rebuildDirectory(data.dataDir)).toMatchObject({
    accounts: 0,
    removed: ['did:plc:bob'],
    missing: [ALICE, carol].map((did) => databasePath.account({ dataDir: '' }, did)),
  })
  const left = data.directory((db) => directoryFunctions.listAccounts(db, '', 10))
  expect(left.map(({ handle }) => handle)).toEqual(['alice.test', 'carol.test'])
})
