import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import { childEnvironment } from '../../lab/world/child.ts'
import { runCliHere } from '../../lab/world/cli_here.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup.ts'
import { DataFolder } from '../backup/data_folder.ts'

let folder: TemporaryFolder
let onFiles: Record<string, string>
let onEngine: Record<string, string>

beforeAll(async () => {
  folder = await makeTemporaryFolder('together')
  onFiles = { ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: join(folder.path, 'data') }
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

/** Options that say something only beside others, and settings with which a command has nothing to work on. */
const rows: [string[], string, () => Record<string, string>][] = [
  [['data', 'copy', 'data', 'engine', '--target-lost'], 'goes with --abandon', () => onEngine],
  [['backup', 'new', '--keep', '3'], 'goes with --to', () => onFiles],
  [['backup', 'new', '--copy-only'], 'goes with --to', () => onFiles],
  [['backup', '--to', 'all', '--copy-only', '--with-secrets'], 'goes without', () => onFiles],
  [
    ['account', 'create', 'a.test', 'a@mail.test', '--ask', '--password', 'secret'],
    "'--ask' cannot be used with option '--password",
    () => onFiles,
  ],
  [
    ['account', 'reset-password', 'a.test', '--ask', '--password', 'secret'],
    "'--ask' cannot be used with option '--password",
    () => onFiles,
  ],
  [['release', '--dry-run'], 'vestibule data copy engine', () => onEngine],
  [['release'], 'vestibule data copy engine', () => onEngine],
  [['directory', 'rebuild'], 'The data are on the engine: back them up', () => onEngine],
]

test.each(rows)('%j is wrong usage, and nothing is tried', async (args, said, env) => {
  const ran = await run(env(), args)
  expect(ran).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(said) })
  for (const name of ['new', 'all']) expect(existsSync(join(folder.path, name))).toBe(false)
})

test('a restore beside an engine says that it is not there yet', async () => {
  const { exitCode, stdout, stderr } = await run(onEngine, ['restore', 'backup'])
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^1 account as of .* are in /),
  })
  expect(stderr).toContain(`vestibule data copy ${onEngine.ENTRYWAY_DATA_DIR} engine`)
})
