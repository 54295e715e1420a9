import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { checkUpgrade, type UpgradeReport } from '../../cli/upgrade/check.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { readSchemaVersion } from '../../database/check/schema_version.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import packageJson from '../../package.json' with { type: 'json' }

const { schemas } = packageJson
const [DID, OTHER] = ['did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', 'did:plc:aaaaaaaaaaaaaaaaaaaaaabb']
const FIRST = '# Changes\n\n## 0.1.0\n\nThe first.\n'
const UNDER_WAY = `# Changes\n\n## 0.2.0, not released yet\n\n### Doors\n\n- **New** door,\n  with a bell.\n\n## 0.1.0\n\nThe first.\n`

let folder: TemporaryFolder
let origin: string
let clone: string
let dataDir: string

beforeEach(async () => {
  folder = await makeTemporaryFolder('upgrade')
  ;[origin, clone, dataDir] = ['origin', 'clone', 'data'].map((name) =>
    join(folder.path, name),
  ) as [string, string, string]
  mkdirSync(origin)
  git(origin, 'init', '--quiet', '--initial-branch=main')
  release(origin, '0.1.0', FIRST)
  git(origin, 'tag', 'v0.1.0')
  git(folder.path, 'clone', '--quiet', origin, clone)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await folder.remove()
})

