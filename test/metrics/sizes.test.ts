import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLog } from '../../base/watching/log.ts'
import { databaseBytes } from '../../base/watching/metrics.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { watchSizes } from '../../maintenance/data_folder/sizes.ts'

let folder: TemporaryFolder
beforeEach(async () => {
  databaseBytes.reset()
  folder = await makeTemporaryFolder('sizes')
})
afterEach(() => folder.remove())

/** Bytes of the accounts, as the metric says. */
async function seen(mostLookedAt: number): Promise<number> {
  const end = watchSizes(folder.path, [folder.path], createLog('silent'), mostLookedAt)
  const sizeOf = async (kind: string) => {
    const { values } = await databaseBytes.get()
    return values.find(({ labels }) => labels.database === kind)?.value
  }
  // The last of them.
  await expect.poll(() => sizeOf('limits')).toBe(0)
  end()
  return (await sizeOf('accounts')) as number
}

/** A folder of 20 files, of which one has 1,000 bytes. */
function fill(name: string): void {
  const path = join(folder.path, 'accounts', name)
  mkdirSync(path, { recursive: true })
  for (let i = 0; i < 20; i++) {
    writeFileSync(join(path, `${i}.sqlite`), Buffer.alloc(i === 0 ? 1_000 : 0))
  }
  writeFileSync(join(path, 'another.file'), Buffer.alloc(7))
}

test('few accounts are all looked at', async () => {
  fill('aa')
  fill('bb')
  expect(await seen(40)).toBe(2_000)
})

test('of many some of each folder, and they stand for the others', async () => {
  fill('aa')
  // Half of them: the file that is not empty counts twice, or not at all.
  expect([0, 2_000]).toContain(await seen(10))
})
