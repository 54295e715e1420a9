import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { createProgram } from '../../cli/program.ts'
import { startGateway } from '../../gateway/server.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { descriptions } from '../../operator/descriptions/index.ts'
import { signUpWith } from '../security_page/invited.ts'
import { signInNow } from '../shared/account_state.ts'

/** Every command, with values as long as they come. */
const HANDLE = `${'somebody-with-a-long-name-'.repeat(2)}abc.test`
const EMAIL = `${HANDLE.slice(0, 30)}@mail.example-company.internal`
const CLIENT = 'https://a-long-name.example-company.com'
const CLIENT_ID = `${CLIENT}/oauth/client-metadata.json`
const RESOURCE = 'https://a-long-name.example-company.com/api/v1/mcp'
const PDS = 'did:web:pds.test'

let app: AppInProcess
let stop: () => Promise<void>
let folder: TemporaryFolder
let did: string
let inviteCode: string

beforeAll(async () => {
  const port = await freePort()
  const env = {
    ENTRYWAY_PUBLIC_URL: `http://localhost:${port}`,
    ENTRYWAY_PORT: String(port),
    ENTRYWAY_INVITE_REQUIRED: 'true',
    ENTRYWAY_HANDLE_DOMAINS: '.test',
    ENTRYWAY_SMTP_URL: 'smtp://127.0.0.1:9',
    ENTRYWAY_UPGRADE_URL: 'http://127.0.0.1:9/main',
    ENTRYWAY_EMBEDDED_PDS: 'off',
  }
  folder = await makeTemporaryFolder('sweep')
  app = await startApp({ env })
  const { dataDir, plcUrl, publicUrl, emailFrom } = app.runner.settings
  const own = {
    COLUMNS: '80',
    ENTRYWAY_DATA_DIR: dataDir,
    ENTRYWAY_PLC_URL: plcUrl,
    ENTRYWAY_DEV: '1',
  }
  for (const [name, value] of Object.entries({ ...env, ...own, ENTRYWAY_EMAIL_FROM: emailFrom })) {
    vi.stubEnv(name, value)
  }
  const where = { host: '127.0.0.1', port, trustedProxies: [], publicUrl, name: 'here' }
  const gateway = await startGateway(where, app.auth, app.runner.log)
  stop = () => gateway.stop()
  did = await app.addAccount({ handle: HANDLE, email: EMAIL, password: 'a good password' })
  await seed()
})
afterAll(async () => {
  await stop?.()
  await app?.close()
  await folder?.remove()
  vi.unstubAllEnvs()
})
afterEach(() => vi.restoreAllMocks())

/** What there is to be listed. */
async function seed(): Promise<void> {
  const account = app.actors.account(did)
  const now = Date.now()
  const basis = await signInNow(account)
  const parameters = JSON.stringify({ client_id: CLIENT_ID })
  await account.createSession(
    {
      ...{ tokenId: 'tok-1', createdAt: now, updatedAt: now, expiresAt: now + 60_000 },
      ...{ clientId: CLIENT_ID, clientAuth: '{}', deviceId: null, parameters, code: 'cod-1' },
      scope: 'atproto transition:generic repo:app.bsky.feed.post?action=create',
      refreshToken: 'ref-1',
    },
    basis,
  )
  await account.createAppPassword('The app on my old telephone', false, basis)
  const [made] = await app.actors.directory.createInviteCodes({
    ...{ host: 'entryway.example-company.com', count: 2, useCount: 5, forAccounts: [did] },
    createdBy: 'admin',
  })
  const [first = '', second = ''] = made?.codes ?? []
  inviteCode = second
  await signUpWith(app, first)
  writeFileSync(
    join(folder.path, 'client.json'),
    JSON.stringify({
      client_id: CLIENT,
      client_name: 'An app with a name that is long',
      redirect_uris: [`${CLIENT}/callback`],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'atproto',
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      dpop_bound_access_tokens: true,
    }),
  )
  mkdirSync(join(folder.path, 'empty'))
}

type Ended = { stdout: string; stderr: string; failure: string | null }