/** Files of the newest release, as a server has them. */
const served = new Map<string, string>()
const server = createServer((request, response) => {
  const text = served.get(request.url ?? '')
  response.writeHead(text === undefined ? 404 : 200).end(text)
})
let address: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/main`
})
afterAll(() => server.close())

function git(at: string, ...args: string[]): string {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  return execFileSync('git', ['-C', at, ...author, ...args], { encoding: 'utf8' }).trim()
}

const described = (version: string, more: object = {}) =>
  JSON.stringify({ version, schemas, dependencies: { '@atproto/pds': '0.5.35' }, ...more })

function release(at: string, version: string, changelog: string, more?: object): void {
  writeFileSync(join(at, 'package.json'), described(version, more))
  writeFileSync(join(at, 'CHANGELOG.md'), changelog)
  git(at, 'add', '.')
  git(at, 'commit', '--quiet', '--allow-empty', '--message', version)
}

const check = (upgradeUrl: string | null = null, root = clone): Promise<UpgradeReport> =>
  checkUpgrade({
    root,
    settings: { dataDir, database: 'file', embeddedPds: true, upgradeUrl },
    onProgress: () => {},
  })

/** Of what lies in a folder, without `names`. */
function digestOf(path: string): string {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
  const hash = createHash('sha256')
  for (const file of files.toSorted()) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

/** As a program of before made it. */
function makeAccount(did: string, steps: number): () => void {
  const path = databasePath.account({ dataDir }, did)
  mkdirSync(dirname(path), { recursive: true })
  const schema = { ...accountSchema, steps: accountSchema.steps.slice(0, steps) }
  const db = openDatabase(path, schema)
  return () => closeDatabase(db)
}

test('what is newer, what it says, and what would become of the databases; and nothing is changed', async () => {
  const newer = { ...schemas, account: schemas.account + 1 }
  release(origin, '0.1.0', UNDER_WAY)
  release(origin, '0.2.0', UNDER_WAY.replace(', not released yet', ''), {
    schemas: newer,
    dependencies: { '@atproto/pds': '0.6.0' },
  })
  // One is in use: its version stands in its log alone.
  const close = makeAccount(DID, schemas.account)
  makeAccount(OTHER, schemas.account - 1)()
  closeDatabase(openDatabase(databasePath.directory({ dataDir }), directorySchema))
  const before = [clone, dataDir].map(digestOf)
  expect(await check()).toEqual({
    isNewer: true,
    here: { version: '0.1.0', commit: git(clone, 'rev-parse', 'HEAD') },
    there: {
      ...{ version: '0.2.0', commit: git(origin, 'rev-parse', 'HEAD') },
      from: `main of ${origin}`,
    },
    commits: 2,
    changelog: [{ title: '0.2.0', entries: ['- **New** door,\n  with a bell.'] }],
    databases: [
      {
        kind: 'account',
        here: [
          { version: schemas.account - 1, databases: 1 },
          { version: schemas.account, databases: 1 },
        ],
        ...{ there: schemas.account + 1, change: 'changed' },
      },
      { kind: 'auth', here: [], there: schemas.auth, change: 'none' },
      {
        kind: 'directory',
        here: [{ version: schemas.directory, databases: 1 }],
        ...{ there: schemas.directory, change: 'none' },
      },
    ],
    pds: { here: '0.5.35', there: '0.6.0' },
  })
  expect([clone, dataDir].map(digestOf)).toEqual(before)
  close()
})

test('a clone that has all of it is told so, also with commits of its own', async () => {
  expect(await check()).toMatchObject({ isNewer: false, commits: 0, changelog: [], pds: null })
  release(clone, '0.2.0', UNDER_WAY)
  expect(await check()).toMatchObject({ isNewer: false, commits: 0, changelog: [] })
})

test('of a version that is not released, the entries that are not here are told', async () => {
  release(origin, '0.1.0', UNDER_WAY)
  git(clone, 'pull', '--quiet')
  const longer = UNDER_WAY.replace('\n## 0.1.0', '- A key for it.\n\n## 0.1.0')
  release(origin, '0.1.0', longer.replace('The first.', 'The very first.'))
  expect((await check()).changelog).toEqual([
    { title: '0.2.0, not released yet', entries: ['- A key for it.'] },
    { title: '0.1.0', entries: ['The very first.'] },
  ])
})

test('on a tag, the newest tag is the next', async () => {
  release(origin, '0.9.0', UNDER_WAY)
  git(origin, 'tag', '--annotate', 'v0.9.0', '--message', 'v0.9.0')
  release(origin, '0.10.0', UNDER_WAY, { schemas: undefined })
  git(origin, 'tag', '--annotate', 'v0.10.0', '--message', 'v0.10.0')
  const tagged = git(origin, 'rev-parse', 'HEAD')
  release(origin, '0.11.0', UNDER_WAY)
  git(origin, 'tag', 'v0.12.0-rc.1')
  git(clone, 'checkout', '--quiet', 'v0.1.0')
  makeAccount(DID, schemas.account)()
  const report = await check()
  expect(report.there).toEqual({
    ...{ version: '0.10.0', commit: tagged, from: `v0.10.0 of ${origin}` },
  })
  expect(report.databases?.map(({ change }) => change)).toEqual(['unknown', 'unknown', 'unknown'])
})

test('a release that knows less than what is here is no way on', async () => {
  release(origin, '0.2.0', UNDER_WAY, { schemas: { ...schemas, account: schemas.account - 1 } })
  makeAccount(DID, schemas.account)()
  const [account] = (await check()).databases ?? []
  expect(account).toMatchObject({ kind: 'account', change: 'refused' })
})

test('where nothing can be asked, it says what is missing', async () => {
  git(clone, 'remote', 'set-url', 'origin', 'http://me:secret@127.0.0.1:9/vestibule')
  const refused = await check().catch((err: Error) => err.message)
  expect(refused).toMatch(/^What is newer could not be asked; is there a network\? git ls-remote: /)
  expect(refused).not.toContain('secret')
  git(clone, 'remote', 'remove', 'origin')
  await expect(check()).rejects.toThrow(/no remote, .*ENTRYWAY_UPGRADE_URL/)
  const bare = join(folder.path, 'unpacked')
  mkdirSync(bare)
  for (const name of ['package.json', 'CHANGELOG.md']) {
    writeFileSync(join(bare, name), readFileSync(join(clone, name)))
  }
  await expect(check(null, bare)).rejects.toThrow(/is no git clone, .*ENTRYWAY_UPGRADE_URL/)
  vi.stubEnv('PATH', bare)
  await expect(check()).rejects.toThrow(/^There is no git here/)
  const nowhere = join(folder.path, 'nowhere')
  vi.stubEnv('TMPDIR', nowhere)
  await expect(check()).rejects.toThrow(`TMPDIR: no folder can be made in ${nowhere} (ENOENT)`)
})

test('an image asks where the settings say', async () => {
  await expect(check(address)).rejects.toThrow(`${address}/package.json answers 404`)
  served.set('/main/package.json', '<html>')
  served.set('/main/CHANGELOG.md', UNDER_WAY.replaceAll('\n', '\r\n'))
  await expect(check(address)).rejects.toThrow('is not that of a release')
  served.set('/main/package.json', described('0.1.0'))
  expect(await check(address)).toMatchObject({
    ...{ isNewer: true, commits: null, there: { version: '0.1.0', commit: null, from: address } },
    changelog: [{ title: '0.2.0, not released yet', entries: ['- **New** door,\n  with a bell.'] }],
  })
  served.set('/main/package.json', described('0.0.9'))
  expect(await check(address)).toMatchObject({ isNewer: false, changelog: [] })
  await expect(check('http://127.0.0.1:9')).rejects.toThrow(
    /cannot be reached: .*ENTRYWAY_UPGRADE_URL/,
  )
})

test('the command tells it in words, and as JSON', async () => {
  makeAccount(DID, schemas.account)()
  const more = { schemas: { ...schemas, account: schemas.account + 1 } }
  served.set('/main/package.json', described('99.0.0', more))
  served.set('/main/CHANGELOG.md', '## 99.0.0\n\n- A door\u001b[2J.\n')
  const env = childEnvironment({}, { ENTRYWAY_UPGRADE_URL: address, ENTRYWAY_DATA_DIR: dataDir })
  const { stdout, stderr, exitCode } = await runCliHere(env, ['upgrade', '--check'])
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`99.0.0 is newer than ${packageJson.version} here: ${address}.`)
  expect(stdout).toContain('- A door\ufffd[2J.')
  expect(stdout).toMatch(
    new RegExp(`account .* ${schemas.account} \\(1\\) .* ${schemas.account + 1} `),
  )
  const json = await runCliHere(env, ['upgrade', '--check', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ isNewer: true, there: { version: '99.0.0' } })
  const blank = await runCliHere(env, ['upgrade'])
  expect([blank.exitCode, blank.stdout]).toEqual([2, ''])
})

test('the schema version is read without opening the database', () => {
  const path = join(folder.path, 'one.sqlite')
  const schema = { pageSize: 4096 as const, steps: ['CREATE TABLE a (b)'] }
  closeDatabase(openDatabase(path, schema))
  expect(readSchemaVersion(path)).toBe(1)
  const db = openDatabase(path, { ...schema, steps: [...schema.steps, 'CREATE TABLE c (d)'] })
  expect(readFileSync(path).readUInt32BE(60)).toBe(1)
  expect(readSchemaVersion(path)).toBe(2)
  closeDatabase(db)
  writeFileSync(path, 'no database')
  expect(() => readSchemaVersion(path)).toThrow('is no database')
  writeFileSync(path, '')
  expect(readSchemaVersion(path)).toBe(0)
})
