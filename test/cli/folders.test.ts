import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { mounted } from '../../lab/world/vestibule/mounted.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { sayUnlessMounted } from '../shared/left_out.ts'

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
/** Nobody can make a folder there: root finds that there is no such place, and all others may not. */
const [NOT_IN_PROC, IN_PROC] =
  process.getuid?.() === 0
    ? [FAILED, 'no folder can be made in /proc']
    : [WRONG, 'may not use /proc']

test.each<[string[], number, string]>([
  [['backup', 'full'], WRONG, 'is not empty; name a new folder'],
  [['backup', 'file'], WRONG, 'a file is in the way; name a new folder'],
  [['backup', 'file/below'], WRONG, 'a file is in the way; name a new folder'],
  [['backup', '--to', 'file'], WRONG, 'a file is in the way; name a new folder'],
  [['backup', '/proc/new'], NOT_IN_PROC, IN_PROC],
  [['backup', '--to', '/proc/new/one'], NOT_IN_PROC, IN_PROC],
  [['restore', 'nowhere'], WRONG, 'There is no folder'],
  [['restore', 'file'], WRONG, 'is no folder; name what `backup` made'],
  [['restore', 'empty'], WRONG, 'holds no finished backup: there is no manifest.json'],
  [['restore', 'torn'], FAILED, 'manifest.json is damaged'],
  [['doctor', '--data', 'nowhere'], WRONG, 'There is no folder'],
  [['doctor', '--data', 'file'], WRONG, 'is no folder; name the data directory'],
  [['doctor', '--data', 'empty'], FAILED, 'holds no data of Vestibule'],
  [['client', 'add', 'https://app.example.com', 'empty'], WRONG, 'empty is a folder, and a file'],
  [['import-pds', 'full', '--pds-env', 'empty'], WRONG, 'empty is a folder, and a file'],
  [['adopt', 'full', '--pds-env', 'empty'], WRONG, 'empty is a folder, and a file'],
  [['init', '--yes', '--file', 'nowhere/.env'], WRONG, 'There is no folder'],
  [
    ['init', '--yes', '--url', 'https://pds.example.com', '--data-dir', '/proc/new'],
    WRONG,
    IN_PROC,
  ],
])('%j says what is wrong with the folder', async (args, exitCode, said) => {
  const ran = await runCliHere(childEnvironment({}, env), args, { cwd: folder.path })
  expect(ran).toMatchObject({ exitCode, stderr: expect.stringContaining(said) })
  expect(ran.stderr).not.toMatch(/ENO|EEXIST|ENOTDIR/)
})

test('a folder in the place of a key is said to be one', async () => {
  const path = join(folder.path, 'keyless')
  mkdirSync(join(path, 'secrets/dpop_secret.hex'), { recursive: true })
  const ran = await runCliHere(childEnvironment({}, { ...env, ENTRYWAY_DATA_DIR: path }), ['trail'])
  expect(ran).toMatchObject({
    exitCode: WRONG,
    stderr: expect.stringMatching(/^\S+ is a folder, and/),
  })
})

/** Not in every container. */
const canMount = sayUnlessMounted('folders on a disk that can only be read')

test.runIf(canMount)('a folder on a disk that can only be read is said to be one', () => {
  const path = join(folder.path, 'empty')
  const from = (file: string) => new URL(`../../${file}.ts`, import.meta.url)
  const work = `
    const { makeEmptyFolder } = await import('${from('base/files/empty_folder')}')
    const { holdData } = await import('${from('maintenance/data_folder/hold')}')
    const { copyNewest } = await import('${from('maintenance/backup/kept_backups')}')
    for (const path of ['${path}', '${path}/new'])
      for (const work of [makeEmptyFolder, holdData, copyNewest])
        try { await work(path) } catch ({ message }) { console.log(work.name, message) }`
  const [program, ...words] = mounted(path, 'ro')
  const run = [process.execPath, '--input-type=module', '-e', work]
  const { stdout } = spawnSync(program, [...words, ...run], { encoding: 'utf8' })
  const said = stdout.trim().split('\n')
  expect(said.map((line) => line.split(' ')[0])).toEqual([
    ...['makeEmptyFolder', 'holdData', 'copyNewest'],
    ...['makeEmptyFolder', 'holdData', 'copyNewest'],
  ])
  for (const line of said) expect(line).toContain(`${path} can only be read here: mount its disk`)
})
