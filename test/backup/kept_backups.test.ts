import {
  chownSync,
  closeSync,
  cpSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DAY, MINUTE } from '../../base/lifetimes.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings, type Settings } from '../../base/settings/settings.ts'
import type { Log } from '../../base/watching/log.ts'
import { eraseAccount } from '../../database/account/profile.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { putDeletion } from '../../database/directory/deletion.ts'
import { databasePath } from '../../database/paths.ts'
import { readMailFolder } from '../../lab/world/app/mail_folder.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { createMailer } from '../../mail/mailer.ts'
import { startDailyBackups } from '../../maintenance/backup/daily_backup.ts'
import { backUpTo, listBackups, MARK } from '../../maintenance/backup/kept_backups.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { restore } from '../../maintenance/restore.ts'
import { checkBackups } from '../../operator/doctor/backup.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'
import { keptLog } from '../shared/logged.ts'

/** Backups are made at a low priority: where others are busy, that takes a while. */
const PATIENT = 5 * MINUTE

/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('a folder of backups of another user')

let folder: TemporaryFolder
let data: DataFolder
let to: string

beforeEach(async () => {
  folder = await makeTemporaryFolder('kept')
  data = new DataFolder(join(folder.path, 'data'))
  to = join(folder.path, 'backups')
  // Made before there is an account: later it would say that they were lost.
  await loadSecrets(readSettings(settingsWith()))
  for (const name of ['alice', 'bob']) data.add(name)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
  await folder.remove()
})

const make = (keep = 14, onVerify?: (done: number) => void) =>
  backUpTo({ dataDir: data.dataDir, to, keep, ...(onVerify && { onVerify }) })

/** As many days later; backups are named after the second. */
const later = (days: number) => vi.useFakeTimers({ now: Date.now() + days * DAY, toFake: ['Date'] })

const folders = () => readdirSync(to).filter((name) => !name.startsWith('.'))

const settingsWith = (more: Record<string, string> = {}) => ({
  ENTRYWAY_DEV: '1',
  ENTRYWAY_DATA_DIR: data.dataDir,
  ENTRYWAY_BACKUP_DIR: to,
  ENTRYWAY_OPERATOR_EMAIL: 'operator@example.com',
  ...more,
})

function mailerFor({ emailFrom: from, dataDir, publicUrl, name: service }: Settings, log: Log) {
  return createMailer({ from, dataDir, publicUrl, service, log })
}

test('the newest good ones are kept, each can be restored', async () => {
  const names: string[] = []
  for (let day = 0; day < 3; day++) {
    names.push((await make(2)).name)
    later(1)
  }
  expect(folders()).toEqual(names.slice(1))
  expect(await listBackups(to)).toMatchObject([
    { name: names[2], accounts: 2 },
    { name: names[1], accounts: 2 },
  ])
  const dataDir = join(folder.path, 'restored')
  const { report } = await restore({ folder: join(to, names[2] as string), dataDir })
  expect(report).toMatchObject({ accounts: 2, findings: [] })
})

test('one that was made while the clock was ahead takes the place of none', async () => {
  const before = await make(1)
  later(365)
  const ahead = await make(2)
  later(-364)
  const { name, removed } = await make(1)
  expect(removed).toEqual([before.name])
  expect((await listBackups(to)).map((each) => each.name)).toEqual([name, ahead.name])
})

test('two that are asked for within a second are both made', async () => {
  const made = await Promise.all([make(), make()])
  expect(folders()).toEqual(made.map(({ name }) => name).sort())
  expect(await listBackups(to)).toHaveLength(2)
})

test('one whose mark cannot be read stays, as it may be good', async () => {
  const good = await make(1)
  later(1)
  const inDoubt = join(to, good.name, MARK)
  rmSync(inDoubt)
  // As where a disk fails, what the system says is not that there is none.
  symlinkSync(MARK, inDoubt)
  const next = await make(1)
  expect(next.removed).toEqual([])
  expect(folders()).toEqual([good.name, next.name])
  expect((await listBackups(to)).map(({ name }) => name)).toEqual([next.name])
})

