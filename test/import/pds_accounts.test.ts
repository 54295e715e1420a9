import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { settingsToTakeOver } from '../../cli/pds/env.ts'
import {
  listPdsAccounts,
  listPdsInviteCodes,
  openPdsAccounts,
} from '../../database/import/pds_accounts.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { makePdsHome, type PdsHome, startPds } from '../../lab/world/servers/pds.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { accounts } from '../../operator/commands/imports.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'

/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('data of another user')
const PDS = {
  did: 'did:web:pds.test',
  url: 'http://127.0.0.1:9',
  address: 'http://127.0.0.1:9',
  adminPassword: 'of no use',
}

let home: PdsHome
let folder: TemporaryFolder
let path: string

beforeAll(async () => {
  home = await makePdsHome()
  const pds = await startPds({ plcUrl: 'http://127.0.0.1:9', home })
  await pds.close()
  folder = await makeTemporaryFolder('pds-accounts')
  path = join(folder.path, 'account.sqlite')
  cpSync(join(home.folder.path, 'account.sqlite'), path)
  const db = new Sqlite(path)
  for (const name of ['alice', 'bob']) {
    db.prepare('INSERT INTO actor (did, handle, createdAt) VALUES (?, ?, ?)').run(
      ...[`did:plc:${name}`, `${name}.test`, '2026-01-01T00:00:00.000Z'],
    )
    db.prepare(
      `INSERT INTO account (did, email, passwordScrypt, emailConfirmedAt, invitesDisabled)
       VALUES (?, ?, ?, '2026-01-02T00:00:00.000Z', 0)`,
    ).run(`did:plc:${name}`, `${name}@mail.test`, `00:${'0'.repeat(128)}`)
  }
  db.close()
})
afterAll(async () => {
  await folder?.remove()
  await home?.folder.remove()
})

async function read() {
  const { db, close } = await openPdsAccounts(path)
  try {
    return listPdsAccounts(db)
  } finally {
    await close()
  }
}

test('nothing is written beside the database that is read', async () => {
  const before = readdirSync(folder.path)
  expect(await read()).toMatchObject([
    { did: 'did:plc:alice', emailAuthFactor: false },
    { did: 'did:plc:bob', emailAuthFactor: false },
  ])
  expect(readdirSync(folder.path)).toEqual(before)
})

test('what the PDS wrote and did not yet fold into its database is read, too', async () => {
  const running = new Sqlite(path)
  expect(running.pragma('journal_mode', { simple: true })).toBe('wal')
  running.prepare("UPDATE account SET email = 'new@mail.test' WHERE did = 'did:plc:bob'").run()
  expect(await read()).toMatchObject([{}, { email: 'new@mail.test' }])
  running.close()
})

test('a code that was used more often than it says it may be comes as used up', async () => {
  const running = new Sqlite(path)
  onTestFinished(() => void running.close())
  running
    .prepare("INSERT INTO invite_code VALUES ('once', 1, 0, 'admin', 'admin', ?)")
    .run('2026-01-01T00:00:00.000Z')
  const use = running.prepare('INSERT INTO invite_code_use VALUES (?, ?, ?)')
  for (const did of ['did:plc:alice', 'did:plc:bob']) {
    use.run('once', did, '2026-01-01T00:00:00.000Z')
  }
  const { db, close } = await openPdsAccounts(path)
  expect(listPdsInviteCodes(db)).toMatchObject([{ code: 'once', availableUses: 2, uses: [{}, {}] }])
  await close()
})

describe('the e-mail factor that a PDS may have (bluesky-social/atproto#5207)', () => {
  let app: AppInProcess
  beforeAll(async () => {
    app = await startApp()
    await app.actors.directory.addPds(PDS)
    const db = new Sqlite(path)
    // As its migration makes it: there is a row only while the factor is on.
    db.exec(`CREATE TABLE account_email_auth_factor (
      did varchar PRIMARY KEY, emailAuthFactorEnabledAt varchar NOT NULL)`)
    db.close()
  })
  afterAll(() => app?.close())

  const importAll = async () => {
    const input = { pds: PDS.did, dryRun: false, accounts: await read() }
    return accounts.run({ services: { actors: app.actors } } as never, input)
  }

  test('comes along, and what came without it before is named', async () => {
    expect((await importAll()).outcomes.map(({ outcome }) => outcome)).toEqual([
      ...['imported', 'imported'],
    ])
    const db = new Sqlite(path)
    db.prepare("INSERT INTO account_email_auth_factor VALUES ('did:plc:bob', '2026-02-01')").run()
    db.close()
    expect((await importAll()).outcomes).toMatchObject([
      { did: 'did:plc:alice', outcome: 'present', lacksFactor: false },
      { did: 'did:plc:bob', outcome: 'present', lacksFactor: true },
    ])

    await app.actors.account('did:plc:bob').erase()
    await app.actors.directory.removeAccount('did:plc:bob')
    expect((await importAll()).outcomes).toMatchObject([{}, { outcome: 'imported' }])
    expect(await app.actors.account('did:plc:bob').read()).toMatchObject({ emailAuthFactor: true })
    expect(await app.actors.account('did:plc:alice').read()).toMatchObject({
      emailAuthFactor: false,
    })
  })
})

