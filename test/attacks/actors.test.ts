import { createClient } from 'rivetkit/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { portPath } from '../../actors/hosting/port.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'
import { send } from '../shared/people/attacker.ts'
import { childrenOf, listeningOf } from './listening_ports.ts'
import { callPage, type PageAnswer } from './provider_pages.ts'

let network: Network
/** Gateway and runner as two processes, with the actor port between them. */
let split: Vestibule
/** What somebody could find out who can read the data directory. */
let secret: string
/** The actor port, with and without the path on which everything lies. */
let port: { root: string; path: string }
/** Where the program in one process says how it does. */
let metrics: string
/** Of the suites that ran before in this process. */
let others: number[]

beforeAll(async () => {
  others = childrenOf(process.pid)
  metrics = `http://127.0.0.1:${await freePort()}`
  network = await startNetwork({
    env: { ENTRYWAY_INVITE_REQUIRED: 'true', ENTRYWAY_METRICS_PORT: new URL(metrics).port },
  })
  split = await startVestibule({ plcUrl: network.plc.url, split: true })
  const settings = readSettings(split.env)
  secret = (await loadSecrets(settings)).actorSecret
  const root = `http://127.0.0.1:${settings.actorPort}`
  port = { root, path: `${root}${portPath(secret)}` }
})
afterAll(async () => {
  await split?.close()
  await network?.close()
})

type Handle = {
  [action in 'authActors' | 'listPdses' | 'read']: () => Promise<unknown>
} & { connect(): Handle; dispose(): Promise<void>; fetch: typeof fetch }
type ActorName = 'auth' | 'directory' | 'account'
type Client = Record<ActorName, { getOrCreate(key: string[], options?: object): Handle }>

function actor(name: ActorName, key: string, endpoint: string, secret?: string): Handle {
  const client = createClient({ endpoint, disableMetadataLookup: true }) as unknown as Client
  return client[name].getOrCreate([key], secret === undefined ? {} : { params: { secret } })
}

const auth = (endpoint: string, secret?: string) => actor('auth', '0', endpoint, secret)

async function overConnection(endpoint: string, secret?: string): Promise<unknown> {
  const connection = auth(endpoint, secret).connect()
  return connection.authActors().finally(() => connection.dispose())
}

/** What a stranger gets over a connection by when others have got their answers. */
async function overStrangersConnection(guess?: string): Promise<unknown> {
  const connection = auth(port.path, guess).connect()
  // It is tried again and again.
  const answer = connection.authActors().catch(() => 'refused')
  const others = async () => {
    for (let i = 0; i < 5; i++) await overConnection(port.path, secret)
    return 'silence'
  }
  return Promise.race([answer, others()]).finally(() => connection.dispose())
}

describe('23. the actor port', () => {
  const strangers: [string, string | undefined][] = [
    ['no secret', undefined],
    ['an empty secret', ''],
    ['a wrong secret', 'x'.repeat(43)],
  ]

  test('a caller with the secret is answered', async () => {
    expect(await auth(port.path, secret).authActors()).toBe(1)
    expect(await overConnection(port.path, secret)).toBe(1)
    expect(await send(`${split.url}/_health`)).toMatchObject({ status: 200 })
  })

  test.each(strangers)('%s: an action is refused, also by the right path', async (_, guess) => {
    await expect(auth(port.path, guess).authActors()).rejects.toThrow()
    expect(await overStrangersConnection(guess)).toMatch(/refused|silence/)
    const raw = await auth(port.path, guess)
      .fetch('/authActors')
      .catch(() => ({ ok: false }))
    expect(raw.ok).toBe(false)
    expect(await auth(port.path, secret).authActors()).toBe(1)
  })

  test('directory and accounts are not there, even with path and secret', async () => {
    await expect(actor('directory', 'main', port.path, secret).listPdses()).rejects.toThrow()
    await expect(actor('account', 'did:plc:x', port.path, secret).read()).rejects.toThrow()
    expect(await auth(port.path, secret).authActors()).toBe(1)
  })

  test('without the path there is nothing, even with the secret', async () => {
    await expect(auth(port.root, secret).authActors()).rejects.toThrow()
    for (const path of [
      '/',
      '/actors?name=auth',
      '/actors/names?namespace=default',
      '/metadata',
      '/health',
      '/ui/',
      '/inspector',
      '/inspector/state',
      '/gateway/x/inspector/state',
    ]) {
      expect([path, (await send(port.root + path)).status]).toEqual([path, 404])
    }
    const body = JSON.stringify({
      name: 'account',
      key: 'did:plc:x',
      runner_name_selector: 'x',
      crash_policy: 'sleep',
    })
    const headers = { 'content-type': 'application/json' }
    for (const method of ['PUT', 'POST']) {
      expect(await send(`${port.root}/actors`, { method, headers, body })).toMatchObject({
        status: 404,
      })
    }
  })

  test('nothing listens beyond loopback but the gateway, and in one process only the gateway and the metrics', () => {
    const portOf = (url: string) => ({ isLoopback: true, port: Number(new URL(url).port) })
    expect(listeningOf(split.pid as number)).toEqual([portOf(port.root)])
    const ofWhole = [network.url, metrics].map(portOf)
    const whole = listeningOf(network.vestibule.pid as number)
    expect(whole).toHaveLength(ofWhole.length)
    expect(whole).toEqual(expect.arrayContaining(ofWhole))
    const expected = [...ofWhole, ...[split.url, port.root].map(portOf)]
    const ours = childrenOf(process.pid).filter((pid) => !others.includes(pid))
    const all = ours.flatMap(listeningOf)
    expect(all).toHaveLength(expected.length)
    expect(all).toEqual(expect.arrayContaining(expected))
  })

  test('actor actions cannot be reached through the gateway', async () => {
    const paths = [
      '/actors?name=directory',
      '/actors',
      '/action/listPdses',
      '/ui/',
      '/inspector/state',
      '/gateway/directory/action/listPdses',
      `${new URL(port.path).pathname}/actors?name=auth`,
    ]
    const rivet = {
      'x-rivet-target': 'actor',
      'x-rivet-actor': 'directory',
      'x-rivet-conn-params': JSON.stringify({ secret: secret }),
    }
    for (const { url } of [network, split]) {
      for (const path of paths) {
        for (const method of ['GET', 'POST', 'PUT']) {
          const answer = await send(url + path, { method, headers: rivet })
          expect([path, method, answer.status]).toEqual([path, method, 404])
        }
      }
      expect(await send(`${url}/.well-known/oauth-authorization-server`)).toMatchObject({
        status: 200,
      })
    }
  })
})