test('one that is not good is called so, and takes the place of none', async () => {
  const good = await make(1)
  later(1)
  /** What a bad disk does, once the first file was looked at. */
  const damage = (done: number) => {
    const [name = ''] = folders().filter((each) => each !== good.name)
    if (done === 1) writeFileSync(join(to, name, 'auth/0.sqlite'), 'not what was written')
  }
  await expect(make(1, damage)).rejects.toThrow(/auth\/0\.sqlite is not what was written/)
  expect((await listBackups(to)).map(({ name }) => name)).toEqual([good.name])
  expect(folders()).toHaveLength(2)
  // With the next good one, they go.
  later(1)
  const { name } = await make(1)
  expect(folders()).toEqual([name])
})

const bob = databasePath.account({ dataDir: '' }, 'did:plc:bob')
const remove = (path: string) => {
  for (const log of ['', '-wal', '-shm']) rmSync(data.path(path) + log, { force: true })
}

test.each<[string, string, () => void]>([
  ['lost', 'it is not there', () => {}],
  ['empty', 'it holds no account', () => writeFileSync(data.path(bob), '')],
  ['no database', 'not a database', () => writeFileSync(data.path(bob), 'x'.repeat(4_096))],
  [
    'torn',
    'cannot be read',
    () => {
      cpSync(join(to, folders()[0] as string, bob), data.path(bob))
      const file = openSync(data.path(bob), 'r+')
      writeSync(file, Buffer.alloc(512, 0xff), 0, 512, fstatSync(file).size - 512)
      closeSync(file)
    },
  ],
])(
  'an account that is %s is named, and keeps none of the others out',
  async (_, problem, damage) => {
    const good = await make(1)
    later(1)
    remove(bob)
    damage()
    const made = await make(1)
    const named = [{ did: 'did:plc:bob', path: bob, problem: expect.stringContaining(problem) }]
    expect(made).toMatchObject({ removed: [], manifest: { damaged: named } })
    later(1)
    const next = await make(1)
    // The last that has it outlives how many are kept.
    expect(next.removed).toEqual([made.name])
    expect((await listBackups(to)).map(({ name }) => name)).toEqual([next.name, good.name])
    expect(await checkBackups(readSettings(settingsWith()))).toMatchObject([
      { state: 'failed', found: expect.stringContaining('did:plc:bob') },
    ])
    const dataDir = join(folder.path, 'restored')
    const { report } = await restore({ folder: next.folder, dataDir })
    // It is known still, and so is taken for no deleted one.
    expect(report).toMatchObject({
      accounts: 1,
      findings: [{ did: 'did:plc:bob', mend: expect.stringContaining('#one-account') }],
    })
    cpSync(join(good.folder, bob), join(dataDir, bob))
    expect((await checkData(dataDir)).findings).toEqual([])

    remove(bob)
    cpSync(join(good.folder, bob), data.path(bob))
    later(1)
    const whole = await make(1)
    expect(folders()).toEqual([whole.name])
    expect(whole.manifest.damaged).toEqual([])
  },
)

test('an account that is being deleted is not missing', async () => {
  data.directory((db) => putDeletion(db, 'did:plc:bob', 1))
  data.account('did:plc:bob', eraseAccount)
  expect(await make()).toMatchObject({ manifest: { damaged: [] } })
})

test('the operator gets a mail of accounts that are damaged, and the command fails', async () => {
  remove(bob)
  for (const [key, value] of Object.entries(settingsWith())) vi.stubEnv(key, value)
  const settings = readSettings(settingsWith())
  const { log, lines } = keptLog()
  const end = startDailyBackups({ settings, mailer: mailerFor(settings, log), log })
  const mails = () => readMailFolder(join(data.dataDir, 'mail'))
  await expect.poll(mails, { timeout: PATIENT }).toMatchObject([
    {
      subject: `Accounts of ${settings.name} are damaged: 1`,
      text: expect.stringContaining('did:plc:bob'),
    },
  ])
  end()
  expect(lines()).toMatchObject([
    { event: 'backup_failed', reason: expect.stringContaining('did:plc:bob') },
    { event: 'account_damaged', did: 'did:plc:bob', reason: 'it is not there' },
    { kind: 'message' },
  ])
  expect(await listBackups(to)).toMatchObject([{ accounts: 1 }])
  const asked = await runCliHere(childEnvironment({}, settingsWith()), ['backup', '--json'])
  expect(asked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('did:plc:bob') })
  const made = JSON.parse(asked.stdout)
  expect(made).toMatchObject({ damaged: [{ did: 'did:plc:bob' }] })
  const elsewhere = settingsWith({ ENTRYWAY_DATA_DIR: join(folder.path, 'restored') })
  const given = ['restore', made.folder]
  expect(await runCliHere(childEnvironment({}, elsewhere), given)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('put it back from a backup'),
    stderr: expect.stringMatching(/It lacks what was damaged .*did:plc:bob/),
  })
})

