import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { listDamagedAccounts, wake } from '../../actors/account/damage.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { createLog } from '../../base/watching/log.ts'
import { connectOperator } from '../../cli/operator/client.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { databasePath } from '../../database/paths.ts'
import { type HeadlessBrowser, newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { firstArguments } from '../../lab/world/vestibule/child.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { copyOnline } from '../../maintenance/databases/online_copy.ts'
import { checkDamaged } from '../../operator/doctor/damaged.ts'
import { en } from '../../pages/sign_in/locales/en.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'
import {
  Attacker,
  newPerson,
  type Person,
  refreshed,
  type Session,
  send,
  signInOnPage,
} from '../shared/people/attacker.ts'

/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('an account of another user')

/** An account, and what its owner and an app hold of it. */
type Held = { person: Person; client: Attacker; session: Session; tokens: Record<string, string> }

let network: Network
/** One for each way to lose it. */
const held: Held[] = []
let well: Person
/** A browser that remembers all of them. */
let browser: HeadlessBrowser

beforeAll(async () => {
  network = await startNetwork()
  well = await newPerson(network, 'well')
  for (const _ of LOSSES) held.push(await hold())
  browser = newHeadlessBrowser(network.url)
  for (const person of [...held.map((each) => each.person), well]) {
    await signInOnPage(network, browser, person)
  }
  // All accounts are asleep then, and their databases closed.
  await network.vestibule.restart()
  for (const [i, [, , lose]] of LOSSES.entries()) {
    const path = pathOf(held[i] as Held)
    renameSync(path, `${path}.kept`)
    await lose(path)
  }
})
afterAll(() => network?.close())

const pathOf = ({ person }: Held) => databasePath.account(network.vestibule, person.did)

async function hold(): Promise<Held> {
  const person = await newPerson(network, 'lost')
  const client = new Attacker(network)
  const session = await client.signIn(person)
  const { body } = await createSession(person)
  return { person, client, session, tokens: body as unknown as Record<string, string> }
}

const xrpc = async (method: string, token: string | null, input?: object) =>
  send(`${network.url}/xrpc/com.atproto.server.${method}`, {
    method: method.startsWith('get') ? 'GET' : 'POST',
    headers: {
      ...(input && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(input && { body: JSON.stringify(input) }),
  })
const createSession = ({ handle, password }: Person) =>
  xrpc('createSession', null, { identifier: handle, password })

/** What `vestibule doctor` finds of databases of accounts. */
const found = async () => {
  const { env } = network.vestibule
  const { stdout } = await runCliHere(env, ['--json', 'doctor'])
  const checks = JSON.parse(stdout) as { name: string; found: string; mend?: string }[]
  return checks.filter(({ name }) => name === 'Databases of accounts')
}

const PUT_BACK = 'backup.md#one-account'

const LOSSES: [string, string, (path: string) => void | Promise<void>, mend: string][] = [
  ['gone', 'is not there', () => {}, PUT_BACK],
  ['empty', 'is empty', (path) => writeFileSync(path, ''), PUT_BACK],
  [
    'one that holds no account',
    'holds no account',
    (path) => closeDatabase(openDatabase(path, accountSchema)),
    PUT_BACK,
  ],
  ['damaged', 'file is not a database', (path) => writeFileSync(path, 'x'.repeat(4_096)), PUT_BACK],
  [
    "another account's",
    'holds the account did:plc:',
    (path) => copyOnline(databasePath.account(network.vestibule, well.did), path),
    PUT_BACK,
  ],
  [
    "a newer program's",
    'has schema version 99; this program knows',
    async (path) => {
      await copyOnline(`${path}.kept`, path)
      const db = new Sqlite(path)
      db.pragma('user_version = 99')
      db.close()
    },
    'deploy.md#upgrades',
  ],
]

test.each(LOSSES.map(([name, state], i) => [name, state, i] as const))(
  'an account whose database is %s ends no session, and is named',
  async (_, state, i) => {
    const { vestibule } = network
    const one = held[i] as Held
    const { person, client, session, tokens } = one
    const { accessJwt = '', refreshJwt = '' } = tokens
    const [path, logs] = [pathOf(one), vestibule.logs.length]
    const size = () => (existsSync(path) ? statSync(path).size : null)
    const before = size()

    expect(await client.refresh(session)).toMatchObject({ status: 503 })
    expect(await createSession(person)).toMatchObject({ status: 502 })
    expect(await xrpc('refreshSession', refreshJwt)).toMatchObject({ status: 502 })
    expect(await xrpc('getSession', accessJwt)).toMatchObject({ status: 502 })
    expect((await createSession(well)).status).toBe(200)
    expect(vestibule.logs.slice(logs)).not.toMatch(/refresh_refused|an OAuth request was refused/)

    // What is left is as it was.
    expect(size()).toBe(before)
    expect(vestibule.logs.slice(logs)).toMatch(
      `"event":"account_damaged","did":"${person.did}","reason":"${path}`,
    )
    expect(vestibule.logs.slice(logs)).toContain(state)
  },
)

test('they keep nobody else from the browser that remembers them', async () => {
  const opened = await browser.open(`${network.url}/account/`)
  const page = await opened.body.text()
  expect([opened.statusCode, page.split(en.notReached).length]).toEqual([200, 1 + LOSSES.length])
  const [href] = [...page.matchAll(/href="([^"]*)">@/g)].map(([, found]) => found)
  expect(decodeURIComponent(href ?? '')).toContain(well.handle)
  const client = new Attacker(network)
  const session = await client.signIn({ ...well, browser })
  expect(await client.refresh(session)).toMatchObject({ status: 200 })
})

test('the operator is told of all of them, and of each way to mend them', async () => {
  const { env } = network.vestibule
  const newer = LOSSES.findIndex(([, , , mend]) => mend !== PUT_BACK)
  const others = `; and ${LOSSES.length - 2} more`
  expect(await found()).toEqual(
    [0, newer].map((i) => ({
      ...{ name: 'Databases of accounts', state: 'failed' },
      found: expect.stringMatching(
        new RegExp(`${held[i]?.person.did} .*${LOSSES[i]?.[1]}.*${i === 0 ? others : ''}$`),
      ),
      mend: expect.stringContaining(LOSSES[i]?.[3] ?? PUT_BACK),
    })),
  )
  const listed = await cliJsonHere<object[]>(env, ['account', 'list', '--standing'])
  for (const { person } of held) {
    expect(listed).toContainEqual(
      expect.objectContaining({ did: person.did, standing: 'unavailable' }),
    )
  }
  expect(listed).toContainEqual(expect.objectContaining({ did: well.did, standing: 'active' }))
  const settings = readSettings(env)
  const operator = connectOperator({ settings, secrets: await loadSecrets(settings) })
  const { checks } = await operator('doctor', {})
  expect(checks).toContainEqual(
    expect.objectContaining({ found: 'those that were looked at (1) name their PDS' }),
  )
})

test('those that are put back go on', async () => {
  const { vestibule } = network
  await vestibule.stop()
  for (const path of held.map(pathOf)) {
    for (const log of ['', '-wal', '-shm']) rmSync(path + log, { force: true })
    renameSync(`${path}.kept`, path)
  }
  await vestibule.start()
  for (const { client, session, tokens } of held) {
    const next = await refreshed(client, session)
    expect(await client.refresh(next)).toMatchObject({ status: 200 })
    const { refreshJwt = '' } = tokens
    expect(await xrpc('refreshSession', refreshJwt)).toMatchObject({ status: 200 })
  }
  expect(await found()).toEqual([])
})

test.runIf(isRoot)("an account whose file is another user's is named, and given back", async () => {
  const folder = await makeTemporaryFolder('forbidden')
  const [did, path, log] = ['did:plc:other', join(folder.path, 'a.sqlite'), createLog('silent')]
  const open = () => wake(log, did, async () => closeDatabase(openDatabase(path, accountSchema)))
  const checks = () => checkDamaged(listDamagedAccounts().filter((each) => each.did === did))
  onTestFinished(async () => {
    process.seteuid?.(0)
    await folder.remove()
  })
  writeFileSync(path, '', { mode: 0o600 })
  process.seteuid?.(OTHER_USER)
  await expect(open()).rejects.toThrow('EACCES')
  expect(checks()).toMatchObject([
    {
      found: `that of ${did} cannot be opened: ${path} is not for the user of the program (EACCES)`,
      mend: expect.stringContaining('chown'),
    },
  ])
  process.seteuid?.(0)
  await open()
  expect(checks()).toEqual([])
})

/** What belongs to an account, and how SQLite or the system says that it is another user's. */
const PARTS: [code: string, part: (path: string) => string][] = [
  ['EACCES', (path) => path],
  ['SQLITE_CANTOPEN', (path) => `${path}-wal`],
  ['SQLITE_CANTOPEN', (path) => `${path}-shm`],
  ['SQLITE_READONLY_DIRECTORY', dirname],
]

test.runIf(isRoot)("each part of an account that is another user's is named", async () => {
  const folder = await makeTemporaryFolder('forbidden-parts')
  onTestFinished(() => folder.remove())
  chmodSync(folder.path, 0o755)
  const paths = PARTS.map(([, part], i) => {
    const path = join(folder.path, `${i}`, 'a.sqlite')
    closeDatabase(openDatabase(path, accountSchema))
    for (const own of [dirname(path), path]) chownSync(own, OTHER_USER, OTHER_USER)
    const other = part(path)
    if (!existsSync(other)) writeFileSync(other, '', { mode: 0o600 })
    chownSync(other, 0, 0)
    if (other === dirname(path)) chmodSync(other, 0o755)
    return path
  })
  const at = (file: string) => new URL(`../../${file}.ts`, import.meta.url)
  const work = `
    const { listDamagedAccounts, wake } = await import('${at('actors/account/damage')}')
    const { createLog } = await import('${at('base/watching/log')}')
    const { accountSchema } = await import('${at('database/account/schema')}')
    const { openDatabase } = await import('${at('database/database')}')
    for (const path of ${JSON.stringify(paths)}) {
      const open = async () => openDatabase(path, accountSchema)
      await wake(createLog('silent'), path, open).catch(() => {})
    }
    console.log(JSON.stringify(listDamagedAccounts()))`
  const args = [...firstArguments, '--input-type=module', '-e', work]
  const said = execFileSync(process.execPath, args, { uid: OTHER_USER, encoding: 'utf8' })
  expect(JSON.parse(said)).toMatchObject(
    PARTS.map(([code, part], i) => {
      const path = paths[i] as string
      const reason = `${part(path)} is not for the user of the program (${code})`
      return { did: path, kind: 'forbidden', reason }
    }),
  )
})

const IN_THE_WAY: Record<string, (path: string) => void> = {
  'a folder': (path) => mkdirSync(path, { recursive: true }),
  'a link to itself': (path) => {
    mkdirSync(dirname(path))
    symlinkSync(path, path)
  },
  'a file, for its folder,': (path) => writeFileSync(dirname(path), ''),
}

test.each(Object.entries(IN_THE_WAY))('%s in the place of an account is named', async (_, put) => {
  const folder = await makeTemporaryFolder('in-the-way')
  onTestFinished(() => folder.remove())
  const [did, path] = ['did:plc:way', join(folder.path, 'x', 'a.sqlite')]
  put(path)
  const open = async () => closeDatabase(openDatabase(path, accountSchema))
  await expect(wake(createLog('silent'), did, open)).rejects.toThrow()
  expect(listDamagedAccounts()).toContainEqual(expect.objectContaining({ did, kind: 'damaged' }))
  rmSync(dirname(path), { recursive: true })
  await wake(createLog('silent'), did, open)
  expect(listDamagedAccounts()).not.toContainEqual(expect.objectContaining({ did }))
})

test('an account that was lost can be deleted', async () => {
  const { env, dataDir } = network.vestibule
  const { person: lost } = held[0] as Held
  await network.vestibule.restart()
  rmSync(databasePath.account({ dataDir }, lost.did))
  await cliJsonHere(env, ['account', 'delete', lost.did, '--yes'])
  expect(await createSession(lost)).toMatchObject({ status: 401 })
})
