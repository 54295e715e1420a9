import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { insertRecoveryCode } from '../../database/account/recovery_code.ts'
import { putHandleChange } from '../../database/directory/handle_change.ts'
import { insertInviteUse } from '../../database/directory/invite.ts'
import { insertSignUp } from '../../database/directory/sign_up.ts'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { basisOf } from '../shared/basis.ts'
import { DataFolder, PDS } from '../shared/data_folder.ts'

let folder: TemporaryFolder
let data: DataFolder
let alice: string

beforeEach(async () => {
  folder = await makeTemporaryFolder('check')
  data = new DataFolder(folder.path)
  alice = data.add('alice')
  data.add('bob')
})
afterEach(() => folder.remove())

const problems = async (patience = 0) =>
  (await checkData(data.dataDir, { patience })).findings.map(({ problem }) => problem)

const session = (code: string) => ({
  tokenId: `tok-${code}`,
  createdAt: 1,
  updatedAt: 1,
  expiresAt: 2,
  clientId: 'https://app.example.com/client.json',
  clientAuth: '{}',
  deviceId: null,
  parameters: '{}',
  scope: 'atproto',
  code,
  refreshToken: `ref-${code}`,
})

const signUp = (changes: object = {}) => ({
  id: '1',
  handle: 'carol.test',
  email: 'carol@mail.test',
  passwordScrypt: 'salt:hash',
  passkey: null,
  pdsDid: PDS,
  sealedInvite: null,
  did: null,
  movedFrom: null,
  step: 'reserved' as const,
  createdAt: Date.now(),
  updatedAt: Date.now(),
  ...changes,
})

test('data in order: no finding', async () => {
  data.account(alice, (db) => accountFunctions.createSession(db, session('cod-1'), basisOf(db)))
  data.account('did:plc:gone', (db) => accountFunctions.erase(db))
  expect(await checkData(data.dataDir)).toEqual({ databases: 5, accounts: 2, findings: [] })
})

test('an entry without an account, and an account without an entry', async () => {
  rmSync(databasePath.account(data, alice))
  data.directory((db) => directoryFunctions.removeAccount(db, 'did:plc:bob'))
  expect(await problems()).toEqual([
    'alice.test belongs to an account that has no records',
    'the account is not in the directory',
  ])
})

test('names that differ', async () => {
  data.account(alice, (db) => {
    accountFunctions.setHandle(db, 'alicia.test', null)
    accountFunctions.setEmail(db, 'alicia@mail.test')
  })
  expect(await problems()).toEqual([
    'its handle is alice.test, by the account alicia.test',
    'the account has another e-mail address',
  ])
})

test('a handle held by two', async () => {
  data.account(alice, (db) => accountFunctions.setHandle(db, 'bob.test', null))
  data.directory((db) => insertSignUp(db, signUp({ handle: 'alice.test' })))
  expect(await problems(60_000)).toEqual([
    'its handle is alice.test, by the account bob.test',
    'two accounts have bob.test',
    'alice.test is held by an account and by a sign-up or a change',
  ])
})

test('a sign-up and a handle change left over; one under way is not', async () => {
  data.directory((db) => {
    insertSignUp(db, signUp())
    putHandleChange(db, {
      did: alice,
      newHandle: 'alicia.test',
      createdAt: Date.now(),
      generation: null,
    })
  })
  data.account(alice, (db) => accountFunctions.setHandle(db, 'alicia.test', null))
  expect(await problems(60_000)).toEqual([])
  expect(await problems()).toEqual([
    'the sign-up of carol.test is left over',
    'the change to alicia.test is left over',
  ])
})