/** Runs a command in this process. */
async function run(args: readonly string[]): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []]
  vi.spyOn(console, 'log').mockImplementation((text) => void out.push(`${text}\n`))
  vi.spyOn(console, 'error').mockImplementation((text) => void err.push(`${text}\n`))
  const written = (to: string[]) => (text: string | Uint8Array) => to.push(String(text)) > 0
  vi.spyOn(process.stdout, 'write').mockImplementation(written(out))
  vi.spyOn(process.stderr, 'write').mockImplementation(written(err))
  const failure = await createProgram()
    .parseAsync([...args], { from: 'user' })
    .then(
      () => null,
      (thrown: Error) => thrown.message,
    )
  vi.restoreAllMocks()
  return { stdout: out.join(''), stderr: err.join(''), failure }
}

/** How a command is given, and what comes of it. */
type Row = {
  args?: () => string[]
  /** What it says where it cannot be done here; then nothing is printed. */
  refused?: RegExp
  /** What it says besides what it found. */
  fails?: RegExp
}

const there = () => [did]
const at = (name: string) => join(folder.path, name)
const noPds = /^The (PDS|PLC directory).* is unavailable\. /
const openid = () => ['relying-party-with-a-long-name-in-the-intranet.example-company.com']

const rows: Record<string, Row> = {
  overview: {},
  'operator add': { args: there },
  'operator list': {},
  'operator link': {},
  'operator sign-out': { args: () => ['--yes'] },
  trail: {},
  'operator remove': { args: there },
  'account list': {},
  'account show': { args: there },
  'account create': { args: () => ['new.test', 'new@mail.internal'], refused: noPds },
  'account factors': { args: there },
  'account sessions': { args: there },
  'account audit': { args: there },
  'account compare': { fails: /have to be mended/ },
  'account set-email': { args: () => [did, `new-${EMAIL}`] },
  'account set-handle': { args: () => [did, 'another.test'], refused: noPds },
  'account name-pds': { args: there, refused: noPds },
  'account activate': { args: there, refused: noPds },
  'account deactivate': { args: there, refused: noPds },
  'account takedown': { args: () => [did, '--lift'], refused: noPds },
  'account revoke': { args: () => [did, '--all', '--yes'] },
  'account reset-password': { args: () => [did, '--yes'] },
  'account delete': { args: () => [did, '--yes'], refused: noPds },
  'invite create': { args: () => ['--count', '2', '--for', did] },
  'invite list': {},
  'invite disable': { args: () => [inviteCode, '--yes'] },
  'limits list': {},
  'limits lift': { args: () => ['none'], refused: /`vestibule limits list`/ },
  'pds list': {},
  'pds add': {
    args: () => ['http://127.0.0.1:9', '--admin-password', 'a password'],
    refused: /is unavailable/,
  },
  'pds close': { args: () => [PDS] },
  'pds open': { args: () => [PDS, '--capacity', '100'] },
  'pds remove': { args: () => [PDS], refused: /move or delete them first/ },
  'pds check': { fails: /checks failed/ },
  'client add': { args: () => [CLIENT, at('client.json')] },
  'client list': {},
  'client show': { args: () => [CLIENT] },
  'client remove': { args: () => [CLIENT, '--yes'] },
  'openid client add': {
    args: () => [...openid(), '--redirect-uri', `${CLIENT}/callback`, '--name', 'A long name'],
  },
  'openid client list': {},
  'openid client show': { args: openid },
  'openid client rotate-secret': { args: () => [...openid(), '--yes'] },
  'openid client remove': { args: () => [...openid(), '--yes'] },
  'openid registration-token add': { args: () => ['For a product with a long name'] },
  'openid registration-token list': {},
  'openid registration-token remove': {
    args: () => ['For a product with a long name', '--yes'],
  },
  'openid resource add': { args: () => [RESOURCE, '--scopes', 'files:read', 'files:write'] },
  'openid resource list': {},
  'openid resource show': { args: () => [RESOURCE] },
  'openid resource remove': { args: () => [RESOURCE, '--yes'] },
  'openid rotate-keys': {},
  init: {
    args: () => [
      ...['--yes', '--file', at('new.env'), '--url', 'https://entryway.example.com'],
      ...['--data-dir', at('data')],
    ],
  },
  'pds-settings': {},
  'import-pds': { args: () => [at('empty')], refused: /^There is no .*; name the data folder/ },
  adopt: { args: () => [at('empty')], refused: /^There is no .*; name the settings file/ },
  release: { args: () => [at('empty')], refused: /are not finished: start the program/ },
  backup: { args: () => [at('backup')] },
  restore: { args: () => [at('backup')], refused: /is not empty .*: move away what is there/ },
  'directory rebuild': {},
  'data copy': { args: () => ['a', 'b'], refused: /^One of the two must be `engine`/ },
  doctor: { fails: /checks failed/ },
  upgrade: { args: () => ['--check'], refused: /ENTRYWAY_UPGRADE_URL/ },
}

