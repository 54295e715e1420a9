import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'

let network: Network
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  network = await startNetwork()
  env = network.vestibule.env
})
afterAll(() => network?.close())

const cli = (...args: string[]) => runCliHere(env, args)
const json = <T>(...args: string[]) => cliJsonHere<T>(env, args)
const signIn = (identifier: string, password: string) =>
  new AtpAgent({ service: network.url }).login({ identifier, password })

describe('accounts', () => {
  test('are created, found, and given a new password', async () => {
    const created = await json<{ did: string; password: string }>(
      ...['account', 'create', 'alice.test', 'alice@mail.vestibule.internal'],
    )
    await expect(signIn('alice.test', created.password)).resolves.toBeDefined()

    expect(await json('account', 'list', '--search', 'alic')).toMatchObject([
      { did: created.did, handle: 'alice.test' },
    ])
    expect(await json('account', 'sessions', '@alice.test')).toMatchObject({
      legacy: [{ appPasswordName: null }],
    })

    const reset = await json<{ password: string }>(
      'account',
      'reset-password',
      created.did,
      '--yes',
    )
    expect(reset.password).not.toBe(created.password)
    await expect(signIn('alice.test', created.password)).rejects.toThrow()
    await expect(signIn('alice.test', reset.password)).resolves.toBeDefined()
  })

  test('are signed out, taken down, lifted and deleted', async () => {
    await json('account', 'revoke', 'alice.test', '--all', '--yes')
    expect(await json('account', 'sessions', 'alice.test')).toMatchObject({ legacy: [], oauth: [] })
    const audit = await json<{ event: string }[]>('account', 'audit', 'alice.test')
    expect(audit.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['account_created', 'password_changed', 'signed_out_everywhere']),
    )

    await json('account', 'takedown', 'alice.test', '--yes')
    expect(await json('account', 'show', 'alice.test')).toMatchObject({ takedownRef: 'operator' })
    await json('account', 'takedown', 'alice.test', '--lift')
    expect(await json('account', 'show', 'alice.test')).toMatchObject({ takedownRef: null })

    await json('account', 'delete', 'alice.test', '--yes')
    expect(await cli('account', 'show', 'alice.test')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^No account alice.test here; /),
    })
  })

  test('get another handle, address and second factor, and are put to sleep and woken', async () => {
    const { did } = await json<{ did: string }>(
      ...['account', 'create', 'erin.test', 'erin@mail.vestibule.internal'],
    )
    await json('account', 'set-handle', did, 'erin-b.test')
    await json('account', 'set-email', did, 'erin-b@mail.vestibule.internal')
    await json('account', 'deactivate', 'erin-b.test')
    expect(await json('account', 'list', '--search', 'erin', '--standing')).toMatchObject([
      {
        did,
        handle: 'erin-b.test',
        email: 'erin-b@mail.vestibule.internal',
        standing: 'deactivated',
      },
    ])
    await json('account', 'activate', 'erin-b.test')
    expect(await cli('account', 'factors', did, '--add', 'mail')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Confirm the email address'),
    })
    expect((await cli('account', 'factors', did, '--remove', 'all')).exitCode).toBe(2)
    await json('account', 'delete', did, '--yes')
  })

  test('are told apart from mistakes', async () => {
    expect(
      await cli('account', 'create', 'x.example.com', 'x@mail.vestibule.internal'),
    ).toMatchObject({
      exitCode: 1,
      stderr: 'x.example.com is no handle of this service: those end in .test\n',
    })
    expect((await cli('account', 'show')).exitCode).toBe(2)
    expect((await cli('account', 'revoke', 'alice.test')).exitCode).toBe(2)
    expect((await cli('account', 'delete', 'alice.test')).exitCode).toBe(1)
  })

  test('a password in the arguments is warned of and not repeated', async () => {
    const { exitCode, stdout, stderr } = await cli(
      ...['account', 'create', 'bob.test', 'bob@mail.vestibule.internal'],
      ...['--password', 'correct horse battery'],
    )
    expect(exitCode).toBe(0)
    expect(stderr).toContain('Warning: other users')
    expect(stdout + stderr).not.toContain('correct horse')
    await expect(signIn('bob.test', 'correct horse battery')).resolves.toBeDefined()
  })
})

test('invite codes are made, listed and disabled', async () => {
  const codes = await json<string[]>('invite', 'create', '--count', '2', '--uses', '3')
  expect(codes).toHaveLength(2)
  await json('invite', 'disable', codes[0] as string, '--yes')
  expect(await json('invite', 'list', '--usable')).toMatchObject([
    { code: codes[1], availableUses: 3, disabled: false },
  ])
  const unknown = await cli('invite', 'disable', 'entryway-aaaaa-aaaaa', '--yes')
  expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^No invite code/) })
  expect((await cli('invite', 'disable')).exitCode).toBe(2)
  const { stdout } = await cli('invite', 'list')
  expect(stdout).toContain(codes[0])
})

test('what is too long to be sent is wrong usage, and is told as such', async () => {
  expect(await cli('account', 'show', 'a'.repeat(70_000))).toMatchObject({
    ...{ exitCode: 2, stdout: '' },
    stderr: expect.stringMatching(/^What was given is too long: .* 64 KiB\n$/),
  })
})

