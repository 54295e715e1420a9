import { globSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import { actor } from 'rivetkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accountFunctions } from '../../../actors/account/index.ts'
import { ownerHere } from '../../../actors/auth/owners.ts'
import { ProcessHost } from '../../../actors/hosting/process_host.ts'
import { CACHES, type CacheName, createCache } from '../../../base/cache.ts'
import {
  CLIENT_CLOCK_AHEAD,
  DEVICE_UNUSED,
  HOUR,
  NONCE_MEMORY,
  OPENID_REFRESH_TOKEN,
  SESSION_UNUSED,
  SIGNED_IN_DEVICE_UNUSED,
} from '../../../base/lifetimes.ts'
import { Seal } from '../../../base/secrets/seal.ts'
import type { AuditEvent } from '../../../base/watching/events.ts'
import { createLog } from '../../../base/watching/log.ts'
import { cacheBytes } from '../../../base/watching/metrics.ts'
import * as audit from '../../../database/account/audit.ts'
import { upsertAuthorizedClient } from '../../../database/account/authorized_client.ts'
import {
  ACCOUNT_BOUNDS,
  MAX_APP_PASSWORD_NAME,
  MAX_APP_PASSWORDS,
} from '../../../database/account/bounds.ts'
import { upsertDeviceAccount } from '../../../database/account/device.ts'
import { putKnownDevice } from '../../../database/account/known_device.ts'
import { insertLegacySession } from '../../../database/account/legacy_session.ts'
import { upsertOpenidConsent } from '../../../database/account/openid_consent.ts'
import { insertOpenidGrant } from '../../../database/account/openid_grant.ts'
import { upsertOpenidSession } from '../../../database/account/openid_session.ts'
import {
  listEndedOpenidSignIns,
  upsertOpenidSignIns,
} from '../../../database/account/openid_sign_in.ts'
import { upsertOpenidTokens } from '../../../database/account/openid_token.ts'
import { putProof } from '../../../database/account/proof.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import * as sessions from '../../../database/account/session.ts'
import { insertSignOutLink } from '../../../database/account/sign_out_link.ts'
import { laterTables } from '../../../database/account/tables.ts'
import { insertTrustedDevice } from '../../../database/account/trusted_device.ts'
import { type Bounded, measure } from '../../../database/bounded_table.ts'
import {
  closeDatabase,
  type Db,
  listTables,
  openDatabase,
  sql,
  transact,
} from '../../../database/database.ts'
import { directorySchema } from '../../../database/directory/schema.ts'
import {
  insertRequest,
  readRequest,
  updateRequest,
} from '../../../database/flow/authorization_request.ts'
import * as bounds from '../../../database/flow/bounds.ts'
import { linkAccount } from '../../../database/flow/device.ts'
import { upsertLexicon } from '../../../database/flow/lexicon.ts'
import { insertDeviceCode } from '../../../database/flow/openid_device_code.ts'
import { registerOpenidClient } from '../../../database/flow/openid_registration.ts'
import { putOpenidRequest, readOpenidRequest } from '../../../database/flow/openid_request.ts'
import { recordNonce } from '../../../database/flow/replay.ts'
import { flowSchema } from '../../../database/flow/schema.ts'
import { sweepFlow } from '../../../database/flow/sweep.ts'
import { hashSecret } from '../../../database/hash.ts'
import { makeTable } from '../../../database/lazy_tables.ts'
import { NARROW_COUNTERS, WIDE_COUNTERS } from '../../../database/limits/bounds.ts'
import { type Counter, sweepCounters, takePoints } from '../../../database/limits/counter.ts'
import { limitsSchema } from '../../../database/limits/schema.ts'
import { keepSealed } from '../../../database/sealed_columns.ts'
import { KeptAnswers } from '../../../gateway/answers/kept_answers.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app.ts'
import { makeTemporaryFolder } from '../../../lab/world/temporary_folder.ts'
import { openFileOutbox } from '../../../mail/file_outbox.ts'
import { MAX_DEVICE_USER_AGENT } from '../../../oauth/requests/kept_headers.ts'
import { type FORGETTING, withForgottenDevices } from '../../../sagas/services/forgotten_devices.ts'
import { createReplayStore } from '../../../stores/replay_store.ts'
import { listProgramSources } from '../../house/imports.ts'
import { basisOf } from '../../storage/basis.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const root = fileURLToPath(new URL('../../..', import.meta.url))
const security = readFileSync(`${root}docs/security.md`, 'utf8')

/** The first column of a table of docs/security.md. */
function listed(heading: string): string[] {
  const [, section = ''] = security.split(`### ${heading}\n`)
  const rows = section.split(/\n#/)[0]?.match(/^\| `[^`]+`.*$/gm) ?? []
  return rows.flatMap((row) => row.split('|')[1]?.match(/(?<=`)[^`,]+(?=`)/g) ?? []).sort()
}

function tablesOf(schema: typeof accountSchema): string[] {
  const db = openDatabase(':memory:', schema)
  const names = [...listTables(db), ...Object.keys(schema.lean?.later ?? {})]
  closeDatabase(db)
  return names
}

describe('34. the list of docs/security.md', () => {
  test('has every cache, with its bound', () => {
    expect(listed('Caches')).toEqual(Object.keys(CACHES).sort())
    for (const [name, bytes] of Object.entries(CACHES)) {
      expect(security).toMatch(new RegExp(`^\\| \`${name}\`.*\\| ${bytes / 1_000_000} MB \\|`, 'm'))
    }
  })

  test('leaves no cache out: there is one place that makes them', () => {
    const making = listProgramSources().filter((file) =>
      readFileSync(`${root}${file}`, 'utf8').includes('new LRUCache'),
    )
    expect(making).toEqual(['base/cache.ts'])
  })

  test.each([
    ['Tables of an account', accountSchema],
    ['Tables of the directory', directorySchema],
    ['Tables of an auth actor', flowSchema],
    ['Tables of the limits', limitsSchema],
  ])('has all %s', (heading, schema) => {
    expect(listed(heading)).toEqual(tablesOf(schema).sort())
  })
})