describe.runIf(isRoot)('as the user of the service, whose the data are not', () => {
  let theirs: string
  let own: string
  beforeEach(() => {
    own = join(folder.path, 'own')
    mkdirSync(own, { recursive: true })
    chownSync(own, OTHER_USER, OTHER_USER)
    chmodSync(folder.path, 0o711)
    theirs = join(folder.path, 'theirs')
    mkdirSync(theirs, { recursive: true })
    cpSync(path, join(theirs, 'account.sqlite'))
  })
  const rehearse = (where: string) =>
    runCli(
      {
        PATH: process.env.PATH,
        ENTRYWAY_DATA_DIR: own,
        ENTRYWAY_PORT: '1',
        ENTRYWAY_ADMIN_PASSWORD: 'of no use here',
        ENTRYWAY_DPOP_SECRET_HEX: '1'.repeat(64),
        ENTRYWAY_JWT_KEY_HEX: '2'.repeat(64),
        ENTRYWAY_PLC_ROTATION_KEY_HEX: '3'.repeat(64),
      },
      ['import-pds', where, '--dry-run'],
      { uid: OTHER_USER },
    )

  test('a copy that root made is read; then only the program is missing', async () => {
    expect(await rehearse(theirs)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('Is it running'),
    })
  })

  test('a folder and a file that may not be read, and one that is not there', async () => {
    const refused = (what: string) => ({
      exitCode: 2,
      stderr: expect.stringMatching(
        new RegExp(`^The user nobody may not use ${what}: run this as`),
      ),
    })
    chmodSync(join(theirs, 'account.sqlite'), 0o600)
    expect(await rehearse(theirs)).toMatchObject(refused(join(theirs, 'account.sqlite')))
    chmodSync(theirs, 0o700)
    expect(await rehearse(theirs)).toMatchObject(refused(join(theirs, 'account.sqlite')))
    expect(await rehearse(`${theirs}-not`)).toMatchObject({
      exitCode: 2,
      stderr: `There is no ${theirs}-not/account.sqlite; name the data folder of the PDS\n`,
    })
  })
})

test('what a PDS says of itself is taken over where it is a setting, and none is there yet', () => {
  vi.stubEnv('ENTRYWAY_SUPPORT_URL', 'https://example.com/our-help')
  const taken = settingsToTakeOver({
    PDS_SERVICE_NAME: 'Our PDS',
    PDS_TERMS_OF_SERVICE_URL: 'https://example.com/terms',
    PDS_PRIVACY_POLICY_URL: 'no address',
    PDS_SUPPORT_URL: 'https://example.com/help',
    PDS_CONTACT_EMAIL_ADDRESS: 'us@example.com',
    PDS_PRIMARY_COLOR: '#123456',
    PDS_RECOVERY_DID_KEY: 'did:key:zQ3shQo6TF2moaqMTrUZEM1jeuYRQXeHEx4evX9751y2qPqRA',
    PDS_JWT_SECRET: 'never',
    PDS_LOGO_URL: '',
  })
  vi.unstubAllEnvs()
  expect(taken).toEqual({
    ENTRYWAY_NAME: 'Our PDS',
    ENTRYWAY_TERMS_OF_SERVICE_URL: 'https://example.com/terms',
    ENTRYWAY_CONTACT_EMAIL_ADDRESS: 'us@example.com',
    ENTRYWAY_PRIMARY_COLOR: '#123456',
    ENTRYWAY_RECOVERY_DID_KEY: 'did:key:zQ3shQo6TF2moaqMTrUZEM1jeuYRQXeHEx4evX9751y2qPqRA',
  })
})
