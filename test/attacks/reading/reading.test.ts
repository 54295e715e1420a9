import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readingFor } from '../../../app/answer.ts'
import { OverloadLog } from '../../../app/overload_log.ts'
import { findRouteIn } from '../../../app/routes.ts'
import { partitionOf } from '../../../database/partition.ts'
import { MAX_BODY } from '../../../http/body/read_body.ts'
import type { ResponseEnvelope } from '../../../http/envelope.ts'
import { emptyResponse } from '../../../http/message.ts'
import type { Asked } from '../../../lab/world/app/app.ts'
import { providerRoutes } from '../../../oauth/routes.ts'
import { openidRoutes } from '../../../openid/routes.ts'
import { bodies, forms } from './bodies.ts'
import { labels } from './labels.ts'
import { methods } from './methods.ts'
import { type Observed, observeApp, type Seen } from './observe.ts'
import { paths } from './paths.ts'
import {
  asMeant,
  everyRequest,
  FORM,
  JSON_TYPE,
  type Meant,
  pageCallsIn,
  VICTIM,
} from './requests.ts'
import type { Spelling } from './spelling.ts'

let observed: Observed
let requests: [name: string, Meant][]
beforeAll(async () => {
  observed = await observeApp()
  requests = everyRequest(observed.did, observed.app.runner.secrets.operatorToken)
})
afterAll(() => observed?.app.close())

/** Whether a spelling came to the same as what was meant, or was refused without being handled. */
function isOneReading(seen: Seen, meant: Seen): boolean {
  if (JSON.stringify(seen) === JSON.stringify(meant)) return true
  const isSameRoute = seen.route === meant.route
  if (seen.passedTo !== undefined)
    return isSameRoute && String(seen.counted) === String(meant.counted)
  // Another name than was meant: then it is the one that was counted.
  if (seen.handled.length > 0)
    return isSameRoute && seen.handled.every((what) => isCounted(seen, what))
  if (seen.counted.length > 0 && !isSameRoute) return false
  return seen.status >= 400 && seen.status < 500
}

const isCounted = ({ counted }: Seen, what: string) =>
  counted.some((key) => `find ${key.split('\n')[1]}` === what)

/** A preflight asks for nothing (CORS protocol, Fetch standard section 3.3). */
const isPreflight = ({ status, counted, handled }: Seen) =>
  [200, 204].includes(status) && counted.length + handled.length === 0

/** A browser that comes back to where it sent a form is led to the page. */
const isSentBack = ({ status, counted, handled }: Seen) =>
  status === 303 && counted.length + handled.length === 0