test.each(Object.keys(CACHES) as CacheName[])('34. the cache of %s holds what it may', (name) => {
  const cache = createCache<{ text: string }>(name, ({ text }) => text.length)
  const text = 'x'.repeat(CACHES[name] / 100)
  for (let i = 0; i < 300; i++) cache.set(`${i}${'k'.repeat(CACHES[name] / 200)}`, { text })
  expect(cache.size).toBeGreaterThan(10)
  expect(cache.calculatedSize).toBeLessThanOrEqual(CACHES[name])
  const others = cache.size
  for (const part of [1 / 20, 1 / 2, 2]) {
    cache.set('too large', { text: 'x'.repeat(CACHES[name] * part) })
    expect([cache.has('too large'), cache.size]).toEqual([false, others])
  }
  cache.set('valid', { text: 'x' })
  expect(cache.get('valid')).toEqual({ text: 'x' })
})

const document = { status: 200, headers: [], body: Buffer.from('{}'), keepFor: 60_000 }

const HOST = 'entryway.example.com'

const asked = (url: string, headers: Record<string, string> = {}) =>
  ({ method: 'GET', url, headers: { host: HOST, ...headers } }) as unknown as IncomingMessage

async function bytesKept(): Promise<number> {
  const { values } = await cacheBytes.get()
  return values.find(({ labels }) => labels.cache === 'kept answers')?.value ?? 0
}

test.each([
  ['queries', (i: number) => asked(`/.well-known/did.json?${i}${'x'.repeat(15_000)}`)],
  ['absolute forms', (i: number) => asked(`http${'s'.repeat(i % 2)}://${HOST}/${i}.js`)],
  ['destinations', (i: number) => asked('/.well-known/did.json', { 'sec-fetch-dest': `x${i}` })],
  ['hosts', (i: number) => asked('/.well-known/did.json', { host: `x${i}` })],
  ['sites', (i: number) => asked('/.well-known/did.json', { 'sec-fetch-site': `x${i}` })],
])('34. %s that a client makes up keep no answer', async (_, request) => {
  const kept = new KeptAnswers(HOST)
  const before = await bytesKept()
  for (let i = 0; i < 100; i++) kept.keep(request(i), document)
  expect(await bytesKept()).toBe(before)
  expect(kept.get(request(1))).toBeUndefined()
  kept.keep(asked('/.well-known/did.json'), document)
  expect(kept.get(asked('/.well-known/did.json'))).toBe(document)
})

test('34. the bound counts what answers are kept by', async () => {
  const before = await bytesKept()
  const kept = new KeptAnswers(HOST)
  const path = (i: number) => asked(`/${i}/${'x'.repeat(15_000)}`)
  for (let i = 0; i < 2_000; i++) kept.keep(path(i), document)
  expect(await bytesKept()).toBeLessThanOrEqual(before + CACHES['kept answers'])
  expect(kept.get(path(0))).toBeUndefined()
  expect(kept.get(path(1_999))).toBe(document)
})

