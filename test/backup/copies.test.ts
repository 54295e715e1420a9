import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { sha256 } from '../../base/files/checksum.ts'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { setEntryHandle } from '../../database/directory/account.ts'
import { databasePath } from '../../database/paths.ts'
import { MissingPartError } from '../../database/replication/restore.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { verifyBackup } from '../../maintenance/backup/verify_backup.ts'
import { checkData } from '../../maintenance/check/data.ts'
import {
  type Database,
  type Databases,
  databasesIn,
} from '../../maintenance/databases/databases.ts'
import { restore } from '../../maintenance/restore.ts'
import { basisOf } from '../shared/basis.ts'
import { DataFolder } from '../shared/data_folder.ts'

let home: TemporaryFolder
let data: DataFolder
let folder: string
let restored: DataFolder['dataDir']

beforeEach(async () => {
  home = await makeTemporaryFolder('backup')
  data = new DataFolder(join(home.path, 'data'))
  for (const name of ['alice', 'bob', 'carol']) data.add(name)
  folder = join(home.path, 'backup')
  restored = join(home.path, 'restored')
})
afterEach(() => home.remove())

const copy = (onProgress = (_done: number) => {}) =>
  backUp({ dataDir: data.dataDir, folder, onProgress })
const rename = (did: string, handle: string) => {
  data.account(did, (db) => accountFunctions.setHandle(db, handle, null))
  data.directory((db) => setEntryHandle(db, did, handle))
}
const manifest = () => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))

test('what changes during a backup is in it whole or not at all', async () => {
  await copy((done) => {
    if (done !== 1) return
    // Alice's copy was made: she gives her name to Bob, and Dave comes.
    rename('did:plc:alice', 'alicia.test')
    rename('did:plc:bob', 'alice.test')
    data.add('dave')
  })
  const { directory, report } = await restore({ folder, dataDir: restored })
  expect(report).toMatchObject({ accounts: 4, findings: [] })
  expect(directory).toMatchObject({ added: [], changed: [], removed: [], lost: [] })
  expect(readdirSync(restored).sort()).toEqual([
    ...['accounts', 'auth', 'directory.sqlite', 'program.lock'],
  ])
})

test.each([
  ['is in it, which can be read again', true],
  ['is not in it, which cannot be read any more', false],
])('an account that changes meanwhile %s', async (_, isReadInTheEnd) => {
  const bob = databasePath.account({ dataDir: '' }, 'did:plc:bob')
  let tries = 0
  const flaky = (account: Database): Database => ({
    ...{ kind: account.kind, path: account.path, look: (look) => account.look(look) },
    async copy(to) {
      // Its entry changes, so that it is copied once more.
      if (tries++ === 0) rename('did:plc:bob', 'bobby.test')
      if ((tries === 2) === isReadInTheEnd) return account.copy(to)
      mkdirSync(dirname(to), { recursive: true })
      writeFileSync(to, 'half of it')
      throw new MissingPartError('a part')
    },
  })
  const all = databasesIn(data.dataDir)
  const databases: Databases = {
    ...all,
    list: async (kind) =>
      (await all.list(kind)).map((one) => (one.path === bob ? flaky(one) : one)),
    account: (did) => (did === 'did:plc:bob' ? flaky(all.account(did)) : all.account(did)),
  }
  const made = await backUp({ dataDir: data.dataDir, databases, folder })
  expect(tries).toBe(2)
  expect(made.damaged.map(({ path }) => path)).toEqual(isReadInTheEnd ? [] : [bob])
  expect(made.databases.some(({ path }) => path === bob)).toBe(isReadInTheEnd)
  expect(existsSync(join(folder, bob))).toBe(isReadInTheEnd)
})

/** The same databases, of which one is copied otherwise. */
const copiedOtherwise = (did: string, copy: (own: Database, to: string) => Promise<boolean>) => {
  const all = databasesIn(data.dataDir)
  const path = databasePath.account({ dataDir: '' }, did)
  const changed = (own: Database): Database =>
    own.path === path ? { ...own, copy: (to) => copy(own, to) } : own
  return {
    ...all,
    list: async (kind) => (await all.list(kind)).map(changed),
    account: (each) => changed(all.account(each)),
  } satisfies Databases
}

test('an account that changes all the time is in it as it was at the end', async () => {
  let renamed = 0
  const databases = copiedOtherwise('did:plc:bob', (bob, to) => {
    rename('did:plc:bob', `bob-${++renamed}.test`)
    return bob.copy(to)
  })
  await backUp({ dataDir: data.dataDir, databases, folder })
  const { directory, report } = await restore({ folder, dataDir: restored })
  expect(report).toMatchObject({ accounts: 3, findings: [] })
  // Its entry is older than its last copy: there is no round without end.
  expect(directory.changed).toEqual(['did:plc:bob'])
  const handle = new DataFolder(restored).account('did:plc:bob', accountFunctions.read)?.handle
  expect([renamed, handle]).toEqual([6, 'bob-6.test'])
})