test('a PDS is listed, closed, opened and checked, and its password never shown', async () => {
  const { did } = network.pds
  await json('pds', 'close', did)
  const closed = await cli('account', 'create', 'carol.test', 'carol@mail.vestibule.internal')
  expect(closed).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('`vestibule pds list`'),
  })
  await json('pds', 'open', network.pds.url, '--capacity', '10', '--weight', '2')
  const listed = await cli('--json', 'pds', 'list')
  expect(JSON.parse(listed.stdout)).toMatchObject([{ did, open: true, capacity: 10, weight: 2 }])
  expect(listed.stdout).not.toContain(network.pds.adminPassword)

  await json('pds', 'open', new URL(network.pds.url).host)

  const wrong = await cli('pds', 'add', network.pds.url, '--admin-password', 'wrong password')
  expect(wrong).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Nothing is changed'),
  })
  // The good one is still known: the PDS is told of a takedown.
  await json('account', 'takedown', 'bob.test', '--yes')
  await json('account', 'takedown', 'bob.test', '--lift')
  const withPassword = { ...env, PDS_ADMIN_PASSWORD: network.pds.adminPassword }
  const added = await cliJsonHere<{ checks: unknown[] }>(withPassword, [
    'pds',
    'add',
    network.pds.url,
  ])
  expect(added.checks).toHaveLength(5)

  const address = network.pds.url.replace('localhost', '127.0.0.1')
  const add = (...more: string[]) =>
    cliJsonHere<{ address: string }>(withPassword, ['pds', 'add', network.pds.url, ...more])
  expect(await add('--address', address)).toMatchObject({ address })
  expect(await add()).toMatchObject({ address })
  expect(await cli('pds', 'remove', did)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('still holds accounts'),
  })
})

test('the lines for the PDS are those it runs with', async () => {
  const { cfg } = network.pds.pds.ctx
  const settings = await json<Record<string, string>>('pds-settings')
  expect(settings).toEqual({
    PDS_ENTRYWAY_URL: cfg.entryway?.url,
    PDS_ENTRYWAY_DID: cfg.entryway?.did,
    PDS_ENTRYWAY_JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX: cfg.entryway?.jwtPublicKeyHex,
    PDS_ENTRYWAY_PLC_ROTATION_KEY: cfg.entryway?.plcRotationKey,
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
  })
  const { stdout } = await cli('pds-settings')
  expect(stdout).toContain(`PDS_ENTRYWAY_URL=${network.url}\n`)
  expect(stdout).not.toContain(env.ENTRYWAY_PLC_ROTATION_KEY_HEX)
})

test('a proxy is told for which hosts it may make certificates', async () => {
  const ask = async (domain: string) =>
    (await fetch(`${network.url}/tls-check?domain=${domain}`)).status
  expect(await ask('nobody.test')).toBe(404)
  expect(await ask('bob@mail.vestibule.internal')).toBe(404)
  expect(await ask('Bob.test')).toBe(200)
  expect(await ask('localhost')).toBe(200)
})

describe('doctor', () => {
  test('finds a network in order', async () => {
    const checks = await json<{ name: string; state: string }[]>('doctor')
    // A network of tests makes no backups, of which an operator is told.
    const others = checks.filter(({ state }) => state !== 'ok')
    expect(others).toEqual([expect.objectContaining({ name: 'Backups', state: 'warning' })])
    expect(checks.map(({ name }) => name).join('\n')).toMatch(
      /Program[\s\S]*Open files[\s\S]*tokens of this entryway[\s\S]*DIDs of accounts[\s\S]*atproto-did[\s\S]*Clock[\s\S]*Mail/,
    )
  })

  test('says how to mend what is broken', async () => {
    const broken = { ...env, ENTRYWAY_SMTP_URL: 'smtp://127.0.0.1:1' }
    const { exitCode, stdout } = await runCliHere(broken, ['doctor'])
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/FAILED.*Mail/)
    expect(stdout).toContain('- Mail: see that ENTRYWAY_SMTP_URL')
  })
})

test('what is listed and shown fits 80 columns, and breaks no id', async () => {
  const { did } = await json<{ did: string }>('account', 'show', 'bob.test')
  const narrow = { ...env, COLUMNS: '80' }
  for (const command of [
    ...[
      'account list --standing',
      `account show ${did}`,
      `account sessions ${did}`,
      `account audit ${did}`,
    ],
    ...['invite list', 'pds list', 'client list', 'doctor'],
  ]) {
    const { exitCode, stdout } = await runCliHere(narrow, command.split(' '))
    expect({ command, exitCode }).toEqual({ command, exitCode: 0 })
    const tooWide = stdout.split('\n').filter((line) => line.length > 80)
    expect({ command, tooWide }).toEqual({ command, tooWide: [] })
    if (command.startsWith('account list')) expect(stdout).toMatch(new RegExp(`${did}\n.*active`))
  }
})

test.each([
  ['account list', { exitCode: 0, stdout: expect.stringContaining('bob.test'), stderr: /^$/ }],
  ['account show nobody.test', { exitCode: 1, stdout: '', stderr: /^No account nobody.test here/ }],
  [
    'account show',
    {
      exitCode: 2,
      stdout: '',
      stderr: /missing required argument 'account'\nWith --help it says how it is used/,
    },
  ],
])('as a process of its own: %s', async (words, { stderr, ...others }) => {
  const result = await runCli(env, words.split(' '))
  expect(result).toMatchObject(others)
  expect(result.stderr).toMatch(stderr)
})

test('without the program: exit code 3', async () => {
  const { exitCode, stderr } = await runCli({ ...env, ENTRYWAY_PORT: '1' }, ['account', 'list'])
  expect(exitCode).toBe(3)
  expect(stderr).toContain('Is it running')
})
