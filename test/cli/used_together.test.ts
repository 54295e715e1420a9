import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { DataFolder } from '../shared/data_folder.ts'

let folder: TemporaryFolder
let onEngine: Record<string, string>

beforeAll(async () => {
  folder = await makeTemporaryFolder('together')
  const onFiles = { ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: join(folder.path, 'data') }
  const { jwtKeyHex, plcRotationKeyHex, dpopSecret, adminPassword } = await loadSecrets(
    readSettings(onFiles),
  )
  onEngine = {
    ...{ ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: join(folder.path, 'own') },
    ...{ ENTRYWAY_DATABASE: 'engine', RIVET_ENDPOINT: 'http://127.0.0.1:9' },
    ...{ ENTRYWAY_JWT_KEY_HEX: jwtKeyHex, ENTRYWAY_PLC_ROTATION_KEY_HEX: plcRotationKeyHex },
    ENTRYWAY_DPOP_SECRET_HEX: Buffer.from(dpopSecret).toString('hex'),
    ENTRYWAY_ADMIN_PASSWORD: adminPassword,
  }
  const data = new DataFolder(join(folder.path, 'data'))
  data.add('alice')
  await backUp({ dataDir: data.dataDir, folder: join(folder.path, 'backup') })
})
afterAll(() => folder?.remove())

const run = (env: Record<string, string>, args: string[]) =>
  runCliHere(childEnvironment({}, env), args, { cwd: folder.path })

/** On an engine: an option that says something only beside another, and commands with nothing to work on. */
const rows: [string[], string][] = [
  [['data', 'copy', 'data', 'engine', '--target-lost'], 'goes with --abandon'],
  [['release', '--dry-run'], 'vestibule data copy engine'],
  [['release'], 'vestibule data copy engine'],
  [['directory', 'rebuild'], 'The data are on the engine: back them up'],
]

test.each(rows)('%j is wrong usage', async (args, said) => {
  const ran = await run(onEngine, args)
  expect(ran).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(said) })
})

test('a restore beside an engine says that it is not there yet', async () => {
  const { exitCode, stdout, stderr } = await run(onEngine, ['restore', 'backup'])
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^1 account as of .* are in /),
  })
  expect(stderr).toContain(`vestibule data copy ${onEngine.ENTRYWAY_DATA_DIR} engine`)
})
