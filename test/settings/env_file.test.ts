import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { firstArguments } from '../../lab/world/vestibule/child.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'

/** For a program that ends by itself, in ms. */
const PATIENCE = 60_000
/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('files of another user')
const SECRETS = {
  ENTRYWAY_ADMIN_PASSWORD: 'of no use here',
  ENTRYWAY_DPOP_SECRET_HEX: '1'.repeat(64),
  ENTRYWAY_JWT_KEY_HEX: '2'.repeat(64),
  ENTRYWAY_PLC_ROTATION_KEY_HEX: '3'.repeat(64),
}

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await makeTemporaryFolder('env-file')
  chmodSync(folder.path, 0o755)
})
afterAll(() => folder?.remove())

const pdsSettings = (more: NodeJS.ProcessEnv = {}, uid?: number) =>
  runCli(
    { PATH: process.env.PATH, ...SECRETS, ENTRYWAY_DATA_DIR: join(folder.path, 'data'), ...more },
    ['pds-settings'],
    { cwd: folder.path, ...(uid === undefined ? {} : { uid }) },
  )

test('without a .env nothing is said of it', async () => {
  const { exitCode, stdout, stderr } = await pdsSettings()
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/^PDS_ENTRYWAY_URL=http:\/\/localhost:2600\n/)
})

test('a .env here is read; the environment goes before it', async () => {
  writeFileSync(join(folder.path, '.env'), 'ENTRYWAY_PUBLIC_URL=https://file.example.com\n')
  expect((await pdsSettings()).stdout).toContain('PDS_ENTRYWAY_URL=https://file.example.com\n')
  const { stdout } = await pdsSettings({ ENTRYWAY_PUBLIC_URL: 'https://shell.example.com' })
  expect(stdout).toContain('PDS_ENTRYWAY_URL=https://shell.example.com\n')
})

test.each([
  ['Windows line ends', 'ENTRYWAY_PUBLIC_URL=https://file.example.com\r\n'],
  ['the mark of Windows editors', '\uFEFFENTRYWAY_PUBLIC_URL="https://file.example.com"\r\n'],
  ['an export', "export ENTRYWAY_PUBLIC_URL='https://file.example.com' # here\n"],
])('%s in a .env are read', async (_, content) => {
  writeFileSync(join(folder.path, '.env'), content)
  expect((await pdsSettings()).stdout).toContain('PDS_ENTRYWAY_URL=https://file.example.com\n')
})

test.each([
  [
    '# ENTRYWAY_NAME: x\n- ENTRYWAY_PUBLIC_URL: https://file.example.com\nentryway-name=x\nOTHER\n',
    '.env, line 2: sets nothing; write ENTRYWAY_PUBLIC_URL=…\n.env, line 3: sets nothing; write ENTRYWAY_NAME=…\n',
  ],
  [
    'ENTRYWAY_ADMIN_PASSWORD="secret enough\nENTRYWAY_NAME="x"\n',
    '.env, line 2: sets nothing; close the quotes before it, and begin it with ENTRYWAY_NAME=\n',
  ],
  [
    'export\tENTRYWAY_NAME=x\n\u00a0ENTRYWAY_PORT=1\n',
    '.env, line 1: sets nothing; close the quotes before it, and begin it with ENTRYWAY_NAME=\n' +
      '.env, line 2: sets nothing; close the quotes before it, and begin it with ENTRYWAY_PORT=\n',
  ],
  [Buffer.from('ENTRYWAY_NAME=Café\n', 'latin1'), '.env: is not UTF-8 text; save it as UTF-8\n'],
  [
    Buffer.from('\uFEFFENTRYWAY_PORT=1\n', 'utf16le'),
    '.env: is not UTF-8 text; save it as UTF-8\n',
  ],
])('what would be skipped without a word is one clear line', async (content, stderr) => {
  writeFileSync(join(folder.path, '.env'), content)
  expect(await pdsSettings()).toMatchObject({ exitCode: 2, stderr })
})

test('a folder in its place, as Docker makes one where there is no file, is one clear line', async () => {
  rmSync(join(folder.path, '.env'))
  mkdirSync(join(folder.path, '.env'))
  expect(await pdsSettings()).toMatchObject({
    exitCode: 2,
    stderr: '.env: is a folder; put the settings into a file of that name\n',
  })
  rmdirSync(join(folder.path, '.env'))
  writeFileSync(join(folder.path, '.env'), '')
})

test.runIf(isRoot)('one that this user may not read is one clear line', async () => {
  chmodSync(join(folder.path, '.env'), 0o600)
  expect(await pdsSettings({}, OTHER_USER)).toMatchObject({
    exitCode: 2,
    stderr: '.env: cannot be read by this user (EACCES); run this as its owner\n',
  })
})

test.runIf(isRoot)('nor is a data directory of another user', async () => {
  chmodSync(join(folder.path, '.env'), 0o644)
  await pdsSettings()
  chmodSync(join(folder.path, 'data'), 0o700)
  const { exitCode, stderr } = await pdsSettings({}, OTHER_USER)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/^The user nobody may not use .*: run this as root, or as the user.*\n$/)
})

test.runIf(isRoot)('nor does the program start on one, and says why', async () => {
  await pdsSettings()
  chmodSync(join(folder.path, 'data'), 0o700)
  const start = fileURLToPath(new URL('../../start.ts', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [start], {
    ...{ cwd: folder.path, uid: OTHER_USER, gid: OTHER_USER, encoding: 'utf8' },
    env: { ...SECRETS, ENTRYWAY_DATA_DIR: join(folder.path, 'data') },
  })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^The user nobody may not use .*: start this as the user.* \(chown\)\n$/,
    ),
  })
})

test.runIf(isRoot)(
  "nor does root on another user's, who could not use what root makes there",
  () => {
    const dataDir = join(folder.path, 'theirs')
    mkdirSync(dataDir)
    chownSync(dataDir, OTHER_USER, OTHER_USER)
    const start = fileURLToPath(new URL('../../start.ts', import.meta.url))
    const { status, stderr } = spawnSync(process.execPath, [...firstArguments, start], {
      ...{ cwd: folder.path, encoding: 'utf8', timeout: PATIENCE },
      env: { ...SECRETS, ENTRYWAY_DATA_DIR: dataDir },
    })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^ENTRYWAY_DATA_DIR: .* belongs to another user.*\n$/),
    })
    expect(readdirSync(dataDir)).toEqual([])
  },
)
