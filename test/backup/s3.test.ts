import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { DAY } from '../../base/lifetimes.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { backupAge } from '../../base/watching/metrics.ts'
import { lockFile } from '../../database/file_lock.ts'
import { type S3, startS3 } from '../../lab/world/servers/s3.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { createMailer } from '../../mail/mailer.ts'
import { startDailyBackups } from '../../maintenance/backup/daily_backup.ts'
import { backUpTo } from '../../maintenance/backup/kept_backups.ts'
import { BackupStore } from '../../maintenance/backup/s3/store.ts'
import { checkBackups } from '../../operator/doctor/backup.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { keptLog } from '../shared/logged.ts'

let s3: S3
let folder: TemporaryFolder
let data: DataFolder
let env: Record<string, string>

const cli = (...args: string[]) => runCliHere(childEnvironment({}, env), args)

beforeAll(async () => {
  s3 = await startS3()
  folder = await makeTemporaryFolder('stored')
  data = new DataFolder(join(folder.path, 'data'))
  env = {
    ...s3.env,
    ENTRYWAY_DEV: '1',
    ENTRYWAY_DATA_DIR: data.dataDir,
    ENTRYWAY_BACKUP_DIR: join(folder.path, 'backups'),
  }
  // Made before there is an account: later it would say that they were lost.
  await loadSecrets(readSettings(env))
  for (const name of ['alice', 'bob']) data.add(name)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})
afterAll(async () => {
  await s3?.close()
  await folder?.remove()
})

test('a backup goes to the store, and all is there again by one command', async () => {
  expect(await cli('backup')).toMatchObject({ exitCode: 0 })
  expect(await checkBackups(readSettings(env))).toMatchObject([{ state: 'ok' }, { state: 'ok' }])
  for (const name of readdirSync(data.dataDir)) {
    if (name !== 'secrets') rmSync(join(data.dataDir, name), { recursive: true })
  }
  rmSync(join(folder.path, 'backups'), { recursive: true })
  const restored = await cli('restore', join(folder.path, 'fetched'), '--s3', '--json')
  expect(restored).toMatchObject({ exitCode: 0 })
  expect(JSON.parse(restored.stdout)).toMatchObject({ accounts: 2, findings: [] })
  expect(data.directory((db) => db.prepare('SELECT count(*) AS n FROM account').get())).toEqual({
    n: 2,
  })
})

/** Puts something like a backup into a store that keeps two. */
async function putInto(store: BackupStore, name: string, blobs: string[]) {
  const local = join(folder.path, 'local')
  rmSync(local, { recursive: true, force: true })
  mkdirSync(join(local, 'pds/blobs/did'), { recursive: true })
  writeFileSync(join(local, 'manifest.json'), '{}')
  writeFileSync(join(local, 'verified.json'), '{"accounts":1,"databases":1,"files":1}')
  for (const blob of blobs) writeFileSync(join(local, 'pds/blobs/did', blob), `of ${blob}`)
  const told: [number, number][] = []
  await store.put(local, name, 2, (done, total) => told.push([done, total]))
  expect(told.at(-1)).toEqual([told.length, told.length])
}

test('as many are kept as wanted, and the blobs that they need', async () => {
  const store = new BackupStore({ ...s3.place, prefix: 'kept.example/' })
  const put = (name: string, blobs: string[]) => putInto(store, name, blobs)
  await put('2020-01-01T000000Z', ['old', 'shared'])
  await put('2020-01-02T000000Z', ['shared'])
  await put('2020-01-03T000000Z', ['shared', 'new'])
  const names = (await store.list()).map(({ name }) => name)
  expect(names).toEqual(['2020-01-03T000000Z', '2020-01-02T000000Z'])
  const to = join(folder.path, 'newest')
  const told: number[] = []
  expect(await store.fetch(undefined, to, (done) => told.push(done))).toBe('2020-01-03T000000Z')
  // Two blobs, their list, what was verified and the manifest.
  expect(told).toEqual([1, 2, 3, 4, 5])
  expect(readFileSync(join(to, 'pds/blobs/did/shared'), 'utf8')).toBe('of shared')
  expect(readdirSync(join(to, 'pds/blobs/did')).sort()).toEqual(['new', 'shared'])
  await expect(store.fetch('2020-01-01T000000Z', join(folder.path, 'x'))).rejects.toThrow(
    'no backup',
  )
  // Blobs that no kept backup needs are gone.
  await put('2020-01-04T000000Z', [])
  await put('2020-01-05T000000Z', [])
  const empty = join(folder.path, 'empty')
  await store.fetch(undefined, empty)
  expect(readdirSync(empty)).not.toContain('pds')
  store.close()
})

