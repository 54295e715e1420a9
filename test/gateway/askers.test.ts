import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../http/envelope.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { OPERATOR_PATH } from '../../operator/handler.ts'
import { formOf } from '../../operator/paths.ts'
import { startTestGateway } from '../shared/test_gateway.ts'

/** Each refusal reads as the one who asked can read it: a page in a browser, JSON in a program. */
const started: Peer[] = []
afterEach(() => Promise.all(started.splice(0).map((peer) => peer.close())))

const never = () => new Promise<never>(() => {})
const unread = async (): Promise<Answer> => ({ readBody: true })
const away = async (): Promise<Answer> => ({
  passTo: { url: 'http://127.0.0.1:9/', headers: [], session: null },
})

type Fault = {
  answer: () => Promise<Answer>
  body?: string
  /** Bytes that are said to come. */
  length?: number
  requestsOfOne?: number
  status: number
  error: string
  obstacle: 'not whole' | 'too many' | 'server'
}

/** Every refusal that is the gateway's own. */
const faults: Record<string, Fault> = {
  'a body that is too long': {
    ...{ answer: unread, body: 'x'.repeat(70_000), status: 413 },
    ...{ error: 'PayloadTooLarge', obstacle: 'not whole' },
  },
  'a body that does not come': {
    ...{ answer: unread, body: 'x', length: 10, status: 408 },
    ...{ error: 'RequestTimeout', obstacle: 'not whole' },
  },
  'too many requests at once': {
    ...{ answer: never, requestsOfOne: 0, status: 429 },
    ...{ error: 'RateLimitExceeded', obstacle: 'too many' },
  },
  'no answer in time': {
    ...{ answer: never, status: 503, error: 'temporarily_unavailable', obstacle: 'server' },
  },
  'a fault of its own': {
    ...{ answer: unread, status: 503, error: 'temporarily_unavailable', obstacle: 'server' },
  },
  'a PDS that is away': {
    ...{ answer: away, status: 502, error: 'UpstreamFailure', obstacle: 'server' },
  },
}

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const NAVIGATION = { accept: HTML, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

type Asker = { method: string; path: string; headers: Record<string, string> }

const people: Record<string, Asker> = {
  'a link': { method: 'GET', path: '/account', headers: NAVIGATION },
  'a form': { method: 'POST', path: '/account/form/x', headers: { ...NAVIGATION, ...FORM } },
}
const programs: Record<string, Asker> = {
  'an OAuth client': { method: 'POST', path: '/oauth/token', headers: { ...FORM, accept: '*/*' } },
  'one that takes anything': { method: 'POST', path: '/oauth/token', headers: { accept: HTML } },
  'an app in a browser': {
    method: 'POST',
    path: '/oauth/par',
    headers: { ...FORM, accept: '*/*', 'sec-fetch-mode': 'cors' },
  },
  'a look at a method': { method: 'GET', path: '/xrpc/com.example.get', headers: NAVIGATION },
  curl: { method: 'GET', path: '/', headers: { accept: '*/*' } },
}

const hasBody = ({ body }: Fault, { method }: Asker) => body === undefined || method === 'POST'
const askedBy = (askers: Record<string, Asker>) =>
  Object.entries(faults).flatMap(([what, fault]) =>
    Object.entries(askers)
      .filter(([, asker]) => hasBody(fault, asker))
      .map(([who, asker]) => ({ what, who, fault, asker })),
  )

async function askGateway(fault: Fault, { method, path, headers }: Asker, language = 'en') {
  const gateway = await startTestGateway(
    { answer: fault.answer, ready: async () => true },
    { deadline: 50, body: 50 },
    fault.requestsOfOne === undefined ? {} : { capacity: { requestsOfOne: fault.requestsOfOne } },
  )
  started.push(gateway)
  const { body = '', length = body.length } = method === 'POST' ? fault : { body: '' }
  const request = httpRequest(gateway.url + path, {
    method,
    headers: { ...headers, 'accept-language': language, 'content-length': length },
  })
  if (length > body.length) request.write(body)
  else request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const text = Buffer.concat(await response.toArray()).toString()
  request.destroy()
  return { status: response.statusCode, headers: response.headers, text }
}

test.each(askedBy(people))('$what is a page for $who', async ({ fault, asker }) => {
  const seen = await askGateway(fault, asker)
  expect(seen.status).toBe(fault.status)
  expect(seen.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringMatching(/^default-src 'none'/),
  })
  expect(seen.headers).not.toHaveProperty('access-control-allow-origin')
  expect(seen.text).toContain(errorPageTexts.en.obstacles[fault.obstacle].title)
})

test.each(askedBy(programs))('$what is JSON for $who', async ({ fault, asker }) => {
  const seen = await askGateway(fault, asker)
  expect(seen.status).toBe(fault.status)
  expect(seen.headers['access-control-allow-origin']).toBe('*')
  expect(JSON.parse(seen.text)).toMatchObject({
    error: fault.error,
    error_description: expect.any(String),
    message: expect.any(String),
  })
})