test('that a copy cannot be written is no damage of the account', async () => {
  const databases = copiedOtherwise('did:plc:bob', async () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  })
  const made = backUp({ dataDir: data.dataDir, databases, folder })
  await expect(made).rejects.toThrow('no space left on device')
  expect(existsSync(join(folder, 'manifest.json'))).toBe(false)
})

test('a backup is for its owner only, into an empty folder only', async () => {
  await copy()
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'directory.sqlite')).mode & 0o777).toBe(0o600)
  await expect(copy()).rejects.toThrow('is not empty')
})

test('the keys come along only when asked for', async () => {
  mkdirSync(data.path('secrets'))
  writeFileSync(data.path('secrets/jwt_key.hex'), 'key\n')
  await copy()
  expect(existsSync(join(folder, 'secrets'))).toBe(false)
  rmSync(folder, { recursive: true })
  await backUp({ dataDir: data.dataDir, folder, withSecrets: true })
  expect(statSync(join(folder, 'secrets', 'jwt_key.hex')).mode & 0o777).toBe(0o600)
  await restore({ folder, dataDir: restored })
  const key = join(restored, 'secrets', 'jwt_key.hex')
  expect(readFileSync(key, 'utf8')).toBe('key\n')
  expect(statSync(key).mode & 0o777).toBe(0o600)
})

test('a key whose writing was cut off is none', async () => {
  const cutOff = join('secrets', '.jwt_key.hex.0a1b2c')
  for (const dataDir of [data.dataDir, restored]) {
    mkdirSync(join(dataDir, 'secrets'), { recursive: true })
    writeFileSync(join(dataDir, cutOff), '')
  }
  const { secrets } = await backUp({ dataDir: data.dataDir, folder, withSecrets: true })
  expect(secrets).toEqual([])
  expect(await restore({ folder, dataDir: restored })).toMatchObject({ hasKeys: false })
})

test.each([
  ['a key', (path: string) => writeFileSync(path, 'key\n')],
  ['a folder', (path: string) => mkdirSync(path)],
])('keys are restored beside none, and beside nothing in their place: %s', async (_, put) => {
  mkdirSync(data.path('secrets'))
  writeFileSync(data.path('secrets/jwt_key.hex'), 'key\n')
  await backUp({ dataDir: data.dataDir, folder, withSecrets: true })
  mkdirSync(join(restored, 'secrets'), { recursive: true })
  put(join(restored, 'secrets', 'old'))
  await expect(restore({ folder, dataDir: restored })).rejects.toThrow(/both hold secrets.*\(old\)/)
  expect(existsSync(join(restored, '.staged'))).toBe(false)
})

test.each<[string, () => void, string]>([
  ['a changed file', () => appendFileSync(join(folder, 'directory.sqlite'), 'x'), 'other checksum'],
  ['a missing file', () => rmSync(join(folder, 'directory.sqlite')), 'missing from the backup'],
  ['an unfinished backup', () => rmSync(join(folder, 'manifest.json')), 'no finished backup'],
  [
    'a path that leads out',
    () => {
      const changed = manifest()
      changed.databases[0].path = '../data/directory.sqlite'
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(changed))
    },
    'not the manifest of a backup',
  ],
])('%s is refused and leaves nothing', async (_, tamper, message) => {
  await copy()
  const whole = join(home.path, 'whole')
  cpSync(folder, whole, { recursive: true })
  tamper()
  await expect(restore({ folder, dataDir: restored })).rejects.toThrow(message)
  expect(readdirSync(home.path).sort()).toEqual(['backup', 'data', 'whole'])
  expect((await restore({ folder: whole, dataDir: restored })).report.findings).toEqual([])
})

test('a database that was damaged before it was copied is refused, and leaves nothing', async () => {
  await copy()
  const whole = manifest()
  const bob = databasePath.account({ dataDir: '' }, 'did:plc:bob')
  const content = readFileSync(join(folder, bob))
  content.fill(0xff, content.length - 512)
  writeFileSync(join(folder, bob), content)
  const named = whole.databases.find(({ path }: { path: string }) => path === bob)
  named.sha256 = sha256(content)
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(whole))
  const refused = restore({ folder, dataDir: restored })
  await expect(refused).rejects.toThrow(`${bob} is damaged`)
  expect(existsSync(restored)).toBe(false)
})

