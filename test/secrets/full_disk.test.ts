import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

/**
 * Whether the disk takes names of files, and nothing in them, and a second name of a file, which FAT has not; and who looks,
 * once there is a file and nothing in it.
 */
const disk = vi.hoisted(() => ({ isFull: false, hasLinks: true, look: () => {} }))
vi.mock('node:fs', () => {
  const fs = process.getBuiltinModule('node:fs')
  const writeFileSync: typeof fs.writeFileSync = (file, data, options) => {
    fs.writeFileSync(file, '', options)
    disk.look()
    if (!disk.isFull) fs.writeFileSync(file, data, { ...(options as object), flag: 'w' })
    if (disk.isFull) throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' })
  }
  const linkSync: typeof fs.linkSync = (from, to) => {
    if (!disk.hasLinks) throw Object.assign(new Error('EPERM: link'), { code: 'EPERM' })
    fs.linkSync(from, to)
  }
  return { ...fs, writeFileSync, linkSync }
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

test('a start that is killed while it writes a key leaves none that the next one would refuse', async () => {
  const settings = readSettings({ ENTRYWAY_DATA_DIR: folder.path })
  const secrets = join(folder.path, 'secrets')
  const left: string[] = []
  disk.look = () => {
    left.push(`left at ${left.length}`)
    cpSync(secrets, join(folder.path, left.at(-1) ?? '', 'secrets'), { recursive: true })
  }
  await loadSecrets(settings)
  disk.look = () => {}
  expect(left).toHaveLength(4)
  for (const name of left) {
    const dataDir = join(folder.path, name)
    await expect(loadSecrets({ ...settings, dataDir })).resolves.toMatchObject({
      adminPassword: expect.stringMatching(/^.{24}$/),
    })
  }
})

test.each([true, false])(
  'of two first starts at once both have the keys of one, on a disk with links: %s',
  async (hasLinks) => {
    const settings = readSettings({ ENTRYWAY_DATA_DIR: folder.path })
    const key = 'a'.repeat(64)
    disk.hasLinks = hasLinks
    disk.look = () => {
      disk.look = () => {}
      writeFileSync(join(folder.path, 'secrets/jwt_key.hex'), key, { mode: 0o600 })
    }
    expect((await loadSecrets(settings)).jwtKeyHex).toBe(key)
    disk.hasLinks = true
    expect((await loadSecrets(settings)).jwtKeyHex).toBe(key)
  },
)

test('a first start on a disk that has one name for a file makes keys, which stay', async () => {
  const settings = readSettings({ ENTRYWAY_DATA_DIR: folder.path })
  disk.hasLinks = false
  const { adminPassword } = await loadSecrets(settings)
  expect((await loadSecrets(settings)).adminPassword).toBe(adminPassword)
  disk.hasLinks = true
  const names = readdirSync(join(folder.path, 'secrets'))
  expect(names.filter((name) => name.startsWith('.'))).toEqual([])
})