test('the program makes one each day by itself', async () => {
  for (const [name, value] of Object.entries(settingsWith())) vi.stubEnv(name, value)
  const settings = readSettings(settingsWith())
  const { log, lines } = keptLog()
  const mailer = mailerFor(settings, log)
  const end = startDailyBackups({ settings, mailer, log })
  await expect.poll(lines, { timeout: PATIENT }).toMatchObject([{ event: 'backup_made' }])
  end()
  expect(await listBackups(to)).toMatchObject([{ accounts: 2 }])
  expect(await checkBackups(settings)).toMatchObject([
    { state: 'ok', found: 'the last good one is 0 hours old, with 2 accounts' },
  ])
})

test('a mail that cannot be noted, as on a full disk, comes once a day from one process', async () => {
  await make()
  later(3)
  rmSync(join(data.dataDir, 'directory.sqlite'))
  const mark = join(data.dataDir, '.told-of-backups')
  mkdirSync(mark)
  utimesSync(mark, 0, 0)
  for (const [key, value] of Object.entries(settingsWith())) vi.stubEnv(key, value)
  const settings = readSettings(settingsWith())
  const { log, lines } = keptLog()
  const mailer = mailerFor(settings, log)
  for (const tries of [1, 2, 3]) {
    const end = startDailyBackups({ settings, mailer, log })
    const tried = () => lines().filter(({ event }) => event === 'backup_failed')
    await expect.poll(tried, { timeout: PATIENT }).toHaveLength(tries)
    end()
  }
  expect(await readMailFolder(join(data.dataDir, 'mail'))).toHaveLength(1)
})

test('the operator gets a mail when the last good one is two days old, once', async () => {
  const { name } = await make()
  later(3)
  rmSync(join(data.dataDir, 'directory.sqlite'))
  for (const [key, value] of Object.entries(settingsWith())) vi.stubEnv(key, value)
  const settings = readSettings(settingsWith())
  const { log, lines } = keptLog()
  const mailer = mailerFor(settings, log)
  for (const tries of [1, 2]) {
    const end = startDailyBackups({ settings, mailer, log })
    const failed = () => lines().filter(({ event }) => event === 'backup_failed')
    await expect.poll(failed, { timeout: PATIENT }).toHaveLength(tries)
    expect(failed()[0]?.reason).toContain('directory.sqlite is missing')
    const mails = () => readMailFolder(join(data.dataDir, 'mail'))
    await expect.poll(mails, { timeout: PATIENT }).toHaveLength(1)
    end()
  }
  const [mail] = await readMailFolder(join(data.dataDir, 'mail'))
  expect(mail?.to?.[0]?.address).toBe('operator@example.com')
  expect(mail?.subject).toBe(`No backup of ${settings.name} since ${name.slice(0, 10)}`)
  expect(mail?.text).toContain('directory.sqlite is missing')
  expect(await checkBackups(settings)).toMatchObject([
    { state: 'failed', mend: expect.any(String) },
  ])
})

test('also where accounts are damaged in that one, of which they were told then', async () => {
  remove(bob)
  const { name } = await make()
  later(3)
  rmSync(join(data.dataDir, 'directory.sqlite'))
  for (const [key, value] of Object.entries(settingsWith())) vi.stubEnv(key, value)
  const settings = readSettings(settingsWith())
  const { log } = keptLog()
  const end = startDailyBackups({ settings, mailer: mailerFor(settings, log), log })
  const mails = () => readMailFolder(join(data.dataDir, 'mail'))
  await expect.poll(mails, { timeout: PATIENT }).toHaveLength(1)
  end()
  expect((await mails())[0]?.subject).toContain(`since ${name.slice(0, 10)}`)
})