describe('34. tables of an auth actor', () => {
  let db: Db
  const restored: [Bounded, number][] = []
  beforeEach(() => {
    db = openDatabase(':memory:', flowSchema)
    keepSealed(db, flowSchema, new Seal(new Uint8Array(32)))
  })
  afterEach(() => {
    for (const [bounded, maxBytes] of restored.splice(0)) bounded.maxBytes = maxBytes
    closeDatabase(db)
  })

  /** The same with a bound that is soon reached. */
  function small(bounded: Bounded): Bounded {
    restored.push([bounded, bounded.maxBytes])
    bounded.maxBytes = 20_000
    return bounded
  }

  const pushed = (i: number, more: object = {}) => ({
    id: `req-${i}`,
    clientId: 'client',
    clientAuth: null,
    parameters: JSON.stringify({ state: 'x'.repeat(500) }),
    expiresAt: Date.now() + MINUTE + i,
    deviceId: null,
    did: null,
    ...more,
  })
  const lexicon = { createdAt: 1, lastSucceededAt: null, uri: null, document: 'x'.repeat(300) }

  test.each<[string, Bounded, (i: number) => void]>([
    ['pushed requests', bounds.PUSHED_REQUESTS, (i) => insertRequest(db, pushed(i))],
    ['nonces', bounds.NONCES, (i) => recordNonce(db, 'DPoP', `${i}`, MINUTE + i)],
    [
      'lexicons',
      bounds.LEXICONS,
      (i) => upsertLexicon(db, `a.b.c${i}`, { ...lexicon, updatedAt: i }),
    ],
    [
      'requests of OpenID clients',
      bounds.OPENID_REQUESTS,
      (i) =>
        putOpenidRequest(db, 'Interaction', `${i}`, {
          ...{ payload: 'x'.repeat(300), expiresAt: Date.now() + MINUTE + i },
        }),
    ],
    [
      'OpenID clients that registered themselves',
      bounds.SELF_REGISTERED_CLIENTS,
      (i) =>
        registerOpenidClient(db, {
          ...{ id: `dynamic-${i}`, metadata: 'x'.repeat(300), secretHash: null, registeredAt: i },
        }),
    ],
    [
      'codes of devices',
      bounds.OPENID_DEVICE_CODES,
      (i) =>
        insertDeviceCode(db, `${i}`, 'secret', {
          ...{ payload: 'x'.repeat(300), expiresAt: Date.now() + MINUTE + i },
        }),
    ],
  ])('%s: the oldest make room', (_, bounded, add) => {
    small(bounded)
    for (let i = 0; i < 1_000; i++) {
      add(i)
      if (i % 50 === 0) expect(measure(db, bounded).bytes).toBeLessThanOrEqual(20_000)
    }
    const { rows, bytes } = measure(db, bounded)
    expect(bytes).toBeLessThanOrEqual(20_000)
    expect(rows).toBeGreaterThan(15)
  })

  test('what was granted stays whatever is pushed', () => {
    small(bounds.PUSHED_REQUESTS)
    insertRequest(db, pushed(0, { code: 'cod-1', did: 'did:plc:a', expiresAt: Date.now() + 1 }))
    for (let i = 1; i < 500; i++) insertRequest(db, pushed(i))
    expect(readRequest(db, 'req-0')).not.toBeNull()
    expect(readRequest(db, 'req-1')).toBeNull()
    expect(readRequest(db, 'req-499')).not.toBeNull()
  })

  test('what a person has open in a browser stays whatever is pushed, within a bound of its own', () => {
    small(bounds.PUSHED_REQUESTS)
    small(bounds.OPEN_REQUESTS)
    const open = (i: number) => {
      insertRequest(db, pushed(i))
      updateRequest(db, `req-${i}`, { deviceId: `dev-${i}` })
    }
    open(0)
    for (let i = 1; i < 500; i++) insertRequest(db, pushed(i))
    expect(readRequest(db, 'req-0')).not.toBeNull()
    for (let i = 500; i < 1_000; i++) open(i)
    expect(readRequest(db, 'req-0')).toBeNull()
    expect(readRequest(db, 'req-499')).not.toBeNull()
    expect(readRequest(db, 'req-999')).not.toBeNull()
    expect(measure(db, bounds.OPEN_REQUESTS).bytes).toBeLessThanOrEqual(20_000)
  })

  test.each<[string, Bounded, string | null]>([
    ['pushed', bounds.PUSHED_REQUESTS, null],
    ['open', bounds.OPEN_REQUESTS, 'dev-'],
  ])(
    'of the requests that are %s, large ones make room before what apps ask for',
    (_, bounded, device) => {
      small(bounded)
      const add = (i: number, bytes: number) => {
        insertRequest(db, pushed(i, { parameters: JSON.stringify({ state: 'x'.repeat(bytes) }) }))
        if (device) updateRequest(db, `req-${i}`, { deviceId: `${device}${i}` })
      }
      add(0, 500)
      for (let i = 1; i < 100; i++) add(i, 5_000)
      expect(readRequest(db, 'req-0')).not.toBeNull()
      expect(measure(db, bounded).bytes).toBeLessThanOrEqual(20_000)
      for (let i = 100; i < 200; i++) add(i, 500)
      expect(readRequest(db, 'req-0')).toBeNull()
      expect(readRequest(db, 'req-199')).not.toBeNull()
    },
  )

  test('nor does what OpenID clients push take anything from who is signing in', () => {
    small(bounds.OPENID_PUSHED_REQUESTS)
    small(bounds.OPENID_REQUESTS)
    const kinds = { Interaction: [2_500, HOUR], [bounds.OPENID_PUSHED]: [300, MINUTE] } as const
    const put = (kind: keyof typeof kinds, i: number) => {
      const [bytes, lasts] = kinds[kind]
      const row = { payload: 'x'.repeat(bytes), expiresAt: Date.now() + lasts + i }
      putOpenidRequest(db, kind, `${kind} ${i}`, row)
    }
    const areThere = (kind: keyof typeof kinds, all: number[]) =>
      all.map((i) => readOpenidRequest(db, kind, `${kind} ${i}`) !== null)
    put('Interaction', 0)
    for (let i = 0; i < 500; i++) put(bounds.OPENID_PUSHED, i)
    expect(areThere('Interaction', [0])).toEqual([true])
    expect(areThere(bounds.OPENID_PUSHED, [0, 499])).toEqual([false, true])
    for (let i = 1; i < 50; i++) put('Interaction', i)
    expect(areThere('Interaction', [0, 49])).toEqual([false, true])
    expect(areThere(bounds.OPENID_PUSHED, [499])).toEqual([true])
  })

  test('a nonce that is still good is not forgotten by the sweep', () => {
    expect(recordNonce(db, 'DPoP', 'one', MINUTE)).toBe(true)
    sweepFlow(db)
    expect(recordNonce(db, 'DPoP', 'one', MINUTE)).toBe(false)
    sweepFlow(db, Date.now() + 2 * MINUTE)
    expect(measure(db, bounds.NONCES).rows).toBe(0)
  })
})

