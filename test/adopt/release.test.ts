import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OwnActors } from '../../cli/adopt/own_operator.ts'
import type { Installation } from '../../cli/installation.ts'
import { readPdsFile } from '../../cli/pds/env.ts'
import { release } from '../../cli/release/release.ts'
import type { ReleaseInput } from '../../cli/release/released.ts'
import { insertPasskey } from '../../database/account/passkey.ts'
import * as profile from '../../database/account/profile.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase, sql } from '../../database/database.ts'
import { EMAIL_FACTOR } from '../../database/import/pds_accounts.ts'
import { databasePath } from '../../database/paths.ts'
import type { PdsHome } from '../../lab/world/servers/pds.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { holdData } from '../../maintenance/data_folder/hold.ts'
import { setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { assertNotReleased, readPdsMark } from '../../maintenance/data_folder/pds_marks.ts'
import { type Adopted, forgetSettings, makeAdopted } from './adopted.ts'
import { adoptIn, makeStoppedPds } from './stopped_pds.ts'

const [ALICE, BOB] = ['did:plc:alice', 'did:plc:bob'] as const

let home: PdsHome
let own: Adopted
let installation: Installation
let actors: OwnActors

beforeAll(async () => {
  home = await makeStoppedPds()
})
afterAll(() => home?.folder.remove())
beforeEach(async () => {
  own = await makeAdopted(home)
  ;({ installation, actors } = own)
})
afterEach(() => own.remove())

const run = (options: Partial<ReleaseInput> = {}) =>
  release({
    ...{ installation, folder: undefined, pdsEnv: undefined, pds: undefined, dryRun: false },
    ...options,
  })
const onAccount = (did: string, work: (db: Db) => void) => {
  const db = openDatabase(databasePath.account(installation.settings, did), accountSchema)
  work(db)
  closeDatabase(db)
}
const onPds = <T>(work: (db: Sqlite.Database) => T): T => {
  const db = new Sqlite(join(own.pds, 'account.sqlite'))
  try {
    return work(db)
  } finally {
    db.close()
  }
}
const rows = (table: string) =>
  onPds((db) => db.prepare(`SELECT * FROM ${table} ORDER BY did`).all())

test('addresses that two accounts exchanged go back, and passwords with them', async () => {
  const hash = `11:${'1'.repeat(128)}`
  onAccount(ALICE, (db) => profile.setEmail(db, 'bob@mail.test'))
  onAccount(BOB, (db) => {
    profile.setEmail(db, 'alice@mail.test')
    profile.setPasswordScrypt(db, hash)
  })
  expect(await run()).toMatchObject({ accounts: 2, made: [], unknown: [] })
  expect(rows('account')).toMatchObject([
    { did: ALICE, email: 'bob@mail.test' },
    { did: BOB, email: 'alice@mail.test', passwordScrypt: hash },
  ])
})

test('a look at what would be done leaves the directory as it is', async () => {
  const path = databasePath.directory(installation.settings)
  actors.close()
  const db = new Sqlite(path)
  // As one of before there were parts has none.
  db.exec('DELETE FROM part')
  db.close()
  const before = readFileSync(path)
  expect(await run({ dryRun: true })).toMatchObject({ accounts: 2 })
  expect(readFileSync(path)).toEqual(before)
  expect(existsSync(`${path}-wal`)).toBe(false)
})

test('an account without a password gets one there that nobody knows', async () => {
  onAccount(BOB, (db) => profile.setPasswordScrypt(db, null))
  expect(await run()).toMatchObject({ withoutPassword: [BOB] })
  expect(rows('account')[1]).toMatchObject({
    ...{ did: BOB, passwordScrypt: expect.stringMatching(/^[0-9a-f]{32}:[0-9a-f]{128}$/) },
  })
})

test('a session of before that has ended does not come back', async () => {
  await actors.account(ALICE).signOutEverywhere()
  await run({ dryRun: true })
  expect(rows('refresh_token')).toHaveLength(2)
  await run()
  expect(rows('refresh_token')).toMatchObject([{ did: BOB }])
})

test('what is taken down or deactivated on one side stays so', async () => {
  onPds((db) => db.prepare("UPDATE actor SET takedownRef = 'there' WHERE did = ?").run(ALICE))
  onAccount(BOB, (db) => {
    profile.setTakedown(db, 'here')
    profile.setDeactivated(db, 1, null)
  })
  await run()
  expect(rows('actor')).toMatchObject([
    { takedownRef: 'there', deactivatedAt: null },
    { takedownRef: 'here', deactivatedAt: expect.any(String) },
  ])
})

test('second factors go back where the PDS has them, and are named where it has none', async () => {
  onAccount(ALICE, (db) => profile.setEmailAuthFactor(db, true))
  expect(await run()).toMatchObject({ withoutFactor: [ALICE] })
  onPds((db) => {
    db.exec(
      `CREATE TABLE ${EMAIL_FACTOR} (did varchar PRIMARY KEY, emailAuthFactorEnabledAt varchar NOT NULL)`,
    )
    db.prepare(`INSERT INTO ${EMAIL_FACTOR} VALUES (?, '2026')`).run(BOB)
  })
  expect(await run()).toMatchObject({ withoutFactor: [] })
  expect(rows(EMAIL_FACTOR)).toMatchObject([{ did: ALICE }])
  onAccount(BOB, (db) =>
    sql(db, "INSERT INTO totp (id, secret, begun_at, added_at) VALUES (1, 'sealed.', 1, 1)").run(),
  )
  expect(await run()).toMatchObject({ withoutFactor: [BOB] })
  onAccount(BOB, (db) => {
    db.exec('DELETE FROM totp')
    insertPasskey(db, {
      ...{ id: 'one', name: 'Phone', publicKey: Buffer.from('key'), counter: 0, transports: [] },
      ...{ isSynced: true, isBackedUp: true, createdAt: 1 },
    })
  })
  expect(await run()).toMatchObject({ withoutFactor: [BOB] })
  onAccount(BOB, (db) => db.exec('DROP TABLE passkey'))
  expect(await run()).toMatchObject({ withoutFactor: [] })
})

test('what was released is adopted anew, as it is then, and not as it was', async () => {
  await run({ dryRun: true })
  expect(await adoptIn(own.path)).toMatchObject({ accounts: null })
  const { file } = await run()
  renameSync(file, join(own.pds, 'pds.env'))
  const again = () => adoptIn(own.path, { folder: own.pds })
  await expect(again()).rejects.toThrow(/was adopted and released: .* move .*\.env and .*data away/)
  for (const name of ['.env', 'data'])
    renameSync(join(own.path, name), join(own.path, `${name}.old`))
  forgetSettings()
  expect(await again()).toMatchObject({ accounts: { imported: 2 } })
})

test('this program does not start on what was released, until it is adopted anew', async () => {
  const { dataDir, did } = installation.settings
  const start = () => assertNotReleased([dataDir, own.pds])
  await run({ dryRun: true })
  await start()
  await run()
  const why = `^${own.pds}/RELEASED: ${did} signs its people in by itself since .*, adopt it as it is`
  await expect(start()).rejects.toThrow(new RegExp(why))
  for (const name of ['.env', 'data'])
    renameSync(join(own.path, name), join(own.path, `${name}.old`))
  forgetSettings()
  await adoptIn(own.path, { folder: own.pds, pdsEnv: join(own.pds, 'pds.env.new') })
  await start()
})

test('killed wherever it changes a file, it is repeated, and then all is given back', async () => {
  const die = fileURLToPath(new URL('./die_at.ts', import.meta.url))
  const copies = join(own.path, 'copies')
  const parts = ['.env', 'data', 'pds'].map((name) => [join(own.path, name), join(copies, name)])
  actors.close()
  for (const [part = '', copied = ''] of parts) cpSync(part, copied, { recursive: true })
  const attempt = (at: number) => {
    for (const [part = '', copied = ''] of parts) {
      rmSync(part, { recursive: true })
      cpSync(copied, part, { recursive: true })
    }
    const env = { ...childEnvironment({}, {}), NODE_OPTIONS: `--import ${die}`, DIE_AT: String(at) }
    return runCli(env, ['release'], { cwd: own.path })
  }
  const found: (string | undefined)[] = []
  let last = await attempt(1)
  for (; last.exitCode === null; last = await attempt(found.length + 1)) {
    found.push((await readPdsMark(own.pds))?.kind)
    expect(await run()).toMatchObject({ accounts: 2, file: join(own.pds, 'pds.env.new') })
    const left = readdirSync(own.pds).filter((name) => /^[A-Z]+$|^pds\.env/.test(name))
    expect(left).toEqual(['RELEASED', 'pds.env', 'pds.env.new'])
  }
  expect(last).toMatchObject({ exitCode: 0, stderr: '' })
  // At each moment one of the two may start, and not the other.
  expect(new Set(found)).toEqual(new Set(['ADOPTED', 'RELEASED']))
  expect(found).toEqual(found.toSorted())
})

test('a folder that is not there is named', async () => {
  actors.close()
  const nowhere = join(own.path, 'nowhere')
  const args = ['release', nowhere, '--dry-run']
  expect(await runCli(childEnvironment({}, {}), args, { cwd: own.path })).toMatchObject({
    exitCode: 2,
    stderr: `There is no folder ${nowhere}; name the data folder of the PDS\n`,
  })
})

test('an account that the PDS does not have is named', async () => {
  onPds((db) => db.prepare('DELETE FROM actor WHERE did = ?').run(BOB))
  expect(await run()).toMatchObject({ accounts: 1, unknown: [BOB] })
})

test('the settings are those that a stock PDS needs; a file of the operator stays', async () => {
  const before = readFileSync(join(own.pds, 'pds.env'), 'utf8')
  const { file } = await run()
  expect(file).toBe(join(own.pds, 'pds.env.new'))
  expect(readFileSync(join(own.pds, 'pds.env'), 'utf8')).toBe(before)
  expect(await readPdsFile(file)).toMatchObject({
    ...(await readPdsFile(join(own.pds, 'pds.env'))),
    // Paths as they were: in a container they are others than here.
    PDS_DATA_DIRECTORY: home.folder.path,
    PDS_JWT_SECRET: home.jwtSecret,
  })
  cpSync(file, join(own.pds, 'pds.env'))
  expect((await run()).file).toBe(join(own.pds, 'pds.env'))
})

test('with a part of the data here gone, nothing of before comes back', async () => {
  const before = rows('account')
  const data = installation.settings.dataDir
  const bob = databasePath.account(installation.settings, BOB)
  const away = join(own.path, 'away')
  const expectRefusal = async (why: string) => {
    for (const dryRun of [true, false]) await expect(run({ dryRun })).rejects.toThrow(why)
  }
  renameSync(bob, away)
  await expectRefusal(`${BOB} has no database here`)
  writeFileSync(bob, 'x'.repeat(8192))
  await expectRefusal(`${relative(data, bob)}: file is not a database`)
  renameSync(away, bob)
  const directory = databasePath.directory(installation.settings)
  actors.close()
  renameSync(directory, away)
  await expectRefusal(`There is no ${directory}`)
  expect(existsSync(directory)).toBe(false)
  renameSync(away, directory)
  expect(rows('account')).toEqual(before)
  expect(await run()).toMatchObject({ accounts: 2 })
})

test('what stands against it is said, and nothing is done', async () => {
  await expect(run({ folder: home.folder.path })).rejects.toThrow(`has its data in ${own.pds}`)
  await expect(run({ pds: 'https://other.example.com' })).rejects.toThrow('is not behind')
  const hold = holdData(installation.settings.dataDir)
  await expect(run()).rejects.toThrow('A program runs on')
  hold.release()
  const { dataDir } = installation.settings
  setMoveOf(dataDir, { state: 'moved', id: 'a', place: 'the engine' })
  for (const dryRun of [true, false]) {
    await expect(run({ dryRun })).rejects.toThrow('were moved to the engine')
  }
  setMoveOf(dataDir, null)
  const idle = new Sqlite(join(own.pds, 'account.sqlite'))
  idle.prepare('SELECT count(*) FROM account').get()
  await expect(run()).rejects.toThrow('A PDS works on')
  idle.close()
  const { did: pdsDid } = installation.settings
  const { createdAt } = await actors.directory.reserveHandle(ALICE, 'new.test', null)
  await expect(run()).rejects.toThrow('Sign-ups, changes or deletions are not finished')
  await actors.directory.abandonHandleChange(ALICE, createdAt)
  expect(existsSync(join(own.pds, 'pds.env.new'))).toBe(false)
  expect(await run()).toMatchObject({ pds: pdsDid })
})