test.runIf(isRoot)(
  'what root makes belongs to the owner of the folder, but for the blobs that it links to',
  async () => {
    const at = (name: string) => join(folder.path, 'pds', name)
    const pds = {
      ...{ accounts: at('account.sqlite'), sequencer: at('sequencer.sqlite') },
      ...{ actors: at('actors'), blobs: at('blobs') },
    }
    for (const name of ['actors', 'blobs']) mkdirSync(at(name), { recursive: true })
    closeDatabase(openDatabase(pds.accounts, accountSchema))
    writeFileSync(at('blobs/one'), 'a blob')
    mkdirSync(to)
    chownSync(to, OTHER_USER, OTHER_USER)
    await backUpTo({ dataDir: data.dataDir, to, keep: 1, pds })
    const stop = () => {
      throw new Error('enough')
    }
    later(1)
    // Also what is not good, which goes with the next one that is.
    const bad = backUpTo({ dataDir: data.dataDir, to, keep: 1, pds, onVerify: () => stop() })
    await expect(bad).rejects.toThrow('enough')
    const names = readdirSync(to, { recursive: true, encoding: 'utf8' })
    const ofOthers = names.filter((path) => statSync(join(to, path)).uid !== OTHER_USER)
    const linked = folders().map((name) => join(name, 'pds/blobs/one'))
    expect([ofOthers.toSorted(), linked.length]).toEqual([linked.toSorted(), 2])
    expect(names).toContain('.lock')
  },
)

test('a command that names no place says what to do', async () => {
  const run = (env: Record<string, string>, ...args: string[]) =>
    runCliHere(childEnvironment({}, env), ['backup', ...args])
  const nowhere = await run(settingsWith({ ENTRYWAY_BACKUP_DIR: '' }))
  expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Name a folder') })
  mkdirSync(to)
  const wrong = await run(settingsWith(), '--keep', 'all')
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('from 1 to 1000') })
  const link = join(folder.path, 'link')
  symlinkSync(data.dataDir, link)
  for (const args of [
    [join(data.dataDir, 'inside')],
    [join(link, 'new/inside')],
    ['--to', data.dataDir],
    ['--to', link],
  ]) {
    expect(await run(settingsWith(), ...args)).toMatchObject({
      ...{ exitCode: 2, stdout: '' },
      stderr: expect.stringContaining('is in the data folder'),
    })
  }
  const linked = { ENTRYWAY_DATA_DIR: link, ENTRYWAY_BACKUP_DIR: join(data.dataDir, 'inside') }
  expect(await run(settingsWith(linked))).toMatchObject({
    ...{ exitCode: 2, stderr: expect.stringContaining('must not be in ENTRYWAY_DATA_DIR') },
  })
  const made = await run(settingsWith(), '--json')
  expect(JSON.parse(made.stdout)).toMatchObject({ folder: expect.stringContaining(to) })
})

test('a folder of backups that is lost with the data of the PDS is named', async () => {
  const pds = join(folder.path, 'pds')
  mkdirSync(pds)
  new Sqlite(join(pds, 'account.sqlite')).close()
  const env = settingsWith({ PDS_DATA_DIRECTORY: pds, ENTRYWAY_BACKUP_DIR: join(pds, 'backups') })
  const run = (...args: string[]) => runCliHere(childEnvironment({}, env), ['backup', ...args])
  const lost = 'where the PDS inside has its data, and is lost with it'
  expect(await run()).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(lost) })
  expect((await run(join(to, 'elsewhere'))).stderr).not.toContain(lost)
  vi.stubEnv('PDS_DATA_DIRECTORY', pds)
  const check = async (dir: string) =>
    checkBackups(readSettings({ ...env, ENTRYWAY_BACKUP_DIR: dir }))
  expect(await check(join(pds, 'backups'))).toMatchObject([
    { state: 'ok' },
    { state: 'warning', found: expect.stringContaining(lost) },
  ])
  expect(await check(to)).toHaveLength(1)
})

test('a restore from a folder that is no backup says what to name', async () => {
  const run = (given: string) =>
    runCliHere(childEnvironment({}, settingsWith()), ['restore', given])
  const { name } = await make()
  const newest = expect.stringContaining(join(to, name))
  expect(await run(to)).toMatchObject({ exitCode: 2, stderr: newest })
  const nowhere = expect.stringContaining('There is no folder')
  expect(await run(join(folder.path, 'none'))).toMatchObject({ exitCode: 2, stderr: nowhere })
})

test('a mark whose writing was cut off, as on a full disk, is none', async () => {
  const [first, second] = [await make(1), await make(2)]
  writeFileSync(join(second.folder, 'verified.json'), '')
  expect((await listBackups(to)).map(({ name }) => name)).toEqual([first.name])
  const third = await make(1)
  expect(folders()).toEqual([third.name])
})
