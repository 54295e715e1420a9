import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSettings } from '../../base/settings/settings.ts'
import { listenOnLoopback, type Peer } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import type { CliResult } from '../../lab/world/vestibule/cli.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'

const { PATH, HOME } = process.env
const PASSWORD = `it's a "secret" # with $signs`

let pds: Peer
let folder: TemporaryFolder

beforeAll(async () => {
  const description = { did: 'did:web:pds.example.com', availableUserDomains: ['.example.com'] }
  pds = await listenOnLoopback((_request, response) => response.end(JSON.stringify(description)))
  folder = await makeTemporaryFolder('init')
})
afterAll(async () => {
  await pds?.close()
  await folder?.remove()
})

const init = (...options: string[]): Promise<CliResult> =>
  runCliHere({ PATH, HOME, PDS_ADMIN_PASSWORD: PASSWORD }, ['init', ...options], {
    cwd: folder.path,
  })
const readFile = () => parseEnv(readFileSync(join(folder.path, '.env'), 'utf8'))

test('writes a settings file that the program takes, for its owner only', async () => {
  const { exitCode, stdout } = await init(
    ...['--yes', '--url', 'https://entryway.example.com', '--handle-domains', '.example.com'],
    ...['--pds-url', pds.url, '--dev', '--data-dir', join(folder.path, 'data')],
    ...['--smtp-url', 'smtps://me:p%40ss@mail.example.com', '--email-from', 'Us <us@example.com>'],
  )
  expect(exitCode).toBe(0)
  expect(statSync(join(folder.path, '.env')).mode & 0o777).toBe(0o600)
  expect(readSettings(readFile())).toMatchObject({
    publicUrl: 'https://entryway.example.com',
    host: '127.0.0.1',
    handleDomains: ['.example.com'],
    pds: { url: pds.url, did: 'did:web:pds.example.com', adminPassword: PASSWORD },
    inviteRequired: true,
    smtpUrl: 'smtps://me:p%40ss@mail.example.com',
    emailFrom: 'Us <us@example.com>',
  })
  expect(stdout).toContain('PDS_ENTRYWAY_DID=did:web:entryway.example.com\n')
  expect(stdout).not.toContain(PASSWORD)

  const again = await runCliHere({ PATH, HOME, ...readFile() }, ['pds-settings'])
  expect(stdout).toContain(again.stdout)
})

test('needs no PDS that runs: its DID follows from its address', async () => {
  const file = join(folder.path, 'before-the-pds.env')
  const { exitCode, stderr } = await init(
    ...['--yes', '--file', file, '--dev', '--url', 'https://entryway.example.com'],
    ...['--pds-url', 'http://localhost:1', '--data-dir', join(folder.path, 'data')],
  )
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('does not answer yet'),
  })
  expect(parseEnv(readFileSync(file, 'utf8'))).toMatchObject({
    ENTRYWAY_PDS_DID: 'did:web:localhost%3A1',
    ENTRYWAY_HANDLE_DOMAINS: '.test',
  })
})

test('never replaces a settings file unasked', async () => {
  const before = readFile()
  expect(await init('--yes', '--url', 'https://other.example.com')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--force replaces it'),
  })
  expect(readFile()).toEqual(before)
  const data = join(folder.path, 'other')
  const forced = ['--yes', '--force', '--url', 'https://other.example.com', '--data-dir', data]
  expect((await init(...forced)).exitCode).toBe(0)
  expect(readFile().ENTRYWAY_PUBLIC_URL).toBe('https://other.example.com')
})

test('settings that the program would not take are refused before anything is written', async () => {
  const file = join(folder.path, 'wrong.env')
  const wrong = await init('--yes', '--file', file, '--url', 'http://entryway.example.com')
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('must be https') })
  const url = ['--url', 'https://entryway.example.com', '--pds-url', 'pds.example.com']
  const noUrl = await init('--yes', '--file', file, ...url)
  expect(noUrl).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^ENTRYWAY_PDS_URL: /) })
  expect(existsSync(file)).toBe(false)
  expect((await init('--yes')).exitCode).toBe(2)
  expect((await init()).exitCode).toBe(2)
})

test('a data folder that cannot be made leaves no settings file behind', async () => {
  const file = join(folder.path, 'no-folder.env')
  const options = ['--yes', '--file', file, '--url', 'https://entryway.example.com']
  const { exitCode, stderr } = await init(
    ...options,
    '--data-dir',
    join(file, '..', '.env', 'data'),
  )
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/^ENTRYWAY_DATA_DIR: .*a file in the way/)
  expect(existsSync(file)).toBe(false)
  expect(await init(...options, '--data-dir', join(folder.path, 'another'))).toMatchObject({
    exitCode: 0,
  })
})
