import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { insertLegacySession } from '../../database/account/legacy_session.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { listAllEntries } from '../../database/check/directory.ts'
import { closeDatabase, type Db, listTables, openDatabase } from '../../database/database.ts'
import { insertInviteUse, sealInvite } from '../../database/directory/invite.ts'
import { listNameClaims } from '../../database/directory/name_claim.ts'
import { listSignUps } from '../../database/directory/sign_up.ts'
import { insertRequest } from '../../database/flow/authorization_request.ts'
import { insertCarriedSecret, insertCarriedToken } from '../../database/flow/carried.ts'
import { upsertClient } from '../../database/flow/client.ts'
import { insertDevice, linkAccount } from '../../database/flow/device.ts'
import { noteOpenidEnding } from '../../database/flow/openid_ending.ts'
import { recordNonce } from '../../database/flow/replay.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { commitGroup } from '../../database/group_commit.ts'
import { databasePath } from '../../database/paths.ts'
import { readMove } from '../../database/replication/copy_mark.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { type CopyOptions, copyData } from '../../maintenance/copy/copy_data.ts'
import { fromFiles, toFiles } from '../../maintenance/copy/files.ts'
import { fromEngine } from '../../maintenance/copy/from_engine.ts'
import { toEngine } from '../../maintenance/copy/to_engine.ts'
import { holdData } from '../../maintenance/data_folder/hold.ts'
import { setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { rebuildDirectory } from '../../maintenance/rebuild_directory.ts'
import { basisOf } from '../shared/basis.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { tablesOf } from '../storage/tables.ts'
import { MemoryEngine } from './memory_engine.ts'

const LATER = Date.now() + 60 * 60_000
const NAMES = Array.from({ length: 20 }, (_, i) => `person${i}`)

let home: TemporaryFolder
let data: DataFolder
let engine: MemoryEngine

beforeEach(async () => {
  home = await makeTemporaryFolder('copy')
  data = new DataFolder(join(home.path, 'data'))
  engine = new MemoryEngine()
  for (const name of NAMES) {
    const did = data.add(name)
    data.account(did, (db) => {
      accountFunctions.rememberDevice(db, `dev-${name}`, basisOf(db))
      // It refers to a table that has no row.
      insertLegacySession(db, { id: name, jti: name, expiresAt: LATER, appPasswordName: null })
    })
  }
  data.flow((db) => {
    for (const name of NAMES) {
      const request = {
        id: `req-${name}`,
        clientId: 'https://app.test',
        clientAuth: null,
        parameters: '{}',
        expiresAt: Date.now() + 60_000,
        deviceId: null,
        did: null,
      }
      insertRequest(db, request)
      insertRequest(db, { ...request, id: `req-granted-${name}`, code: `cod-${name}` })
      const device = { sessionId: 'ses', userAgent: null, ipAddress: '::1', lastSeenAt: 1 }
      insertDevice(db, `dev-${name}`, device)
      linkAccount(db, `dev-${name}`, `did:plc:${name}`)
      recordNonce(db, 'DPoP', name, 60_000)
      upsertClient(db, `https://${name}.test`, '{}')
      noteOpenidEnding(db, `did:plc:${name}`)
      const until = Date.now() + 60_000
      const held = { token: `ref-${name}`, did: `did:plc:${name}`, sessionId: name }
      insertCarriedToken(db, { ...held, expiresAt: until })
      insertCarriedSecret(db, { pdsDid: `did:web:${name}`, secret: name, expiresAt: until })
    }
    commitGroup(db)
  })
})
afterEach(() => home.remove())

/** Something in every table. */
function fillDirectory(db: Db): void {
  const [did, now] = ['did:plc:person1', Date.now()]
  const functions = directoryFunctions
  const invites = { host: 'h', count: 2, useCount: 1, forAccounts: ['admin'], createdBy: 'admin' }
  const [made] = functions.createInviteCodes(db, invites)
  const [held, used] = (made?.codes ?? []) as [string, string]
  for (const [name, inviteCode] of [
    ['later', held],
    ['now', used],
  ] as const) {
    const names = { handle: `${name}.test`, email: `${name}@mail.test` }
    const credential = { passwordScrypt: 'salt:hash', passkey: null }
    functions.reserveSignUp(db, { ...names, ...credential, inviteCode })
  }
  insertInviteUse(db, sealInvite(db, used), did, now)
  const [undone = ''] = listSignUps(db, Number.MAX_SAFE_INTEGER)
    .filter(({ handle }) => handle === 'now.test')
    .map(({ id }) => id)
  functions.recordSignUpDid(db, undone, { did: 'did:plc:undone', movedFrom: null }, now)
  functions.withdrawSignUp(db, undone)
  functions.beginStandingChange(db, 'did:plc:person4', { takedownRef: 'spam' }, null)
  functions.reserveHandle(db, 'did:plc:person2', 'other2.test', 0)
  functions.reserveEmail(db, 'did:plc:person3', 'other3@mail.test')
  functions.beginDeletion(db, 'did:plc:person5', now)
  functions.putFollowedTakedown(db, 'did:plc:person6', 'ref')
  functions.putResetToken(db, 'ABCDE-FGHIJ', did, now)
  functions.addOperator(db, did, now)
  functions.addOperatorAct(db, {
    ...{ at: now, operator: 'person1', operatorAddress: null, command: 'x', subject: 'y', did },
  })
  functions.keepEvents(db, { events: [], counts: { '2026-11-26': { signed_in: 1 } } }, now)
  functions.putOperatorLink(db, 'link', null, now)
  functions.openOperatorSession(db, 'secret', { did, basis: '{}', begunAt: now }, now)
  functions.openOperatorSessionByLink(db, 'other', 'link', now)
  functions.putOperatorLink(db, 'another link', { did, basis: '{}', begunAt: now }, now)
  const left = new Set(['name_claim', 'part', 'entry_to_be'])
  for (const table of listTables(db)) {
    const rows = db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get()
    if (!left.has(table)) expect([table, rows]).not.toEqual([table, 0])
  }
}

let scratches = 0
function scratch(): string {
  const path = join(home.path, `scratch-${scratches++}`)
  mkdirSync(path)
  return path
}
/** What is copied here once may be copied once more. */
async function copyTwice(options: CopyOptions) {
  const report = await copyData(options)
  await options.from.setMove(null)
  return report
}
const toTheEngine = (authActors: number, directories = 1, from = data.dataDir) => {
  const folder = scratch()
  const spread = { authActors, directories }
  const to = toEngine(engine, folder, spread)
  return copyTwice({ from: fromFiles(from), to, scratch: folder, spread })
}
const toFolder = (name: string, authActors: number, directories = 1) => {
  const folder = scratch()
  const spread = { authActors, directories }
  const to = toFiles(join(home.path, name))
  return copyTwice({ from: fromEngine(engine, folder), to, scratch: folder, spread })
}
const tablesIn = (path: string) => {
  const db = openAsItIs(path)
  const { installation: _, part: __, ...tables } = tablesOf(db)
  db.close()
  return tables
}
const databases = (dataDir: string) => [
  databasePath.directory({ dataDir }),
  databasePath.auth({ dataDir }, '0'),
  ...NAMES.map((name) => databasePath.account({ dataDir }, `did:plc:${name}`)),
]

test('there and back again everything is the same, table by table, whatever it was spread over', async () => {
  data.directory(fillDirectory)
  const before = databases(data.dataDir).map(tablesIn)
  const there = { accounts: 20, copied: 26, present: 0, removed: 0 }
  expect(await toTheEngine(3, 3)).toMatchObject(there)
  const keys = { auth: ['0', '1', '2'], directory: ['main', '1', '2'] }
  for (const [name, those] of Object.entries(keys)) {
    const spread = await Promise.all(those.map((key) => engine.of(name, key)))
    for (const { values } of spread) expect(values.size).toBeGreaterThan(0)
  }

  expect(await toFolder('two', 2, 2)).toMatchObject({ accounts: 20, copied: 24 })
  const two = join(home.path, 'two')
  expect((await checkData(two)).findings).toEqual([])
  expect(readdirSync(join(two, 'auth')).sort()).toEqual(['0.sqlite', '1.sqlite'])
  for (const part of [0, 1]) {
    const db = openAsItIs(databasePath.directory({ dataDir: two }, part))
    expect(listAllEntries(db).length).toBeGreaterThan(0)
    expect(listNameClaims(db).size).toBeGreaterThan(0)
    db.close()
  }

  await toFolder('back', 1)
  const back = join(home.path, 'back')
  expect(databases(back).map(tablesIn)).toEqual(before)
  expect((await checkData(back)).findings).toEqual([])
})

test('of an account whose endings several auth actors made, their notes become one', async () => {
  await toTheEngine(2)
  await toFolder('two', 2)
  const two = join(home.path, 'two')
  const paths = ['0', '1'].map((number) => databasePath.auth({ dataDir: two }, number))
  const notes = paths.map((path, number) => {
    const db = openDatabase(path, flowSchema, 'program')
    const text = 'INSERT OR REPLACE INTO openid_ending VALUES (?, ?, ?) RETURNING noted_at'
    const noted = db
      .prepare(text)
      .pluck()
      .get('did:plc:person1', 10 + number, 30 - number)
    closeDatabase(db)
    return noted
  })
  expect(notes).toEqual([10, 11])

  engine = new MemoryEngine()
  expect(await toTheEngine(3, 1, two)).toMatchObject({ accounts: 20 })
  await toFolder('one', 1)
  const db = openAsItIs(databasePath.auth({ dataDir: join(home.path, 'one') }, '0'))
  const kept = db.prepare("SELECT * FROM openid_ending WHERE did = 'did:plc:person1'").all()
  expect(kept).toEqual([{ did: 'did:plc:person1', noted_at: 11, due_at: 29 }])
  expect(db.prepare('SELECT count(*) FROM openid_ending').pluck().get()).toBe(20)
  db.close()
})

test('what was interrupted anywhere goes on where it was, and follows what changed meanwhile', async () => {
  for (const [writes, directories] of [
    [3, 3],
    [20, 3],
    [40, 2],
  ] as const) {
    engine.left = writes
    await expect(toTheEngine(2, directories)).rejects.toThrow('The process was killed')
  }
  engine.left = Number.POSITIVE_INFINITY
  // The program ran again in between.
  const gone = 'did:plc:person0'
  data.directory((db) => {
    db.prepare('DELETE FROM account WHERE did = ?').run(gone)
  })
  rmSync(databasePath.account(data, gone))
  data.account('did:plc:person4', (db) => accountFunctions.setHandle(db, 'other.test', null))
  data.directory((db) => {
    db.prepare("UPDATE account SET handle = 'other.test' WHERE did = 'did:plc:person4'").run()
  })
  const report = await toTheEngine(2, 2)
  expect(report).toMatchObject({ accounts: 19, removed: 1 })
  expect(report.present).toBeGreaterThan(0)
  await toFolder('back', 1)
  const back = join(home.path, 'back')
  expect(
    databases(back)
      .filter((path) => !path.includes('person0.'))
      .map(tablesIn),
  ).toEqual(
    databases(data.dataDir)
      .filter((path) => !path.includes('person0.'))
      .map(tablesIn),
  )
  // The third part of the first attempts is none of this directory, and does not wake.
  expect(await readMove(await engine.of('directory', '2'))).toMatchObject({ state: 'copying' })
  engine.actors.delete('directory/2')
  for (const { values } of engine.actors.values()) {
    expect([...values.keys()].filter((key) => /cop(ying|ied)|person0\b/.test(key))).toEqual([])
  }
})

test('an engine with accounts, and a folder with data, are refused and stay as they are', async () => {
  await toTheEngine(1, 2)
  const before = new Map([...engine.actors].map(([id, { values }]) => [id, values.size]))
  await expect(toTheEngine(1)).rejects.toThrow('The engine holds 20 accounts already')
  expect(new Map([...engine.actors].map(([id, { values }]) => [id, values.size]))).toEqual(before)
  await expect(toFolder('data', 1)).rejects.toThrow('is not empty')
})

test('what does not fit together is refused before anything is written', async () => {
  data.directory((db) => {
    db.prepare("DELETE FROM account WHERE did = 'did:plc:person3'").run()
  })
  await expect(toTheEngine(1)).rejects.toThrow('The directory does not know did:plc:person3')
  rmSync(databasePath.account(data, 'did:plc:person3'))
  rmSync(databasePath.account(data, 'did:plc:person4'))
  await expect(toTheEngine(1)).rejects.toThrow('did:plc:person4 has no database')
})

test('a running program is not copied', async () => {
  const program = holdData(data.dataDir)
  await expect(toTheEngine(1)).rejects.toThrow('A program runs')
  program.release()
  expect(await toTheEngine(1)).toMatchObject({ accounts: 20 })
})

test.each(['copying', 'moving', 'moved', 'returned'] as const)(
  'nothing works on data that are %s',
  (state) => {
    setMoveOf(data.dataDir, { state, id: 'a', place: 'the engine at engine.example.com:6420' })
    const why = 'the engine at engine.example.com:6420'
    expect(() => holdData(data.dataDir)).toThrow(why)
    expect(() => rebuildDirectory(data.dataDir)).toThrow(why)
    // What was refused holds nothing.
    holdData(data.dataDir, { evenMoved: true }).release()
    setMoveOf(data.dataDir, null)
    holdData(data.dataDir).release()
  },
)
