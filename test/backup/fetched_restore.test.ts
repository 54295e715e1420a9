import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { inStore } from '../../maintenance/backup/s3/in_store.ts'

let folder: TemporaryFolder
let store: LoopbackServer
let asked: number

beforeEach(async () => {
  folder = await makeTemporaryFolder('fetched')
  asked = 0
  store = await listenOnLoopback((_, response) => {
    asked++
    return response.writeHead(403).end()
  })
})
afterEach(async () => {
  await store.close()
  await folder.remove()
})

const restoreFromStore = (dataDir: string) =>
  runCliHere(
    {
      ENTRYWAY_DATA_DIR: dataDir,
      ENTRYWAY_BACKUP_DIR: join(folder.path, 'backups'),
      ENTRYWAY_BACKUP_S3_BUCKET: 'backups',
      ENTRYWAY_BACKUP_S3_ENDPOINT: store.url,
      ENTRYWAY_BACKUP_S3_ACCESS_KEY_ID: 'key',
      ENTRYWAY_BACKUP_S3_SECRET_ACCESS_KEY: 'secret',
      ENTRYWAY_DEV: '1',
    },
    ['restore', join(folder.path, 'fetched'), '--s3'],
  )

test('nothing is fetched where it could not be restored to', async () => {
  const dataDir = join(folder.path, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  writeFileSync(join(dataDir, 'directory.sqlite'), '', { mode: 0o600 })
  expect(await restoreFromStore(dataDir)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('is not empty (directory.sqlite): move away what is there'),
  })
  expect(asked).toBe(0)
  expect(readdirSync(folder.path)).toEqual(['data'])
})

test('a store that refuses is asked for a folder that is not there, and leaves none', async () => {
  expect(await restoreFromStore(join(folder.path, 'data'))).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('The S3 store'),
  })
  expect(asked).toBeGreaterThan(0)
  expect(readdirSync(folder.path)).toEqual([])
})

const PLACE = { bucket: 'backups', prefix: '', endpoint: 'http://127.0.0.1:9', region: 'r' }
const KEYS = { accessKeyId: 'key', secretAccessKey: 'secret' }

test('what a file of this machine refuses is not said of the store', async () => {
  const of = inStore({ ...PLACE, ...KEYS }, () => readFile(join(folder.path, 'none')))
  await expect(of).rejects.toThrow(/^ENOENT: /)
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
  })
  await expect(inStore({ ...PLACE, ...KEYS }, () => Promise.reject(full))).rejects.toBe(full)
  const refused = inStore({ ...PLACE, ...KEYS }, () => Promise.reject(new Error('AccessDenied')))
  await expect(refused).rejects.toThrow('The S3 store http://127.0.0.1:9/backups: AccessDenied')
})