describe('24. two sign-ups at once', () => {
  const signUp = (person: Credentials, inviteCode: string): Promise<PageAnswer> =>
    callPage(network.url, 'sign-up', { locale: 'en', ...person, inviteCode })

  async function inviteCode(useCount: number): Promise<string> {
    const basic = Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')
    const { body } = await send(`${network.url}/xrpc/com.atproto.server.createInviteCode`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      body: JSON.stringify({ useCount }),
    })
    return String(body.code)
  }

  /** Accounts in the directory, sign-ups left over, repos on the PDS. */
  async function census() {
    const { body } = await send(`${network.pds.url}/xrpc/com.atproto.sync.listRepos?limit=500`)
    const db = openDatabase(`${network.vestibule.dataDir}/directory.sqlite`, directorySchema)
    const count = (table: string) =>
      db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
    const counts = { accounts: count('account'), signUps: count('sign_up') }
    closeDatabase(db)
    return { ...counts, repos: (body.repos as unknown as unknown[]).length }
  }

  const contested: [
    string,
    (one: Credentials, other: Credentials) => Credentials,
    number,
    object,
  ][] = [
    [
      'handle',
      (one, other) => ({ ...other, handle: one.handle }),
      9,
      { error: 'handle_unavailable' },
    ],
    [
      'e-mail address',
      (one, other) => ({ ...other, email: one.email }),
      9,
      { error_description: expect.stringMatching(/email/i) },
    ],
    [
      'invite code',
      (_, other) => other,
      1,
      { error_description: expect.stringMatching(/invite code/i) },
    ],
  ]

  test.each(contested)(
    'with one %s: one wins, nothing half-made remains',
    async (_, contend, uses, refusal) => {
      const code = await inviteCode(uses)
      const before = await census()
      const first = newCredentials('racer')
      const people = [
        first,
        ...Array.from({ length: 4 }, () => contend(first, newCredentials('racer'))),
      ]
      const answers = await Promise.all(people.map((person) => signUp(person, code)))

      const lost = answers.filter(({ status }) => status !== 200)
      expect(lost).toHaveLength(4)
      // Which of the two it is depends on whether the winner is done by then.
      for (const { status, body } of lost)
        expect([
          [400, expect.objectContaining(refusal)],
          [423, { message: expect.stringContaining('is not finished') }],
        ]).toContainEqual([status, body])
      expect(await census()).toEqual({
        accounts: before.accounts + 1,
        repos: before.repos + 1,
        signUps: 0,
      })

      const loser = people[answers.findIndex(({ status }) => status !== 200)] as Credentials
      const { handle, email } = newCredentials('second')
      const again = { ...loser, handle, email }
      expect(await signUp(again, await inviteCode(1))).toMatchObject({ status: 200 })
    },
  )
})
