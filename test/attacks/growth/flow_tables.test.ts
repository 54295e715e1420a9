import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT_CLOCK_AHEAD, HOUR, NONCE_MEMORY } from '../../../base/lifetimes.ts'
import { Seal } from '../../../base/secrets/seal.ts'
import { type Bounded, measure } from '../../../database/bounded_table.ts'
import { closeDatabase, type Db, openDatabase } from '../../../database/database.ts'
import {
  insertRequest,
  readRequest,
  updateRequest,
} from '../../../database/flow/authorization_request.ts'
import * as bounds from '../../../database/flow/bounds.ts'
import { upsertLexicon } from '../../../database/flow/lexicon.ts'
import { insertDeviceCode } from '../../../database/flow/openid_device_code.ts'
import { registerOpenidClient } from '../../../database/flow/openid_registration.ts'
import { putOpenidRequest, readOpenidRequest } from '../../../database/flow/openid_request.ts'
import { recordNonce } from '../../../database/flow/replay.ts'
import { flowSchema } from '../../../database/flow/schema.ts'
import { sweepFlow } from '../../../database/flow/sweep.ts'
import { keepSealed } from '../../../database/sealed_columns.ts'
import { createReplayStore } from '../../../stores/replay_store.ts'

const MINUTE = 60_000

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

test('34. an assertion that ends in a thousand years is not remembered for as long', async () => {
  const frames: number[] = []
  const recordNonce = (_namespace: string, _nonce: string, timeFrame: number) =>
    Boolean(frames.push(timeFrame))
  const { unique } = createReplayStore(() => ({ recordNonce, isAway: () => false }) as never)
  await unique('Auth@https://app.test/client.json', 'jti', 1_000 * 365 * 24 * 60 * MINUTE)
  await unique('DPoP', 'jti', MINUTE)
  expect(frames).toEqual([NONCE_MEMORY, MINUTE + CLIENT_CLOCK_AHEAD])
})