test('34. accounts that are awake: the one that was not asked for longest sleeps', async () => {
  const events: string[] = []
  const host = new ProcessHost(createLog('silent'), 3)
  const account = actor({
    options: { sleepTimeout: MINUTE, actionTimeout: MINUTE },
    createVars: (c: { key: string[] }, _driver: unknown) => ({
      woken: events.push(`wake ${c.key[0]}`),
    }),
    onSleep: (c) => void events.push(`sleep ${c.key[0]}`),
    actions: { ask: async (_c, until?: Promise<void>) => until },
  })
  host.start({ account })
  const ask = (key: number, until?: Promise<void>) =>
    (
      host.client.account.getOrCreate([`${key}`]) as { ask(until?: Promise<void>): Promise<void> }
    ).ask(until)

  const hasStarted = () =>
    ask(1).then(
      () => true,
      () => false,
    )
  await expect.poll(hasStarted).toBe(true)
  const { promise, resolve } = Promise.withResolvers<void>()
  const busy = ask(0, promise)
  for (const key of [1, 2, 1, 3]) await ask(key)
  await expect.poll(() => events).toContain('sleep 2')
  for (let key = 4; key < 20; key++) await ask(key)
  await expect.poll(() => events).toContain('sleep 17')
  // Awake are the one that is being asked and the last two.
  const asleep = events.filter((event) => event.startsWith('sleep')).sort()
  expect(asleep).toEqual(Array.from({ length: 17 }, (_, i) => `sleep ${i + 1}`).sort())
  resolve()
  await busy
  await ask(0)
  expect(events.filter((event) => event === 'wake 0')).toHaveLength(1)
  await ask(1)
  expect(events.filter((event) => event === 'wake 1')).toHaveLength(2)
})

test('34. an assertion that ends in a thousand years is not remembered for as long', async () => {
  const frames: number[] = []
  const recordNonce = (_namespace: string, _nonce: string, timeFrame: number) =>
    Boolean(frames.push(timeFrame))
  const { unique } = createReplayStore(() => ({ recordNonce, isAway: () => false }) as never)
  await unique('Auth@https://app.test/client.json', 'jti', 1_000 * 365 * 24 * 60 * MINUTE)
  await unique('DPoP', 'jti', MINUTE)
  expect(frames).toEqual([NONCE_MEMORY, MINUTE + CLIENT_CLOCK_AHEAD])
})