/** What is found where one thing was done, as a command of the operator that was repeated or a copy of another time may. */
const found: [string, (data: DataFolder, did: string) => void, string[]][] = [
  [
    'an account on a PDS that nobody knows',
    (data, did) => {
      const move = "UPDATE account SET pds_did = 'did:web:gone.example.com' WHERE did = ?"
      data.directory((db) => db.prepare(move).run(did))
      data.account(did, (db) => db.prepare(move).run(did))
    },
    ['its PDS did:web:gone.example.com is unknown'],
  ],
  [
    'an account that says another PDS than its entry',
    (data, did) => {
      data.account(did, (db) => db.prepare("UPDATE account SET pds_did = 'did:web:other'").run())
    },
    ['the account is on another PDS'],
  ],
  [
    'an address of two',
    (data, did) => {
      data.account(did, (db) => accountFunctions.setEmail(db, 'bob@mail.test'))
    },
    ['the account has another e-mail address', 'two accounts have bob@mail.test'],
  ],
  [
    'an invite code with more uses than it has',
    (data, did) => {
      data.directory((db) => {
        const invite = { host: 'x', count: 1, useCount: 1, forAccounts: [did], createdBy: 'admin' }
        directoryFunctions.createInviteCodes(db, invite)
        const sealed = db.prepare('SELECT code FROM invite_code').pluck().get() as string
        for (const user of ['did:plc:bob', 'did:plc:carol']) insertInviteUse(db, sealed, user, 1)
      })
    },
    [
      expect.stringMatching(
        /^an invite code for did:plc:alice, made at .* used more often than it/,
      ),
    ],
  ],
]

test.each(found)('%s', async (_, change, problem) => {
  change(data, alice)
  expect(await problems()).toEqual(problem)
  expect(await problems(60_000)).toEqual(problem)
})

/** What is no fault while it is under way, as the steps of each lie over several databases. */
const underWay: [string, (data: DataFolder, did: string) => void, string][] = [
  [
    'a change of address that the account has and its entry not yet',
    (data, did) => {
      data.directory((db) => directoryFunctions.reserveEmail(db, did, 'alicia@mail.test'))
      data.account(did, (db) => accountFunctions.setEmail(db, 'alicia@mail.test'))
    },
    'the change of its e-mail address is left over',
  ],
  [
    'a deletion after which the entry is there yet',
    (data, did) => {
      data.directory((db) => directoryFunctions.beginDeletion(db, did, Date.now()))
      data.account(did, (db) => accountFunctions.erase(db))
    },
    'its deletion is left over',
  ],
  [
    'a takedown that its PDS has not heard of',
    (data, did) => {
      const decision = { takedownRef: 'ref' }
      data.directory((db) => directoryFunctions.beginStandingChange(db, did, decision, null))
      data.account(did, (db) => accountFunctions.takeDown(db, 'ref'))
    },
    'the change of how it stands is left over',
  ],
  [
    'a sign-up whose account has no entry yet',
    (data) => {
      const carol = { did: 'did:plc:carol', handle: 'carol.test', email: 'carol@mail.test' }
      data.account(carol.did, (db) =>
        accountFunctions.create(db, { ...carol, pdsDid: PDS, passwordScrypt: 'salt:hash' }),
      )
      const { did } = carol
      data.directory((db) => insertSignUp(db, signUp({ did, step: 'creating' })))
    },
    'the sign-up of carol.test is left over',
  ],
]

test.each(underWay)('%s is none until it is left over', async (_, begin, leftOver) => {
  begin(data, alice)
  expect(await problems(60_000)).toEqual([])
  expect(await problems()).toEqual([leftOver])
})

test('two sessions of one code, and two live refresh tokens in one session', async () => {
  data.account(alice, (db) => {
    accountFunctions.createSession(db, session('cod-1'), basisOf(db))
    db.exec(`CREATE TEMP TABLE copy AS SELECT * FROM session;
      UPDATE copy SET id = 'copy', token_id = 'tok-2',
        previous_refresh_hash = refresh_hash, refresh_hash = randomblob(32);
      INSERT INTO session SELECT * FROM copy`)
  })
  expect(await problems()).toEqual([
    'two sessions came from one authorization code',
    'a session has two live refresh tokens: the one before the current one answers without it',
  ])
})