test('nor is one restored in which a row refers to nothing', async () => {
  data.account('did:plc:bob', (db) => {
    db.pragma('foreign_keys = OFF')
    const session = { id: '1', jti: '1', expiresAt: Date.now() + 1e6, appPasswordName: 'gone' }
    accountFunctions.createLegacySession(db, session, basisOf(db))
  })
  await copy()
  const refused = restore({ folder, dataDir: restored })
  await expect(refused).rejects.toThrow('refers to nothing in app_password')
})

test('a schema from the future is refused', async () => {
  data.account('did:plc:bob', (db) => db.pragma('user_version = 99'))
  await copy()
  await expect(restore({ folder, dataDir: restored })).rejects.toThrow('schema version 99')
  expect(existsSync(restored)).toBe(false)
})

test('an account of a newer program is named, and holds up no other', async () => {
  data.account('did:plc:bob', (db) => db.pragma('user_version = 99'))
  await copy()
  const path = databasePath.account({ dataDir: '' }, 'did:plc:bob')
  expect(await verifyBackup(folder)).toMatchObject({
    accounts: 2,
    damaged: [{ path, problem: expect.stringContaining('has schema version 99; this program') }],
  })
  const { report } = await restore({ folder, dataDir: restored })
  expect(report.accounts).toBe(2)
})

test.for([
  ['a small one', 0],
  ['a large one', SMALL_FILE],
] as const)('a backup of before an upgrade comes back whole: %s', async ([, bytes]) => {
  const path = databasePath.account(data, data.addOfBefore('dave'))
  const db = new Sqlite(path)
  db.exec(`CREATE TABLE dropped AS SELECT zeroblob(${bytes}); DROP TABLE dropped`)
  db.close()
  expect(statSync(path).size).toBeGreaterThan(bytes)
  await copy()
  const { report } = await restore({ folder, dataDir: restored })
  expect(report).toMatchObject({ accounts: 4, findings: [] })
})

test('a data directory with data is never overwritten', async () => {
  await copy()
  await expect(restore({ folder, dataDir: data.dataDir })).rejects.toThrow('is not empty')
  expect((await checkData(data.dataDir)).accounts).toBe(3)
})

test('with --sign-out no session comes back; without, they do', async () => {
  data.account('did:plc:bob', (db) => {
    accountFunctions.rememberDevice(db, 'dev-1', basisOf(db))
    accountFunctions.createLegacySession(
      db,
      { id: '1', jti: '1', expiresAt: Date.now() + 1e6, appPasswordName: null },
      basisOf(db),
    )
  })
  await copy()
  await restore({ folder, dataDir: restored })
  const sessionsIn = (dataDir: string) =>
    new DataFolder(dataDir).account('did:plc:bob', (db) => [
      accountFunctions.listDevices(db).length,
      accountFunctions.listLegacySessions(db, Date.now()).length,
    ])
  expect(sessionsIn(restored)).toEqual([1, 1])
  rmSync(restored, { recursive: true })
  await restore({ folder, dataDir: restored, signOut: true })
  expect(sessionsIn(restored)).toEqual([0, 0])
})

test('nor does a session of the operator, and no link to one is good once more', async () => {
  const { putOperatorLink, openOperatorSessionByLink, useOperatorSession } = directoryFunctions
  const [used, unused, secret] = ['used', 'unused', 'of the session']
  const now = Date.now()
  data.directory((db) => {
    for (const link of [used, unused]) putOperatorLink(db, link, null, now)
    openOperatorSessionByLink(db, secret, used, now)
  })
  await copy()
  const goOn = () =>
    new DataFolder(restored).directory((db) => ({
      link: openOperatorSessionByLink(db, 'another', unused, now),
      session: useOperatorSession(db, secret, now) !== null,
    }))
  await restore({ folder, dataDir: restored })
  expect(goOn()).toEqual({ link: false, session: true })
  rmSync(restored, { recursive: true })
  await restore({ folder, dataDir: restored, signOut: true })
  expect(goOn()).toEqual({ link: false, session: false })
})

test('what was given up before the backup is not looked for after the restore', async () => {
  const listed = ({ dataDir }: Pick<DataFolder, 'dataDir'>) =>
    new DataFolder(dataDir).directory((db) => directoryFunctions.listWithdrawnIdentities(db, 10))
  data.directory((db) => {
    const held = { handle: 'dan.test', email: 'dan@mail.test', passwordScrypt: '-', passkey: null }
    const { id } = directoryFunctions.reserveSignUp(db, { ...held, inviteCode: null })
    directoryFunctions.recordSignUpDid(db, id, { did: 'did:plc:dan', movedFrom: null }, Date.now())
    directoryFunctions.withdrawSignUp(db, id)
  })
  expect(listed(data)).toHaveLength(1)
  await copy()
  await restore({ folder, dataDir: restored })
  expect(listed({ dataDir: restored })).toEqual([])
})