describe('34. counters', () => {
  let db: Db
  const maxima = [NARROW_COUNTERS, WIDE_COUNTERS].map((bounded) => ({ bounded, ...bounded }))
  beforeEach(() => {
    db = openDatabase(':memory:', limitsSchema)
    for (const { bounded } of maxima) bounded.maxBytes = 13_000
  })
  afterEach(() => {
    for (const { bounded, maxBytes } of maxima) bounded.maxBytes = maxBytes
    closeDatabase(db)
  })

  const guess = (who: string) => ({ key: `guess\n${who}`, points: 10, seconds: 600 })
  /** How many of `tries` pass. */
  const passes = (counter: Counter, tries = 20) =>
    Array.from({ length: tries }, () => takePoints(db, [counter])).filter((one) => one.isAllowed)
      .length

  test('the smallest make room, a guesser stays counted', () => {
    expect(passes(guess('guesser'))).toBe(10)
    for (let i = 0; i < 250; i++) takePoints(db, [guess(`${i}`)])
    expect(measure(db, NARROW_COUNTERS).bytes).toBeLessThanOrEqual(13_000)
    expect(measure(db, NARROW_COUNTERS).rows).toBeGreaterThan(50)
    expect(passes(guess('guesser'))).toBe(0)
    expect(passes(guess('somebody else'))).toBeGreaterThan(5)
  })

  test('one that is pushed out does not begin anew', () => {
    expect(passes(guess('victim'), 4)).toBe(4)
    // Each of them counts more than the victim's.
    for (let i = 0; i < 200; i++) passes(guess(`${i}`), 5)
    const keys = db.prepare('SELECT key FROM counter').pluck().all() as Buffer[]
    expect(keys.some((key) => key.equals(hashSecret(guess('victim').key)))).toBe(false)
    expect(passes(guess('victim'))).toBeLessThanOrEqual(6)
  })

  test('nor does one for everybody', () => {
    const everybody = { key: 'everybody\n', points: 5_000, seconds: 600 }
    expect(passes(everybody, 30)).toBe(30)
    const flood = (i: number) => ({ key: `flood\n${i}`, points: 5_000, seconds: 600 })
    for (let i = 0; i < 300; i++) passes(flood(i), 31)
    const [quota] = takePoints(db, [everybody]).quotas
    expect(quota?.remaining).toBeLessThanOrEqual(5_000 - 31)
  })

  test('what is pushed out counts for its own limit, until its window ends', () => {
    for (let i = 0; i < 500; i++) passes(guess(`${i}`), 3)
    expect(passes({ key: 'other\nvictim', points: 10, seconds: 600 })).toBe(10)
    expect(passes(guess('somebody else'))).toBeLessThan(10)
    sweepCounters(db, Date.now() + 601_000)
    expect(passes(guess('one of afterwards'))).toBe(10)
  })

  test('a flood pushes out no counter of guesses', () => {
    expect(passes(guess('victim'), 4)).toBe(4)
    const flood = (i: number) => ({ key: `flood\n${i}`, points: 1_000, seconds: 600 })
    for (let i = 0; i < 300; i++) passes(flood(i), 6)
    expect(measure(db, WIDE_COUNTERS).bytes).toBeLessThanOrEqual(13_000)
    expect(measure(db, NARROW_COUNTERS).rows).toBe(1)
    expect(passes(guess('somebody else'))).toBe(10)
    expect(passes(guess('victim'))).toBe(6)
  })
})

