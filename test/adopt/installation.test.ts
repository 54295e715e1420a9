import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { envToSecrets } from '@atproto/pds'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { PLACES } from '../../cli/adopt/places.ts'
import { readPdsFile } from '../../cli/pds/env.ts'
import { unlocked } from '../../cli/pds/settings_lock.ts'
import { holdPdsAccounts } from '../../database/import/held_accounts.ts'
import { EMAIL_FACTOR } from '../../database/import/pds_accounts.ts'
import { KNOWN_STEPS, listSteps } from '../../database/import/pds_steps.ts'
import { type PdsHome, startPds } from '../../lab/world/servers/pds.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childArguments, childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { listDatabases } from '../../maintenance/data_folder/files.ts'
import { readPdsMark } from '../../maintenance/data_folder/pds_marks.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'
import { adoptIn, makeStoppedPds, NOWHERE } from './stopped_pds.ts'

/** What each part of the data is called in the folder. */
const PARTS = {
  accounts: 'account.sqlite',
  sequencer: 'sequencer.sqlite',
  didCache: 'did_cache.sqlite',
  actors: 'actors',
  blobs: 'blobs',
  temporaryBlobs: 'blobs-incoming',
}
/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('a PDS of another user')
const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const DIE = fileURLToPath(new URL('./die_at.ts', import.meta.url))
let home: PdsHome
/** A PDS that is stopped, with two accounts; made anew for each test. */
let pds: string
let own: TemporaryFolder

beforeAll(async () => {
  home = await makeStoppedPds()
})
afterAll(() => home?.folder.remove())
beforeEach(async () => {
  own = await makeTemporaryFolder('adopt')
  pds = join(own.path, 'pds')
  // Mounted elsewhere than its settings say.
  cpSync(home.folder.path, pds, { recursive: true })
})
afterEach(() => own.remove())

const run = (options: Parameters<typeof adoptIn>[1] = {}) => adoptIn(own.path, options)
const settings = () => readFileSync(join(own.path, '.env'), 'utf8')

test('data that stay are worked on where they are', async () => {
  expect(await run()).toMatchObject({ pdsData: pds, accounts: { imported: 2, refused: [] } })
  expect(settings()).toContain(`PDS_DATA_DIRECTORY=${pds}\n`)
  expect(settings()).toContain(`PDS_BLOBSTORE_DISK_LOCATION=${pds}/blobs\n`)
  expect(listDatabases(join(own.path, 'data'), 'account')).toHaveLength(2)
})

test('data that are copied are whole, and those of before are as they were', async () => {
  const running = new Sqlite(join(pds, 'sequencer.sqlite'))
  running.exec('CREATE TABLE in_the_log (x)')
  cpSync(join(pds, 'sequencer.sqlite-wal'), join(own.path, 'wal'))
  running.close()
  cpSync(join(own.path, 'wal'), join(pds, 'sequencer.sqlite-wal'))
  const before = readdirSync(pds).sort()
  const { pdsData } = await run({ copy: true })
  expect(pdsData).toBe(join(own.path, 'data', 'pds'))
  expect(settings()).not.toMatch(/DIRECTORY|LOCATION/)
  expect(
    readdirSync(pds)
      .filter((name) => name !== 'ADOPTED')
      .sort(),
  ).toEqual(before)
  expect(readdirSync(pdsData)).toContain('ADOPTED')
  expect(readFileSync(join(pdsData, 'blobs/something'), 'utf8')).toBe('blobs')
  expect(readFileSync(join(pdsData, 'actors/something'), 'utf8')).toBe('actors')
  const accounts = new Sqlite(join(pdsData, 'account.sqlite'))
  expect(accounts.prepare('SELECT count(*) FROM account').pluck().get()).toBe(2)
  accounts.close()
  const sequencer = new Sqlite(join(pdsData, 'sequencer.sqlite'))
  expect(sequencer.pragma('table_info(in_the_log)')).toHaveLength(1)
  sequencer.close()
})

test('interrupted at its end, it is finished by the next run', async () => {
  await run()
  const data = join(own.path, 'data')
  const made = readdirSync(data).filter((name) => !/^(secrets|program\.lock.*)$/.test(name))
  // Between the settings and the data.
  for (const name of made) rmSync(join(data, name), { recursive: true })
  mkdirSync(join(data, '.adopting'))
  expect(await run()).toMatchObject({ accounts: { imported: 2 } })
  // While the data took their place.
  mkdirSync(join(data, '.staged'))
  for (const name of made) renameSync(join(data, name), join(data, '.staged', name))
  expect(await run()).toMatchObject({ accounts: null })
  expect(readdirSync(data)).toEqual(expect.arrayContaining(made))
})