test.each(PAGE_LANGUAGES)('a form that is too long is refused in %s', async (language) => {
  const fault = faults['a body that is too long'] as Fault
  const seen = await askGateway(fault, people['a form'] as Asker, language)
  expect(seen.text).toContain(`<html lang="${language}">`)
  expect(seen.text).toContain(errorPageTexts[language].obstacles['not whole'].advice)
})

test.each([
  ['ui_locales=de+fr-CA', 'fr'],
  ['ui_locales=fr&lang=ko', 'ko'],
])('a page for %s is in the language that was asked for', async (query, language) => {
  const link = { method: 'GET', path: `/openid/authorize?${query}`, headers: NAVIGATION }
  const seen = await askGateway(faults['no answer in time'] as Fault, link, 'sv')
  expect(seen.text).toContain(`<html lang="${language}">`)
})

describe('a request that does not come as far as its handler', () => {
  let app: AppInProcess
  beforeAll(async () => {
    app = await startApp({
      env: { ENTRYWAY_OPERATOR_PAGE: 'public', ENTRYWAY_OPENID_REGISTRATION: 'open' },
    })
  })
  afterAll(() => app?.close())

  const JSON_TYPE = { 'content-type': 'application/json' }
  const OAUTH = { error: expect.any(String), error_description: expect.any(String) }
  const XRPC = { error: expect.any(String), message: expect.any(String) }

  /** An address of each door, how it is asked, and what its programs read; null where people come. */
  const doors: Record<
    string,
    { target: string; headers: Record<string, string>; reads: object | null }
  > = {
    'a form of the sign-in': { target: '/account/form/sign-in', headers: FORM, reads: null },
    "a form of the operator's page": {
      target: formOf('account takedown'),
      headers: FORM,
      reads: null,
    },
    'a form of the security page': {
      target: '/account/security/form/prove',
      headers: FORM,
      reads: null,
    },
    'the token endpoint': { target: '/oauth/token', headers: FORM, reads: OAUTH },
    PAR: { target: '/oauth/par', headers: FORM, reads: OAUTH },
    OpenID: { target: '/openid/token', headers: FORM, reads: OAUTH },
    registration: { target: '/openid/register', headers: JSON_TYPE, reads: OAUTH },
    XRPC: {
      target: '/xrpc/com.atproto.server.createSession',
      headers: JSON_TYPE,
      reads: XRPC,
    },
    "the operator's API": { target: `${OPERATOR_PATH}status`, headers: JSON_TYPE, reads: XRPC },
  }
  /** What is wrong with a request, and the status where it is not the 400 of XRPC. */
  const wrongs: Record<
    string,
    { method?: string; headers?: Record<string, string>; body: Uint8Array; status: number }
  > = {
    'unpacked, it is too long': {
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(100_000)),
      status: 413,
    },
    'a coding that is not taken': {
      headers: { 'content-encoding': 'br' },
      body: Buffer.from('x'),
      status: 415,
    },
    'a body that is not in its coding': {
      headers: { 'content-encoding': 'gzip' },
      body: Buffer.from('x'),
      status: 400,
    },
    'a type that is not taken': {
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from('x'),
      status: 415,
    },
    'a method that is not taken': { method: 'PUT', body: Buffer.from('x'), status: 405 },
  }
  const all = Object.entries(doors).flatMap(([where, door]) =>
    Object.entries(wrongs)
      // To any other method there is no operator's API.
      .filter(([, { method }]) => method === undefined || !door.target.startsWith(OPERATOR_PATH))
      .map(([what, wrong]) => ({ where, what, door, wrong })),
  )

  test.each(all)('$what, at $where', async ({ door, wrong }) => {
    const { headers = {}, method = 'POST', body, status } = wrong
    const isOperator = door.target.startsWith(OPERATOR_PATH)
    const own: Record<string, string> = isOperator
      ? { authorization: `Bearer ${app.runner.secrets.operatorToken}`, host: 'localhost:2600' }
      : {}
    for (const asker of [NAVIGATION, { accept: 'application/json' }]) {
      const answer = await app.ask({
        method,
        target: door.target,
        headers: { ...own, ...asker, ...door.headers, ...headers },
        body: body as never,
        ...(isOperator && { address: '127.0.0.1' }),
      })
      if (!('status' in answer)) throw new Error('no answer')
      const text = Buffer.from(answer.body ?? '').toString()
      const type = answer.headers.find(([name]) => name === 'content-type')?.[1]
      expect([status, 400]).toContain(answer.status)
      expect(type).toMatch(door.reads === null ? /^text\/html/ : /^application\/json/)
      if (door.reads !== null) expect(JSON.parse(text)).toMatchObject(door.reads)
    }
  })
})