test('codes at sign-in to an address that is not confirmed, as an import may bring them', async () => {
  const imported = {
    invitesDisabled: false,
    appPasswords: [],
    takedownRef: null,
    deleteAfter: null,
  }
  const erin = data.add('erin')
  data.account(erin, (db) => {
    const { did, handle, email, pdsDid, createdAt } = accountFunctions.read(db) as AccountRow
    accountFunctions.erase(db)
    accountFunctions.import(db, {
      ...{ did, handle, email, pdsDid, createdAt, ...imported },
      ...{ passwordScrypt: 'salt:hash', emailConfirmedAt: null, deactivatedAt: null },
      emailAuthFactor: true,
    })
  })
  expect(await problems()).toEqual([
    'codes are mailed at sign-in to an address that is not confirmed',
  ])
})

test('recovery codes without a factor for which they stand in', async () => {
  data.account(alice, (db) => insertRecoveryCode(db, 'AAAAA-22222', 1))
  expect(await problems()).toEqual([
    'there are recovery codes, and no second factor for which they stand in',
  ])
})

test('a code that can be used again', async () => {
  data.account(alice, (db) => accountFunctions.createSession(db, session('cod-1'), basisOf(db)))
  const codeHash = data.account(alice, (db) =>
    db.prepare('SELECT code_hash FROM session').pluck().get(),
  )
  data.flow((db) => {
    db.prepare(
      `INSERT INTO authorization_request (id, client_id, parameters, expires_at, code_hash)
       VALUES ('req-1', 'app', '{}', ?, ?)`,
    ).run(Date.now() + 60_000, codeHash)
    db.prepare('INSERT INTO spent_code (code_hash, did, expires_at) VALUES (?, ?, 1)').run(
      codeHash,
      alice,
    )
  })
  expect(await problems()).toEqual([
    'the code of a session can be used again',
    'a code that was exchanged still has its request',
  ])
})

test('damage, foreign files and newer schemas', async () => {
  truncateSync(databasePath.account(data, alice), 1024)
  data.directory((db) => db.pragma('user_version = 99'))
  writeFileSync(
    databasePath.auth(data, '0'),
    'no database at all, but long enough to look like one',
  )
  const found = await problems()
  expect(found).toContainEqual(expect.stringMatching(/it is damaged|it cannot be read/))
  expect(found).toContainEqual(
    expect.stringContaining('it has schema version 99; this program knows'),
  )
  expect(found).toContainEqual(expect.stringContaining('file is not a database'))
})

test('an account that was not used since an upgrade is looked at as it will be, and stays as it is', async () => {
  const carol = data.addOfBefore('carol')
  const path = databasePath.account(data, carol)
  const before = readFileSync(path)
  expect(await checkData(data.dataDir)).toEqual({ databases: 5, accounts: 3, findings: [] })
  expect(readFileSync(path)).toEqual(before)
  const db = new Sqlite(path)
  db.exec("UPDATE account SET email = 'c@mail.test', email_auth_factor = 1")
  db.close()
  expect(await problems()).toEqual([
    'codes are mailed at sign-in to an address that is not confirmed',
    'the account has another e-mail address',
  ])
})

test('where there is no place for the copy of a large one, that is said, and not that it is damaged', async () => {
  const db = new Sqlite(databasePath.account(data, data.addOfBefore('carol')))
  db.exec(`CREATE TABLE dropped AS SELECT zeroblob(${SMALL_FILE}); DROP TABLE dropped`)
  db.close()
  vi.stubEnv('TMPDIR', data.path('nowhere'))
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(checkData(data.dataDir)).rejects.toThrow(
    `TMPDIR: no folder can be made in ${data.path('nowhere')} (ENOENT)`,
  )
})

test('no directory at all', async () => {
  rmSync(databasePath.directory(data))
  expect(await problems()).toEqual(['there are 2 accounts and no directory'])
})