describe('29. what is answered is what was counted', () => {
  test('every call of the pages that the provider has is in the table of routes', () => {
    const middleware = import.meta.resolve('@atproto/oauth-provider/middleware')
    const source = new URL('router/create-api-middleware.js', middleware)
    const calls = pageCallsIn(readFileSync(fileURLToPath(source), 'utf8'))
    expect(calls.length).toBeGreaterThan(20)
    const known = providerRoutes.filter(({ door }) => door.name === 'page api')
    expect(known.map(({ path }) => path).sort()).toEqual(calls.sort())
  })

  test('each request comes to the route that is meant', async () => {
    const seen = await observed.seeAll(requests.map(([, meant]) => asMeant(meant)))
    expect(seen.map(({ route }) => route)).toEqual(requests.map(([name]) => name))
    expect(requests.length).toBeGreaterThan(80)
  })

  test.each<[string, least: number, readonly Spelling[]]>([
    ['path', 3_300, paths],
    ['method', 1_800, methods],
    ['type and coding', 1_700, labels],
    ['body as JSON', 2_600, bodies],
    ['body as a form', 30, forms],
  ])('the %s, spelt in over %i ways over all routes', async (_, least, spellings) => {
    const asked = requests.flatMap(([name, meant]) =>
      spellings.flatMap(([how, spell]) => {
        const spelt = spell(meant)
        return spelt ? [{ name, how, spelt }] : []
      }),
    )
    expect(asked.length).toBeGreaterThanOrEqual(least)
    const wanted = await observed.seeAll(requests.map(([, meant]) => asMeant(meant)))
    const meantBy = new Map(requests.map(([name], i) => [name, wanted[i] as Seen]))
    const seen = await observed.seeAll(asked.map(({ spelt }) => spelt))
    const otherwise = asked.flatMap(({ name, how, spelt }, i) => {
      const is = seen[i] as Seen
      const isWell = isOneReading(is, meantBy.get(name) as Seen)
      const isNothing =
        (spelt.method === 'OPTIONS' && isPreflight(is)) ||
        (spelt.method !== 'POST' && isSentBack(is))
      return isWell || isNothing ? [] : [{ name, how, ...is }]
    })
    expect(otherwise).toEqual([])
  })

  test('exchanges of one code, and forms of one consent, come to one auth actor, however they are written', () => {
    const routes = [...providerRoutes, ...openidRoutes].map((shape) => ({
      ...shape,
      answer: async () => emptyResponse(200),
    }))
    const publicUrl = 'http://localhost:2600'
    const findRoute = findRouteIn(routes, { publicUrl })
    const read = readingFor({
      settings: { authActors: 64, name: 'Vestibule' },
      names: { originOf: () => publicUrl },
      findRoute,
      overloads: new OverloadLog(observed.app.runner.log),
    })
    type Headers = [string, string][]
    const ownerOf = (target: string, type: string, body: string | Buffer, ...more: Headers) =>
      read({
        method: 'POST',
        target,
        headers: [['content-type', type], ...more],
        body: Buffer.from(body as string),
        client: { address: '192.0.2.1', port: 1 },
      }).answerer
    const owner = ownerOf('/oauth/token', FORM, 'code=cod-1&grant_type=authorization_code')
    expect(owner).not.toBeNull()
    expect(ownerOf('/oauth/token', FORM, 'grant_type=x&%63ode=cod%2D1')).toBe(owner)
    expect(
      ownerOf('/oauth/token', FORM, gzipSync('code=cod-1'), ['content-encoding', 'gzip']),
    ).toBe(owner)
    expect(ownerOf('/oauth/token?code=cod-2', FORM, 'code=cod-1')).toBe(owner)
    expect(ownerOf('/oauth/token', JSON_TYPE, '{"code":"cod-1"}')).toBe(owner)
    expect(ownerOf('/oauth/token', JSON_TYPE, '{"c\\u006fde":"cod-1"}')).toBe(owner)
    expect(ownerOf('/oauth/token/', FORM, 'code=cod-1')).toBeNull()
    const consent = (uri: string) =>
      ownerOf(`/oauth/authorize/form/consent?request_uri=${uri}`, FORM, '')
    expect(consent('urn:ietf:params:oauth:request_uri:req-1')).toBe(partitionOf('req-1', 64))
    expect(consent('urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Areq%2D1')).toBe(
      partitionOf('req-1', 64),
    )
    const page = `/account/openid/${'a'.repeat(21)}`
    expect(ownerOf(page, FORM, '')).toBe(partitionOf('a'.repeat(21), 64))
  })
})

const CREATE_SESSION = '/xrpc/com.atproto.server.createSession'
const post = (body: object, change: Partial<Asked> = {}): Asked => ({
  method: 'POST',
  target: CREATE_SESSION,
  headers: { 'content-type': JSON_TYPE },
  body: JSON.stringify(body),
  ...change,
})
const statusOf = async (asked: Asked) =>
  ((await observed.app.ask(asked)) as ResponseEnvelope).status
const statusesOf = (asked: Asked[]) => Promise.all(asked.map(statusOf))
const times = (count: number, make: (i: number) => Asked) =>
  Array.from({ length: count }, (_, i) => make(i))