/** What somebody can do, or that the program does it. */
const TO_DO = /`vestibule |again when|by itself|\b(name|set|move|start|see|such as)\b/

/** What a shell reads. */
const FOR_SHELLS = ['completion', 'complete']

function leavesOf(parent: Command, prefix = ''): string[] {
  return parent.commands.flatMap((made) => {
    const words = `${prefix} ${made.name()}`.trim()
    return made.commands.length > 0 ? leavesOf(made, words) : [words]
  })
}

test('every command is among them', () => {
  const all = leavesOf(createProgram()).filter((words) => !FOR_SHELLS.includes(words))
  expect(Object.keys(rows).sort()).toEqual(all.sort())
})

/** Those that print tables and sheets, or what is found. Sentences are wrapped by the terminal. */
const ofLists = (words: string) =>
  ['doctor', 'account compare', 'account factors'].includes(words) ||
  descriptions.some((each) => each.words === words && each.kind === 'reads')

test.each(Object.entries(rows))('%s prints JSON alone, or fits 80 columns', async (words, row) => {
  const { args = () => [], refused, fails } = row
  const given = [...words.split(' '), ...args()]
  const { stdout, failure } = await run([...given, '--json'])
  if (refused) {
    expect(failure).toMatch(refused)
    expect(failure).toMatch(TO_DO)
    expect(stdout).toBe('')
    return
  }
  expect(failure ?? '').toMatch(fails ?? /^$/)
  expect(() => JSON.parse(stdout)).not.toThrow()
  if (!ofLists(words)) return
  const people = await run(given)
  expect(people.stdout.trim()).not.toBe('')
  expect(people.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('long work shows how far it is, on a terminal, beside the result', async () => {
  const { isTTY } = process.stderr
  process.stderr.isTTY = true
  try {
    const people = await run(['backup', at('another')])
    expect(people.stderr).toMatch(/Databases .* \d+\/\d+[\s\S]*Verified .* \d+\/\d+/)
    expect(people.stdout).toMatch(/^\d+ databases /)
    const script = await run(['backup', at('a third'), '--json'])
    expect(script.stderr).not.toContain('Databases')
  } finally {
    process.stderr.isTTY = isTTY
  }
})

/** Something that is not there, by what a command takes first. */
const NOTHING: Record<string, string> = {
  account: 'nobody.test',
  pds: 'did:web:nowhere.test',
  id: 'https://nowhere.test',
  address: 'https://nowhere.test/mcp',
  name: 'nothing',
}
const naming = descriptions.flatMap(({ words, takes, asks }) => {
  const [first = ''] = Object.keys(takes)
  const isNew = words.endsWith(' add') && first !== 'account'
  const nothing = takes[first]?.flags === undefined && !isNew ? NOTHING[first] : undefined
  return nothing === undefined ? [] : [{ words, nothing, isAsked: asks !== null }]
})

test.each(naming)(
  '$words says what is not there, and where what is there is listed',
  async (row) => {
    const { words, nothing, isAsked } = row
    const others = { 'account set-email': ['a@mail.internal'], 'account set-handle': ['a.test'] }
    const more = words.endsWith('revoke') ? ['--all'] : (others[words as keyof typeof others] ?? [])
    const { failure, stdout } = await run([
      ...[...words.split(' '), nothing, ...more],
      ...(isAsked ? ['--yes'] : []),
    ])
    expect(stdout).toBe('')
    expect(failure).toContain(nothing)
    expect(failure).toMatch(/`vestibule [a-z -]+ list`/)
  },
)

test.each([
  ['--device', ['/openid/device-authorization', '/openid/token']],
  ['--resource', ['/openid/introspect']],
  ['--resource --device', ['/openid/device-authorization', '/openid/token', '/openid/introspect']],
])(
  'an OpenID client that people do not come back to is added and shown: %s',
  async (option, said) => {
    const { stdout } = await run(['openid', 'client', 'add', `${CLIENT}/api`, ...option.split(' ')])
    expect(stdout.match(/PKCE|\/openid\/(device-authorization|token|introspect)$/gm)).toEqual(said)
    const shown = await run(['openid', 'client', 'show', `${CLIENT}/api`])
    expect(JSON.parse(shown.stdout)).toMatchObject({ response_types: [] })
  },
)

test.each([
  [[], 'private_key_jwt'],
  [['--public'], 'none'],
])('an OpenID client with keys of its own has no secret: %j', async (more, method) => {
  const [id, keys] = [`${CLIENT}/keys`, 'https://rp.example.com/jwks.json']
  const given = ['--redirect-uri', 'https://rp.example.com/callback', '--jwks-uri', keys]
  const { stdout } = await run(['openid', 'client', 'add', id, ...given, ...more])
  expect(stdout).not.toContain('secret')
  const shown = JSON.parse((await run(['openid', 'client', 'show', id])).stdout)
  expect(shown).toMatchObject({ jwks_uri: keys, token_endpoint_auth_method: method })
})

test.each([
  ['https://wiki.example.com', true],
  ['https://wiki.example.com:8443', false],
  ['http://localhost:8085', false],
])(
  'a product at %s is registered, and told of sign-outs where it can be: %s',
  async (at, isTold) => {
    const id = `${CLIENT}/wiki`
    const { ENTRYWAY_PLC_URL: plc } = process.env
    vi.stubEnv('ENTRYWAY_DEV', '').stubEnv('ENTRYWAY_PLC_URL', '')
    onTestFinished(() => void vi.stubEnv('ENTRYWAY_DEV', '1').stubEnv('ENTRYWAY_PLC_URL', plc))
    const product = ['--for', 'mod_auth_openidc', '--at', at]
    const { stdout, failure } = await run(['openid', 'client', 'add', id, ...product])
    expect([failure, stdout.includes(`OIDCRedirectURI ${at}/openid-callback`)]).toEqual([
      null,
      true,
    ])
    expect(stdout.includes('It is not told of sign-outs here')).toBe(!isTold)
    const shown = JSON.parse((await run(['openid', 'client', 'show', id])).stdout)
    expect('backchannel_logout_uri' in shown).toBe(isTold)
  },
)

test.each([
  [['account', 'show', ''], 'account: must not be empty'],
  [['account', 'show', 'x'.repeat(600)], 'account: must have at most 512 characters'],
  [
    ['account', 'factors', 'a.test', '--passkey', 'x'],
    'passkey: goes with `passkey` as what to remove',
  ],
  [
    ['account', 'factors', 'a.test', '--remove', 'totp', '--add', 'mail', '--yes'],
    'add: goes without anything to remove: do one after the other',
  ],
  [['openid', 'client', 'show', 'a b'], 'id: must have no spaces, and no letters but a to z'],
  [['openid', 'client', 'show', 'x'.repeat(201)], 'id: must have at most 200 characters'],
  [
    ['openid', 'resource', 'add', RESOURCE, '--scopes', 'a"b'],
    'scopes.0: must have no " and no \\',
  ],
])('what a command does not take is said in words: %j', async (given, failure) => {
  expect(await run(given)).toMatchObject({ stdout: '', failure })
})

test('an address of an app on a device is taken with --native alone', async () => {
  const add = [
    'openid',
    'client',
    'add',
    `${CLIENT}/device`,
    '--redirect-uri',
    'com.example.app:/back',
  ]
  const { failure, stdout } = await run(add)
  expect([stdout, failure]).toEqual(['', expect.stringContaining('give --native')])
  expect(await run([...add, '--native'])).toMatchObject({ failure: null })
})