test('killed wherever it changes a file, it is repeated until all is there, once', async () => {
  const options = ['--copy', '--no-plc', '--data-dir', 'data']
  const attempt = (at: number) => {
    const env = { ...childEnvironment({}, {}), NODE_OPTIONS: `--import ${DIE}`, DIE_AT: String(at) }
    return runCli(env, ['adopt', pds, ...options], { cwd: own.path })
  }
  let kills = 0
  let last = await attempt(1)
  for (; last.exitCode === null; last = await attempt(kills + 1)) kills++
  expect(last).toMatchObject({ exitCode: 0, stderr: '' })
  expect(kills).toBeGreaterThan(8)
  const data = join(own.path, 'data')
  expect(await checkData(data, { patience: 0 })).toMatchObject({ accounts: 2, findings: [] })
  expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([])
  expect(readFileSync(join(data, 'pds/blobs/something'), 'utf8')).toBe('blobs')
  expect((await attempt(0)).stdout).toContain('is adopted already')
}, 600_000)

test('a rehearsal that is interrupted leaves no copy of accounts behind', async () => {
  const plc = createServer().listen(0, '127.0.0.1')
  await once(plc, 'listening')
  const asked = once(plc, 'request')
  const { port } = plc.address() as AddressInfo
  const env = readFileSync(join(pds, 'pds.env'), 'utf8')
  writeFileSync(
    join(pds, 'pds.env'),
    env.replace(/PDS_DID_PLC_URL=.*/, `PDS_DID_PLC_URL=http://127.0.0.1:${port}`),
  )
  const temporary = join(own.path, 'temporary')
  mkdirSync(temporary)
  const child = spawn(process.execPath, [...childArguments, CLI, 'adopt', pds, '--dry-run'], {
    env: { ...childEnvironment({}, {}), TMPDIR: temporary },
    cwd: own.path,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const exit = once(child, 'exit')
  await asked
  expect(readdirSync(temporary)).toHaveLength(2)
  child.kill('SIGINT')
  expect(await exit).toEqual([130, null])
  expect(readdirSync(temporary)).toEqual([])
  plc.closeAllConnections()
  plc.close()
})

test.each([false, true])(
  'what was adopted before is not adopted a second time, copied or not: %s',
  async (copy) => {
    const data = join(own.path, 'data')
    const file = join(own.path, '.env')
    await run({ copy })
    expect(await run({ copy })).toMatchObject({ accounts: null })
    for (const path of [data, file]) renameSync(path, `${path}.lost`)
    for (const dryRun of [true, false]) {
      await expect(run({ dryRun })).rejects.toThrow(
        new RegExp(`^The accounts of this PDS are in ${data} since .*: --again$`, 's'),
      )
    }
    expect(existsSync(file)).toBe(false)
    expect(await run({ again: true })).toMatchObject({ accounts: { imported: 2 } })
  },
)

test.each([false, true])(
  'no PDS starts by the settings of one that was adopted, copied or not: %s',
  async (copy) => {
    const file = join(pds, 'pds.env')
    chmodSync(file, 0o640)
    const before = readFileSync(file, 'utf8')
    const start = () =>
      envToSecrets({
        jwtSecret: parseEnv(readFileSync(file, 'utf8')).PDS_JWT_SECRET,
        adminPassword: parseEnv(readFileSync(file, 'utf8')).PDS_ADMIN_PASSWORD,
        plcRotationKeyK256PrivateKeyHex: '1'.repeat(64),
      })
    expect(await run({ copy, dryRun: true })).toMatchObject({ locked: file })
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(start()).toMatchObject({ jwtSecret: home.jwtSecret })
    expect(await run({ copy })).toMatchObject({ locked: file })
    expect(start).toThrow('Must provide a JWT secret')
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(await readPdsFile(file)).toEqual(parseEnv(before))
    expect(await run({ copy })).toMatchObject({ accounts: null, locked: file })
    expect(unlocked(readFileSync(file, 'utf8'))).toBe(before)
  },
)

test('settings that cannot be changed are named as such', async () => {
  mkdirSync(join(pds, 'pds.env.writing'))
  expect(await run()).toMatchObject({ accounts: { imported: 2 }, locked: null })
})

test.each([
  ['its settings', '.env.writing', (path: string) => mkdirSync(path)],
  // Then the mark has been set.
  ['its last step', 'data/.staged', (path: string) => symlinkSync('nowhere', path)],
])('an adoption that fails at %s leaves no mark, or the one of before', async (_, name, hinder) => {
  const path = join(own.path, name)
  mkdirSync(join(own.path, 'data'))
  hinder(path)
  await expect(run()).rejects.toThrow(name)
  expect(await readPdsMark(pds)).toBeNull()
  writeFileSync(join(pds, 'RELEASED'), 'some time')
  await expect(run()).rejects.toThrow(name)
  expect(await readPdsMark(pds)).toEqual({ kind: 'RELEASED', text: 'some time' })
  rmSync(path, { recursive: true })
  expect(await run()).toMatchObject({ accounts: { imported: 2 } })
  expect(readdirSync(pds)).not.toContain('RELEASED')
})

test.runIf(isRoot)(
  'data that stay are given to the user to whom the data here belong, and nothing else',
  async () => {
    const data = join(own.path, 'data')
    mkdirSync(data)
    chownSync(data, OTHER_USER, OTHER_USER)
    for (const name of ['caddy', 'blobs-incoming']) mkdirSync(join(pds, name))
    // The folder may be on another disk.
    renameSync(pds, join(own.path, 'disk'))
    symlinkSync('disk', pds)
    await run()
    const ofOther = (path: string) => statSync(path).uid === OTHER_USER
    const databases = ['account.sqlite', 'sequencer.sqlite']
    const folders = ['blobs/something', 'blobs-incoming', 'actors/something']
    const theirs = ['', ...databases, ...folders, 'ADOPTED']
    expect(theirs.filter((name) => !ofOther(join(pds, name)))).toEqual([])
    expect(['caddy', 'pds.env'].filter((name) => ofOther(join(pds, name)))).toEqual([])
    expect([data, join(own.path, '.env'), join(data, 'accounts')].every(ofOther)).toBe(true)
  },
)

test('a PDS that has nothing to do works on its data, and none starts on what is held', async () => {
  const path = join(pds, 'account.sqlite')
  const idle = new Sqlite(path)
  idle.prepare('SELECT count(*) FROM account').get()
  await expect(run()).rejects.toThrow(`A PDS works on ${path}: stop it`)
  idle.close()
  const held = holdPdsAccounts(path)
  const late = new Sqlite(path, { timeout: 0 })
  expect(() => late.pragma('journal_mode = WAL')).toThrow('locked')
  late.close()
  held?.close()
  expect(await run()).toMatchObject({ accounts: { imported: 2 } })
})

test('what stands against it is said in a line, and nothing is done', async () => {
  const file = join(own.path, '.env')
  const data = join(own.path, 'data')
  const untouched = () => expect(existsSync(join(data, 'accounts'))).toBe(false)
  const refused = async (why: string) => {
    for (const dryRun of [true, false]) await expect(run({ dryRun })).rejects.toThrow(why)
  }

  writeFileSync(file, 'ENTRYWAY_PUBLIC_URL=https://other.example.com\n')
  await refused(`${file} exists; --force replaces it`)
  rmSync(file)

  vi.stubEnv('ENTRYWAY_PLC_URL', 'https://other.example.com')
  await expect(run()).rejects.toThrow(
    'ENTRYWAY_PLC_URL: is set in the environment to something else',
  )
  vi.unstubAllEnvs()

  vi.stubEnv('ENTRYWAY_EMBEDDED_PDS', 'off')
  await expect(run()).rejects.toThrow('an adopted PDS runs inside')
  vi.unstubAllEnvs()

  mkdirSync(join(data, 'pds'), { recursive: true })
  writeFileSync(join(data, 'pds', 'account.sqlite'), '')
  await refused('There is a PDS inside already')
  rmSync(join(data, 'pds'), { recursive: true })
  writeFileSync(join(data, 'directory.sqlite'), '')
  await refused('is not empty (directory.sqlite)')
  rmSync(join(data, 'directory.sqlite'))

  await expect(run({ pdsEnv: join(pds, 'none.env') })).rejects.toThrow('There is no')
  await expect(run({ folder: join(pds, 'pds.env') })).rejects.toThrow('There is no')
  for (const name of ['actors', 'sequencer.sqlite']) {
    renameSync(join(pds, name), join(pds, 'away'))
    for (const options of [{ dryRun: true }, { copy: true }, {}]) {
      await expect(run(options)).rejects.toThrow(`There is no ${join(pds, name)}, where`)
    }
    renameSync(join(pds, 'away'), join(pds, name))
  }
  const accounts = new Sqlite(join(pds, 'account.sqlite'))
  const setPassword = accounts.prepare('UPDATE account SET passwordScrypt = ? WHERE did = ?')
  setPassword.run('none', 'did:plc:bob')
  await expect(run({ dryRun: true })).rejects.toThrow(/^did:plc:bob passwordScrypt: [^\n]+$/)
  setPassword.run(`00:${'0'.repeat(128)}`, 'did:plc:bob')
  accounts.close()
  writeFileSync(join(pds, 'bad.env'), 'PDS_HOSTNAME=pds.example.com\n')
  await expect(run({ pdsEnv: join(pds, 'bad.env') })).rejects.toThrow(
    'PDS_JWT_SECRET: is not among',
  )
  untouched()
  expect(existsSync(file)).toBe(false)
  expect(await run()).toMatchObject({ accounts: { imported: 2 } })
})

test('a PDS that is newer than the one inside is refused, since that would not start on it', async () => {
  const accounts = new Sqlite(join(pds, 'account.sqlite'))
  expect(listSteps(accounts)).toEqual(KNOWN_STEPS)
  accounts.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('999', '2999-01-01')")
  accounts.close()
  for (const dryRun of [true, false]) {
    await expect(run({ dryRun })).rejects.toThrow('its step 999: upgrade this program first')
  }
  const folder = { ...own, path: pds }
  await expect(startPds({ plcUrl: NOWHERE, home: { ...home, folder } })).rejects.toThrow('999')
})

test.each(PLACES)(
  'a link in the place of a part of the data is refused: %s',
  async (part, name) => {
    const path = join(pds, PARTS[part])
    const elsewhere = join(own.path, 'elsewhere')
    if (existsSync(path)) renameSync(path, elsewhere)
    else mkdirSync(elsewhere)
    symlinkSync(elsewhere, path)
    for (const options of [{ dryRun: true }, { copy: true }, {}]) {
      await expect(run(options)).rejects.toThrow(
        `${path} is a symbolic link: say in the settings of the PDS where that part of its data is (${name}=${elsewhere})`,
      )
    }
    const file = join(pds, 'pds.env')
    const here = readFileSync(file, 'utf8').replaceAll(home.folder.path, pds)
    const others = here.replace(new RegExp(`^${name}=.*\\n`, 'm'), '')
    writeFileSync(file, `${others}${name}=${elsewhere}\n`)
    expect(await run({ copy: true })).toMatchObject({ accounts: { imported: 2 } })
  },
)

test('what is found only once it is done, a rehearsal finds, too', async () => {
  const accounts = new Sqlite(join(pds, 'account.sqlite'))
  accounts.exec(`CREATE TABLE ${EMAIL_FACTOR} (did TEXT)`)
  accounts.exec(`INSERT INTO ${EMAIL_FACTOR} VALUES ('did:plc:bob')`)
  accounts.close()
  const why = /^Nothing is changed, .*\n.*codes are mailed .* that is not confirmed$/s
  for (const dryRun of [true, false]) await expect(run({ dryRun })).rejects.toThrow(why)
})

test.runIf(isRoot)(
  'a rehearsal needs to write nowhere; what is not to be read is named',
  async () => {
    chmodSync(own.path, 0o755)
    for (const name of ['', 'account.sqlite', 'pds.env']) chmodSync(join(pds, name), 0o755)
    const rehearse = () =>
      runCli(childEnvironment({}, {}), ['adopt', pds, '--no-plc', '--dry-run'], {
        cwd: own.path,
        uid: OTHER_USER,
      })
    const { exitCode, stdout, stderr } = await rehearse()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/accounts taken over +│ 2 /)
    expect(readdirSync(own.path)).toEqual(['pds'])
    chmodSync(join(pds, 'pds.env'), 0o600)
    expect(await rehearse()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`may not use ${join(pds, 'pds.env')}: run this as root`),
    })
  },
)
