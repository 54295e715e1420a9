import { expect, test, vi } from 'vitest'
import { listenOnLoopback } from '../../lab/world/loopback.ts'
import { startS3 } from '../../lab/world/servers/s3.ts'
import { BackupStore } from '../../maintenance/backup/s3/store.ts'

const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  S3_SILENCE: 2_000,
  S3_ANSWER: 30_000,
}))

test.each(['nothing', 'half of an answer'])('a store that says %s is given up on', async (what) => {
  const s3 = await startS3()
  const silent = await listenOnLoopback((_, response) => {
    if (what !== 'nothing') response.writeHead(200, { 'content-length': '100' }).write('<')
  })
  const store = new BackupStore({ ...s3.place, endpoint: silent.url })
  await expect(store.list()).rejects.toThrow(/timed out/)
  store.close()
  await silent.close()
  const well = new BackupStore(s3.place)
  expect(await well.list()).toEqual([])
  well.close()
  await s3.close()
})