describe('29. the same limit for each spelling', () => {
  beforeEach(() => observed.app.counters.exec('DELETE FROM counter'))
  const { handle: identifier, password } = VICTIM
  const right = () => post({ identifier, password })

  test.each<[string, (i: number) => Asked]>([
    [
      'a slash at the end',
      () => post({ identifier, password: 'x' }, { target: `${CREATE_SESSION}/` }),
    ],
    ['an extra member', (i) => post({ username: `u${i}.test`, identifier, password: 'x' })],
    [
      'a name with spaces after the @',
      () => post({ identifier: ` @ ${identifier}`, password: 'x' }),
    ],
  ])('wrong passwords with %s', async (_, guess) => {
    const statuses = await statusesOf(times(12, guess))
    expect(statuses.sort()).toEqual([...Array(10).fill(401), 429, 429])
    expect(await statusOf(right())).toBe(429)
    expect(await statusOf({ ...right(), address: '192.0.2.2' })).toBe(200)
  })

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('a body in %s is read as what it holds', async (coding, compress) => {
    const headers = { 'content-type': JSON_TYPE, 'content-encoding': coding }
    const send = (text: string | Uint8Array, ...behind: Buffer[]) =>
      statusOf(post({}, { headers, body: Buffer.concat([compress(text), ...behind]) }))
    const guess = JSON.stringify({ identifier, password: 'x' })
    const statuses = await Promise.all(times(12, right).map(() => send(guess)))
    expect(statuses.sort()).toEqual([...Array(10).fill(401), 429, 429])
    observed.app.counters.exec('DELETE FROM counter')

    const text = JSON.stringify({ identifier, password })
    expect(await send(text.padEnd(MAX_BODY + 1))).toBe(413)
    expect(await send(Buffer.alloc(40 * 1024 * 1024))).toBe(413)
    expect(await send(text, compress(guess))).toBe(400)
    expect(await send(text, Buffer.from('more'))).toBe(400)
    const cut = compress(text).subarray(0, -5)
    expect(await statusOf(post({}, { headers, body: cut }))).toBe(400)
    const twice = { ...headers, 'content-encoding': `${coding}, ${coding}` }
    expect(await statusOf(post({}, { headers: twice, body: compress(compress(text)) }))).toBe(415)
    expect(await send(text.padEnd(MAX_BODY))).toBe(200)
  })

  test('brotli is refused with what is taken', async () => {
    const headers = { 'content-type': JSON_TYPE, 'content-encoding': 'br' }
    const refused = (await observed.app.ask(
      post({}, { headers, body: brotliCompressSync('{}') }),
    )) as ResponseEnvelope
    expect(refused.status).toBe(415)
    expect(refused.headers).toContainEqual(['accept-encoding', 'gzip, deflate'])
  })

  test('wrong passwords in another charset are not tried', async () => {
    const body = Buffer.from(JSON.stringify({ identifier, password }), 'utf16le')
    const headers = { 'content-type': 'application/json; charset=utf-16le' }
    expect(await statusOf(post({}, { headers, body }))).toBe(415)
    expect(await statusOf(right())).toBe(200)
  })

  test('resets with a slash at the end send no more mails than without', async () => {
    const target = '/xrpc/com.atproto.server.requestPasswordReset'
    const reset = (i: number) =>
      post({ email: VICTIM.email }, { target: i % 2 ? target : `${target}/` })
    const before = (await observed.app.readMails()).length
    expect((await statusesOf(times(8, reset))).sort()).toEqual([
      ...Array(5).fill(200),
      429,
      429,
      429,
    ])
    expect((await observed.app.readMails()).length - before).toBe(5)
  })

  test('requests that try no password are no failures', async () => {
    const formless: Asked[] = [
      ...times(50, () => ({ method: 'GET', target: CREATE_SESSION })),
      ...times(20, () => post({}, { body: null })),
      ...times(20, () => post({}, { body: '{"identifier":' })),
      ...times(20, () => post({})),
      ...times(20, () => post({ identifier })),
      ...times(20, () => post({ identifier: [identifier], password: 1 })),
    ]
    // One after the other: a point is taken while a request is answered.
    for (const asked of formless) expect(await statusOf(asked)).toBe(400)
    expect(await statusOf(right())).toBe(200)
  })

  test('browser apps read each header that was exposed', async () => {
    const answer = await observed.app.ask({
      target: '/xrpc/com.atproto.server.getSession',
      headers: { authorization: 'Bearer x', origin: 'https://app.example' },
    })
    const { headers } = answer as ResponseEnvelope
    const exposed = headers.filter(([name]) => name === 'access-control-expose-headers')
    expect(exposed).toHaveLength(1)
    expect(exposed[0]?.[1]).toContain('RateLimit-Remaining')

    const pushed = (await observed.app.ask({
      method: 'POST',
      target: '/oauth/par',
      headers: { 'content-type': FORM, dpop: 'x' },
      body: String(
        new URLSearchParams({
          client_id: 'http://localhost',
          response_type: 'code',
          redirect_uri: 'http://127.0.0.1/',
          state: 'state',
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
        }),
      ),
    })) as ResponseEnvelope
    const names = pushed.headers.find(([name]) => name === 'access-control-expose-headers')?.[1]
    expect(names?.split(', ')).toEqual(
      expect.arrayContaining(['DPoP-Nonce', 'WWW-Authenticate', 'RateLimit-Limit']),
    )
  })
})
