import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

/** Whether the disk takes names of files, and nothing in them. */
const disk = vi.hoisted(() => ({ isFull: false }))
vi.mock('node:fs', () => {
  const fs = process.getBuiltinModule('node:fs')
  const writeFileSync: typeof fs.writeFileSync = (file, data, options) => {
    fs.writeFileSync(file, disk.isFull ? '' : data, options)
    if (disk.isFull) throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' })
  }
  return { ...fs, writeFileSync }
})

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('full-disk')
})
afterEach(() => folder.remove())

test('a first start on a full disk leaves no key behind that the next one would refuse', async () => {
  const settings = readSettings({ ENTRYWAY_DATA_DIR: folder.path })
  disk.isFull = true
  await expect(loadSecrets(settings)).rejects.toThrow('ENOSPC')
  expect(readdirSync(join(folder.path, 'secrets'))).toEqual([])
  disk.isFull = false
  await expect(loadSecrets(settings)).resolves.toMatchObject({
    adminPassword: expect.stringMatching(/^.{24}$/),
  })
})