test('one that was made while the clock was ahead stays with its blobs', async () => {
  const store = new BackupStore({ ...s3.place, prefix: 'ahead.example/' })
  await putInto(store, '2100-01-01T000000Z', ['ahead'])
  for (const day of [1, 2, 3]) await putInto(store, `2020-01-0${day}T000000Z`, ['shared'])
  const names = (await store.list()).map(({ name }) => name)
  expect(names).toEqual(['2020-01-03T000000Z', '2020-01-02T000000Z', '2100-01-01T000000Z'])
  const to = join(folder.path, 'ahead')
  await store.fetch('2100-01-01T000000Z', to)
  expect(readFileSync(join(to, 'pds/blobs/did/ahead'), 'utf8')).toBe('of ahead')
  store.close()
})

test('what the store says that it took and has not is no backup there', async () => {
  const store = new BackupStore({ ...s3.place, prefix: 'lossy.example/' })
  const { send } = S3Client.prototype
  const lossy = vi.spyOn(S3Client.prototype, 'send').mockImplementation(function (
    this: S3Client,
    ...args: unknown[]
  ) {
    const [command] = args
    const isLost = command instanceof PutObjectCommand && /manifest/.test(command.input.Key ?? '')
    return isLost ? Promise.resolve({}) : Reflect.apply(send, this, args)
  })
  onTestFinished(() => lossy.mockRestore())
  const missing = 'The S3 store has not all of manifest.json'
  await expect(putInto(store, '2020-01-01T000000Z', [])).rejects.toThrow(missing)
  expect(await store.list()).toEqual([])
  lossy.mockRestore()
  await putInto(store, '2020-01-02T000000Z', [])
  expect(await store.list()).toMatchObject([{ name: '2020-01-02T000000Z' }])
  store.close()
})

test('no blob is removed, and no backup fetched, where the list of its blobs is missing', async () => {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = s3.place
  const prefix = 'listless.example/'
  const store = new BackupStore({ ...s3.place, prefix })
  await putInto(store, '2020-01-01T000000Z', ['old'])
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const Key = `${prefix}2020-01-01T000000Z/blobs.json`
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
  const missing = 'no list of the blobs of the backup 2020-01-01T000000Z'
  await expect(putInto(store, '2020-01-02T000000Z', [])).rejects.toThrow(missing)
  await expect(store.fetch('2020-01-01T000000Z', join(folder.path, 'listless'))).rejects.toThrow(
    missing,
  )
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '["did/old"]' }))
  await store.fetch('2020-01-01T000000Z', join(folder.path, 'listed'))
  expect(readdirSync(join(folder.path, 'listed/pds/blobs/did'))).toEqual(['old'])
  client.destroy()
  store.close()
})

test('what is of others in the bucket stays, also the backups of another host', async () => {
  const [here, other] = ['localhost/', 'other.example/'].map(
    (prefix) => new BackupStore({ ...s3.place, prefix }),
  ) as [BackupStore, BackupStore]
  await putInto(other, '2039-01-01T000000Z', ['theirs'])
  for (const day of [6, 7, 8]) await putInto(here, `2040-01-0${day}T000000Z`, [`of-${day}`])
  expect(await other.list()).toMatchObject([{ name: '2039-01-01T000000Z' }])
  const to = join(folder.path, 'of-others')
  expect(await other.fetch(undefined, to)).toBe('2039-01-01T000000Z')
  expect(readdirSync(join(to, 'pds/blobs/did'))).toEqual(['theirs'])
  for (const store of [here, other]) store.close()
})

