import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import { childEnvironment } from '../../lab/world/child.ts'
import { runCliHere } from '../../lab/world/cli_here.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { DataFolder } from '../backup/data_folder.ts'

let folder: TemporaryFolder
let env: Record<string, string>

beforeAll(async () => {
  folder = await makeTemporaryFolder('folders')
  const at = (name: string) => join(folder.path, name)
  env = { ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: at('data') }
  await loadSecrets(readSettings(env))
  new DataFolder(at('data')).add('alice')
  for (const name of ['empty', 'full', 'torn']) mkdirSync(at(name))
  writeFileSync(at('file'), '')
  writeFileSync(at('full/x'), '')
  writeFileSync(at('torn/manifest.json'), '{')
})
afterAll(() => folder?.remove())

const FAILED = 1
const WRONG = 2

test.each<[string[], number, string]>([
  [['backup', 'full'], WRONG, 'is not empty; name a new folder'],
  [['backup', 'file'], WRONG, 'a file is in the way; name a new folder'],
  [['backup', 'file/below'], WRONG, 'a file is in the way; name a new folder'],
  [['backup', '--to', 'file'], WRONG, 'a file is in the way; name a new folder'],
  [['restore', 'nowhere'], WRONG, 'There is no folder'],
  [['restore', 'file'], WRONG, 'is no folder; name what `backup` made'],
  [['restore', 'empty'], WRONG, 'holds no finished backup: there is no manifest.json'],
  [['restore', 'torn'], FAILED, 'manifest.json is damaged'],
  [['doctor', '--data', 'nowhere'], WRONG, 'There is no folder'],
  [['doctor', '--data', 'file'], WRONG, 'is no folder; name the data directory'],
  [['doctor', '--data', 'empty'], FAILED, 'holds no data of Vestibule'],
  [['init', '--yes', '--file', 'nowhere/.env'], WRONG, 'There is no folder'],
])('%j says what is wrong with the folder', async (args, exitCode, said) => {
  const ran = await runCliHere(childEnvironment({}, env), args, { cwd: folder.path })
  expect(ran).toMatchObject({ exitCode, stderr: expect.stringContaining(said) })
  expect(ran.stderr).not.toMatch(/ENO|EEXIST|ENOTDIR/)
})