/** What a browser sends when a person opens a page. */
const NAVIGATION = {
  accept: 'text/html',
  host: 'localhost:2600',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

describe('34. browsers', () => {
  let world: AppInProcess
  beforeAll(async () => {
    world = await startApp({ env: { ENTRYWAY_PUBLIC_URL: 'http://localhost:2600' } })
  })
  afterAll(() => world?.close())

  const stored = () =>
    world.flow.prepare('SELECT id, user_agent AS userAgent FROM device').all() as {
      id: string
      userAgent: string
    }[]

  async function visit(headers: Record<string, string> = {}) {
    const answer = await world.ask({
      target: '/account',
      headers: { ...NAVIGATION, ...headers },
    })
    if (!('status' in answer)) throw new Error('Not answered')
    return answer
  }

  test('of visits without cookies little is kept, and not for long', async () => {
    const agent = `Mozilla/5.0 ${'x'.repeat(15_000)}`
    const answer = await visit({ 'user-agent': agent })
    expect(answer.status).toBe(200)
    for (let i = 0; i < 20; i++) await visit({ 'user-agent': agent })
    expect(stored()).toHaveLength(21)
    for (const { userAgent } of stored()) {
      expect(userAgent).toBe(agent.slice(0, MAX_DEVICE_USER_AGENT))
    }

    // The same browser is known again, and not made anew because its name was cut.
    const cookie = answer.headers
      .filter(([name]) => name === 'set-cookie')
      .map(([, value]) => value.split(';')[0])
      .join('; ')
    const again = await visit({ 'user-agent': agent, cookie })
    expect(again.headers.join()).not.toMatch(/ses-id/)
    expect(stored()).toHaveLength(21)

    linkAccount(world.flow, stored()[0]?.id as string, 'did:plc:a')
    sweepFlow(world.flow, Date.now() + DEVICE_UNUSED - MINUTE)
    expect(stored()).toHaveLength(21)
    sweepFlow(world.flow, Date.now() + DEVICE_UNUSED + MINUTE)
    expect(stored()).toHaveLength(1)
  })

  test('those on which somebody is signed in go, too, when they do not come back', async () => {
    await visit()
    const ids = stored().map(({ id }) => id)
    for (const id of ids) linkAccount(world.flow, id, 'did:plc:a')
    sweepFlow(world.flow, Date.now() + SIGNED_IN_DEVICE_UNUSED - MINUTE)
    expect(stored()).toHaveLength(ids.length)
    sweepFlow(world.flow, Date.now() + SIGNED_IN_DEVICE_UNUSED + MINUTE)
    expect(stored()).toEqual([])
  })

  test('an ending signs out of the devices that it takes, so that these are swept', async () => {
    const owner = ownerHere(world.flow, world.counters)
    const { log } = world.runner
    const { account } = withForgottenDevices(world.actors, () => owner, log)
    const linked = () =>
      world.flow.prepare('SELECT count(*) FROM device WHERE linked = 1').pluck().get()
    const endings: Record<(typeof FORGETTING)[number], (did: string) => Promise<unknown>> = {
      takeDown: (did) => account(did).takeDown('reason'),
      signOutEverywhere: (did) => account(did).signOutEverywhere(),
      signOutElsewhere: async (did) => {
        const generation = (await account(did).read())?.generation ?? 0
        return account(did).signOutElsewhere('another', { generation }, {})
      },
      useSignOutLink: async (did) =>
        account(did).useSignOutLink(await account(did).makeSignOutLink(), {}),
      // As a door does it.
      changePassword: (did) =>
        world.ask({
          method: 'POST',
          target: '/xrpc/com.atproto.admin.updateAccountPassword',
          headers: {
            authorization: `Basic ${btoa(`admin:${world.runner.secrets.adminPassword}`)}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ did, password: 'the password of afterwards' }),
        }),
      resetPassword: async (did) => {
        const { email = '' } = (await account(did).read()) ?? {}
        const code = await account(did).issueEmailToken('reset_password', null, email)
        return account(did).resetPassword(code, 'the password of afterwards')
      },
      erase: (did) => account(did).erase(),
    }
    for (const [name, end] of Object.entries(endings)) {
      const handle = `${name.toLowerCase()}.test`
      const person = { handle, email: `${name}@mail.internal`, password: 'the password of before' }
      const did = await world.addAccount(person)
      const basis = { generation: (await account(did).read())?.generation ?? 0 }
      for (let i = 0; i < 3; i++) {
        await visit()
        const { id } = stored().at(-1) as { id: string }
        linkAccount(world.flow, id, did)
        await account(did).rememberDevice(id, basis)
      }
      expect(linked(), name).toBeGreaterThan(0)
      await end(did)
      expect(await account(did).listDevices(), name).toEqual([])
      expect(linked(), name).toBe(0)
    }
  })

  test('a takedown that is lifted, and a deactivation, leave devices signed in', async () => {
    const owner = ownerHere(world.flow, world.counters)
    const { account } = withForgottenDevices(world.actors, () => owner, world.runner.log)
    const person = { handle: 'stays.test', email: 'stays@mail.internal', password: 'a password' }
    const did = await world.addAccount(person)
    await visit()
    const { id } = stored().at(-1) as { id: string }
    linkAccount(world.flow, id, did)
    const { generation = 0 } = (await account(did).read()) ?? {}
    await account(did).rememberDevice(id, { generation })
    await account(did).takeDown(null)
    await account(did).deactivate({ deleteAfter: null, deleteCredentials: true }, null)
    expect(await owner.listAccountsOnDevice(id)).toEqual([did])
  })

  test('no other function of an account forgets all its devices', () => {
    const deleting = globSync('{actors/account,database/account}/*.ts', { cwd: root }).filter(
      (file) =>
        /delete(All|Other)DeviceAccounts|devices: true|listTables/.test(
          readFileSync(`${root}${file}`, 'utf8'),
        ),
    )
    expect(deleting.sort()).toEqual([
      // takeDown, signOutEverywhere and signOutElsewhere; changePassword and resetPassword; useSignOutLink;
      // what they call.
      'actors/account/endings.ts',
      'actors/account/lifecycle.ts',
      'actors/account/passwords.ts',
      'actors/account/sign_out_links.ts',
      'database/account/device.ts',
      // erase
      'database/account/profile.ts',
    ])
  })

  test('very many make room for each other', async () => {
    const { maxBytes } = bounds.STRANGE_DEVICES
    bounds.STRANGE_DEVICES.maxBytes = 10_000
    try {
      for (let i = 0; i < 40; i++) await visit()
      expect(measure(world.flow, bounds.STRANGE_DEVICES).rows).toBeGreaterThan(5)
      expect(measure(world.flow, bounds.STRANGE_DEVICES).bytes).toBeLessThanOrEqual(10_000)
    } finally {
      bounds.STRANGE_DEVICES.maxBytes = maxBytes
    }
  })

  test('pages are limited by address', async () => {
    const answers = []
    const ask = () =>
      world.ask({ target: '/account', address: '203.0.113.77', headers: NAVIGATION })
    world.counters.prepare('DELETE FROM counter').run()
    answers.push(await ask())
    world.counters.prepare('UPDATE counter SET points = 3000').run()
    answers.push(await ask())
    expect(answers.map((answer) => 'status' in answer && answer.status)).toEqual([200, 429])
  })
})

describe('34. tables of an account', () => {
  let db: Db
  beforeEach(() => {
    db = openDatabase(':memory:', accountSchema)
    accountFunctions.create(db, {
      ...{ did: 'did:plc:a', handle: 'a.test', email: 'a@mail.internal', pdsDid: 'did:web:pds' },
      passwordScrypt: 'salt:hash',
    })
  })
  afterEach(() => closeDatabase(db))

  const now = Date.now()
  const session = (i: number) => ({
    ...{ tokenId: `tok-${i}`, createdAt: now, updatedAt: now + i, expiresAt: now + MINUTE },
    ...{ clientId: 'client', clientAuth: '{}', deviceId: null, parameters: '{}', scope: null },
    ...{ code: `cod-${i}`, refreshToken: `ref-${i}` },
  })
  const later = now + 60 * MINUTE
  const openidSession = (i: number) => ({
    ...{ uid: `uid-${i}`, payload: '{}', deviceId: 'dev', isRemembered: false, generation: 0 },
    expiresAt: later,
  })
  const openidGrant = (i: number) => ({
    ...{ id: `grant-${i}`, clientId: 'client', payload: '{}', expiresAt: later },
  })
  const openidToken = (i: number, payload: string, grantId = 'grant-0', expiresAt = later) => ({
    ...{ kind: 'AccessToken', grantId, chain: 'chain', payload, expiresAt },
    ...{ secret: `${i} of ${grantId}`, receivedAt: now + i },
  })
  function addOpenidToken(i: number, payload: string) {
    if (i === 0) insertOpenidGrant(db, openidGrant(0), null, now)
    upsertOpenidTokens(db, [openidToken(i, payload)], null, now)
  }
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

  const growing: Record<keyof typeof ACCOUNT_BOUNDS, (i: number) => void> = {
    session: (i) => sessions.createSession(db, session(i)),
    legacy_session: (i) =>
      insertLegacySession(db, {
        ...{ id: `${i}`, jti: `${i}`, expiresAt: now + 60 * MINUTE + i, appPasswordName: null },
      }),
    device_account: (i) => upsertDeviceAccount(db, `dev-${i}`, now + i),
    authorized_client: (i) => upsertAuthorizedClient(db, `client-${i}`, '{}', now + i),
    proof: (i) => putProof(db, `dev-${i}`, 'any', now + i),
    known_device: (i) => putKnownDevice(db, `device ${i}`, null, now + i),
    trusted_device: (i) => {
      const [id, secret] = [`${i}`, `secret ${i}`]
      insertTrustedDevice(db, { deviceId: `dev-${i}`, userAgent: null }, { id, secret }, now + i)
    },
    sign_out_link: (i) => insertSignOutLink(db, `${i}`, now + i),
    replayed_code: (i) => sessions.findSessionByCode(db, `cod-${i}`),
    openid_session: (i) => upsertOpenidSession(db, openidSession(i), `id-${i}`, now + i),
    openid_grant: (i) => insertOpenidGrant(db, openidGrant(i), null, now + i),
    openid_token: (i) => addOpenidToken(i, '{}'),
    openid_consent: (i) =>
      upsertOpenidConsent(
        db,
        `client-${i}`,
        { scope: 'openid', refused: '', resources: {} },
        now + i,
      ),
    openid_sign_in: (i) =>
      upsertOpenidSignIns(db, `uid-${i}`, [{ clientId: 'c', sid: `${i}`, grantId: 'g' }], now + i),
  }
  test.each(Object.entries(growing))('%s: the oldest make room', (name, add) => {
    const table = name as keyof typeof growing
    const { rows, order } = ACCOUNT_BOUNDS[table]
    const [time] = order.split(' ')
    const first = (skip: number) =>
      db.prepare(`SELECT ${time} FROM ${table} ORDER BY ${time} LIMIT 1 OFFSET ?`).pluck().get(skip)
    transact(db, () => {
      for (let i = 0; i < rows; i++) add(i)
    })
    const later = first(50) as number
    transact(db, () => {
      for (let i = rows; i < rows + 50; i++) add(i)
    })
    expect(count(table)).toBe(rows)
    if (table !== 'replayed_code') expect(first(0)).toBe(later)
  })

  const long = 'x'.repeat(100_000)
  const payload = long
  const saying: Record<string, (i: number) => void> = {
    session: (i) => sessions.createSession(db, { ...session(i), parameters: long }),
    authorized_client: (i) => upsertAuthorizedClient(db, `client-${i}`, long, now + i),
    openid_session: (i) =>
      upsertOpenidSession(db, { ...openidSession(i), payload }, `id-${i}`, now + i),
    openid_grant: (i) => insertOpenidGrant(db, { ...openidGrant(i), payload }, null, now + i),
    openid_token: (i) => addOpenidToken(i, payload),
    openid_consent: (i) =>
      upsertOpenidConsent(db, `${i}`, { scope: long, refused: '', resources: {} }, now + i),
  }

  test('long texts: those of each table that keeps some are counted', () => {
    const counted = Object.entries(ACCOUNT_BOUNDS).filter(([, bound]) => 'says' in bound)
    expect(Object.keys(saying).sort()).toEqual(counted.map(([name]) => name).sort())
  })

  test.each(Object.entries(saying))('%s: long texts make room, too', (name, add) => {
    const { maxBytes, order } = ACCOUNT_BOUNDS[name as 'session']
    const [time] = order.split(' ')
    const most = Math.floor(maxBytes / long.length)
    for (let i = 0; i < most + 20; i++) add(i)
    const kept = db.prepare(`SELECT ${time} FROM ${name} ORDER BY ${time}`).pluck().all()
    expect(kept.length).toBeGreaterThan(most / 2)
    expect(kept.length).toBeLessThanOrEqual(most)
    // The newest, one after the other.
    const last = kept.at(-1) as number
    expect(kept).toEqual(kept.map((_, i) => last - kept.length + 1 + i))
  })

  test.each([
    ['many', '{}', ACCOUNT_BOUNDS.openid_token.rows + 50],
    ['long ones', long, ACCOUNT_BOUNDS.openid_token.maxBytes / long.length + 50],
  ])('an OpenID client that gets %s keeps no other one from its code', (_, payload, most) => {
    for (const i of [0, 1]) insertOpenidGrant(db, openidGrant(i), null, now)
    const refresh = now + OPENID_REFRESH_TOKEN
    const all = Array.from({ length: most }, (_, i) => openidToken(i, payload, 'grant-0', refresh))
    const add = (tokens: typeof all) => upsertOpenidTokens(db, tokens, null, now)
    add([openidToken(0, '{}', 'grant-1')])
    add(all)
    add([openidToken(1, '{}', 'grant-1')])
    const ofGrant = db.prepare('SELECT count(*) FROM openid_token WHERE grant_id = ?').pluck()
    expect(ofGrant.get('grant-1')).toBe(2)
    expect(ofGrant.get('grant-0')).toBeGreaterThan(50)
  })

  test('an account that is erased leaves no row in any of them, but what is to be told', () => {
    db.pragma('ignore_check_constraints = ON')
    for (const table of Object.keys(laterTables)) makeTable(db, table)
    for (const table of listTables(db)) {
      const columns = db.pragma(`table_info(${table})`) as { name: string }[]
      const names = columns.map(({ name }) => name)
      db.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${names.map(() => 1)})`).run()
    }
    expect(listTables(db).filter((table) => count(table) === 0)).toEqual([])
    accountFunctions.erase(db)
    expect(listTables(db).filter((table) => count(table) !== 0)).toEqual(['openid_sign_in'])
    // That goes a day later.
    expect(listEndedOpenidSignIns(db, Date.now() + DAY + MINUTE, 9)).toEqual([])
    expect(count('openid_sign_in')).toBe(0)
  })

  test('sessions that cannot be refreshed any more go', () => {
    sessions.createSession(db, session(0))
    sessions.createSession(db, { ...session(1), updatedAt: now + SESSION_UNUSED + MINUTE })
    expect(sessions.listSessions(db).map(({ tokenId }) => tokenId)).toEqual(['tok-1'])
  })

  test('devices that are forgotten are named, so that they can be forgotten everywhere', () => {
    const { rows } = ACCOUNT_BOUNDS.device_account
    for (let i = 0; i < rows; i++) upsertDeviceAccount(db, `dev-${i}`, now + i)
    const forgotten = accountFunctions.rememberDevice(db, 'dev-new', basisOf(db))
    expect(forgotten).toEqual(['dev-0'])
  })

  test('app passwords: the person decides which one goes', () => {
    const name = (i: number) => `name ${i}`
    const insert = sql(
      db,
      'INSERT INTO app_password (name, password_scrypt, privileged, created_at) VALUES (?, ?, 0, ?)',
    )
    for (let i = 0; i < MAX_APP_PASSWORDS; i++) insert.run(name(i), `${i}`, now)
    const create = (called: string) =>
      accountFunctions.createAppPassword(db, called, false, basisOf(db))
    const refused = { code: 'InvalidRequest' }
    return expect(create('one more'))
      .rejects.toMatchObject(refused)
      .then(() => accountFunctions.revokeAppPassword(db, name(0), basisOf(db), {}))
      .then(() =>
        expect(create('x'.repeat(MAX_APP_PASSWORD_NAME + 1))).rejects.toMatchObject(refused),
      )
      .then(() => expect(create('one more')).resolves.toMatchObject({ name: 'one more' }))
  })

  test('the audit trail: guesses of strangers push nothing else out', () => {
    const add = (event: AuditEvent, detail = {}) =>
      audit.appendAudit(db, { at: now, event, detail })
    add('password_changed')
    const clientId = `http://localhost?${'x'.repeat(10_000)}`
    for (let i = 0; i < audit.MAX_AUDIT + 100; i++) add('sign_in_failed', { clientId })
    const events = audit.listAudit(db, 10_000)
    expect(events).toHaveLength(audit.MAX_AUDIT_GUESSES + 2)
    expect(events.at(-2)?.event).toBe('password_changed')
    expect(events[0]?.detail.clientId).toBe(clientId.slice(0, audit.MAX_AUDIT_TEXT))
    for (let i = 0; i < audit.MAX_AUDIT; i++) add('signed_in')
    expect(count('audit')).toBe(audit.MAX_AUDIT)
  })
})

test('34. mails in the data directory: the oldest are removed', async () => {
  const folder = await makeTemporaryFolder('mails')
  const outbox = openFileOutbox(folder.path, () => {}, 3)
  const mail = { kind: 'test', from: 'a@mail.internal', to: 'b@mail.internal', subject: 's' }
  for (let i = 0; i < 5; i++) await outbox.send({ ...mail, text: `${i}`, html: '' } as never)
  expect(await readdir(folder.path)).toHaveLength(3)
  outbox.close()
  await folder.remove()
})