test('a store that does not take it is named, and the backup on disk stays', async () => {
  const { ENTRYWAY_BACKUP_DIR: dir = '' } = env
  const wrong = { ...env, ENTRYWAY_BACKUP_S3_BUCKET: 'nowhere' }
  const { exitCode, stderr } = await runCliHere(childEnvironment({}, wrong), ['backup'])
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`The S3 store ${s3.place.endpoint}/nowhere: `)
  expect(readdirSync(dir).filter((name) => /Z$/.test(name))).toHaveLength(1)
})

/** The program with a store; it tries at once. */
function startWith(own: Record<string, string>, bucket: string) {
  const given = { ...own, ENTRYWAY_BACKUP_S3_BUCKET: bucket }
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value)
  const settings = readSettings(given)
  const { log, lines } = keptLog()
  const { emailFrom: from, dataDir, publicUrl, name: service } = settings
  const mailer = createMailer({ from, dataDir, publicUrl, service, log })
  return { end: startDailyBackups({ settings, mailer, log }), lines }
}

test('what the store did not take is copied later, and no other is made for that', async () => {
  const to = join(folder.path, 'later')
  const own = { ...env, ENTRYWAY_BACKUP_DIR: to, ENTRYWAY_PUBLIC_URL: 'https://later.example' }
  const names = () => readdirSync(to).filter((name) => /Z$/.test(name))
  for (let tries = 0; tries < 2; tries++) {
    const { end, lines } = startWith(own, 'nowhere')
    await expect.poll(lines, { timeout: 60_000 }).toMatchObject([{ event: 'backup_failed' }])
    end()
    expect(names()).toHaveLength(1)
  }
  const { end } = startWith(own, s3.place.bucket)
  const store = new BackupStore({ ...s3.place, prefix: 'later.example/' })
  const stored = async () => (await store.list()).map(({ name }) => name)
  await expect.poll(stored, { timeout: 60_000 }).toEqual(names())
  end()
  store.close()
  expect(names()).toHaveLength(1)
})

test('a store that does not answer is not said to have had no backup for long', async () => {
  const to = join(folder.path, 'unknown')
  mkdirSync(to)
  // The folder is old by then, and the backup in it is not.
  vi.useFakeTimers({ now: Date.now() + 3 * DAY, toFake: ['Date'] })
  await backUpTo({ dataDir: data.dataDir, to, keep: 1 })
  const tryIt = async () => {
    const { end, lines } = startWith({ ...env, ENTRYWAY_BACKUP_DIR: to }, 'silent')
    await expect.poll(lines, { timeout: 60_000 }).toMatchObject([{ event: 'backup_failed' }])
    end()
    const { values } = await backupAge.get()
    return (place: string) => values.find(({ labels }) => labels.to === place)?.value ?? Number.NaN
  }
  const age = await tryIt()
  for (const place of ['disk', 's3']) expect(age(place)).toBeLessThan(DAY / 1_000)
  // A start does not make it younger.
  vi.setSystemTime(Date.now() + 3 * DAY)
  expect((await tryIt())('s3')).toBeGreaterThan((3 * DAY) / 1_000)
})

test('nothing else is made or removed while one is copied', async () => {
  const to = join(folder.path, 'copied')
  const lock = () => lockFile(join(to, '.lock'))
  const copy = vi.fn(async () => expect(lock()).toBeNull())
  await backUpTo({ dataDir: data.dataDir, to, keep: 1, copy })
  expect(copy).toHaveBeenCalledOnce()
  const release = lock()
  expect(release).not.toBeNull()
  release?.()
})

test('as many stay in the store as the command is told', async () => {
  const own = {
    ...{ ...env, ENTRYWAY_BACKUP_DIR: join(folder.path, 'few') },
    ENTRYWAY_PUBLIC_URL: 'https://few.example',
  }
  const run = (...args: string[]) => runCliHere(childEnvironment({}, own), ['backup', ...args])
  const store = new BackupStore({ ...s3.place, prefix: 'few.example/' })
  for (const args of [[], [], ['--copy-only', '--keep', '1']]) {
    expect(await run(...args)).toMatchObject({ exitCode: 0 })
  }
  expect(await store.list()).toHaveLength(1)
  store.close()
})

test('keys are not copied to the store', async () => {
  const { exitCode, stderr } = await cli('backup', '--with-secrets')
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('keys are not copied to S3')])
})
