import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeDatabase, openDatabase } from '../../../database/database.ts'
import { flowSchema } from '../../../database/flow/schema.ts'
import { databasePath } from '../../../database/paths.ts'
import { type HeadlessBrowser, newHeadlessBrowser } from '../../../lab/clients/headless_browser.ts'
import { type HostedClient, hostNativeClient } from '../../../lab/clients/hosted_client.ts'
import { loopbackClientId } from '../../../lab/clients/oauth_app.ts'
import { sharedNetwork } from '../../shared/network.ts'
import {
  Attacker,
  consent,
  type DpopKey,
  makeDpopKey,
  newPerson,
  type Person,
  SCOPE,
  send,
} from '../../shared/people/attacker.ts'

const network = sharedNetwork()
let hosted: HostedClient
let attacker: Attacker
let other: Attacker
let key: DpopKey
let kim: Person

beforeAll(async () => {
  hosted = await hostNativeClient(network.ca, SCOPE)
  attacker = new Attacker(network)
  other = new Attacker(network, hosted)
  key = await makeDpopKey()
  kim = await newPerson(network, 'pushed')
})
afterAll(async () => {
  await hosted?.close()
})

const INVALID_REQUEST = { status: 400, body: { error: 'invalid_request' } }

type Page = { status: number; location: unknown; type: string; text: string }

async function open(url: string, browser = newHeadlessBrowser(network.url)): Promise<Page> {
  const page = await browser.open(url)
  return {
    status: page.statusCode,
    location: page.headers.location,
    type: String(page.headers['content-type']),
    text: await page.body.text(),
  }
}

/** An error page of the provider's, or of this program's: no redirect, and no request to consent to. */
const ERROR_PAGE = { status: 400, location: undefined, type: 'text/html; charset=utf-8' }

async function expectPushWorks(): Promise<void> {
  const pushed = await attacker.push(key)
  expect(pushed.status).toBe(201)
  expect(await consent(attacker.authorizeUrl(pushed.body.request_uri), kim)).toMatch(/^cod-/)
}

describe('5. /oauth/authorize without a pushed request', () => {
  const raw = (change: Record<string, string>) => ({
    client_id: attacker.clientId,
    response_type: 'code',
    redirect_uri: attacker.redirectUri,
    scope: SCOPE,
    state: 'state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...change,
  })
  const queries: [string, () => Record<string, string>][] = [
    ['a registered redirect_uri', () => raw({})],
    ['an unregistered redirect_uri', () => raw({ redirect_uri: 'https://evil.example/' })],
    [
      'a request object',
      () => ({ client_id: attacker.clientId, request: 'eyJhbGciOiJub25lIn0.e30.' }),
    ],
    ['an empty request_uri', () => raw({ request_uri: '' })],
    ['a client that does not exist', () => raw({ client_id: 'https://evil.example/client.json' })],
    ['no parameters', () => ({})],
  ]

  test.each(queries)('%s: an error page, never a redirect', async (_, query) => {
    const page = await open(`${network.url}/oauth/authorize?${new URLSearchParams(query())}`)
    expect(page).toMatchObject(ERROR_PAGE)
    expect(page.text).toContain('This sign-in link does not work')
    expect(page.text).toContain('A request_uri from a pushed authorization request is required')
    expect(page.text).not.toContain('evil.example')
    await expectPushWorks()
  })

  test('raw parameters beside a request_uri are not looked at', async () => {
    const pushed = await attacker.push(key)
    const query = { ...raw({ redirect_uri: 'https://evil.example/', prompt: 'none' }), scope: 'x' }
    const url = `${attacker.authorizeUrl(pushed.body.request_uri)}&${new URLSearchParams(query)}`
    const unique = new URL(url)
    unique.searchParams.delete('client_id')
    unique.searchParams.set('client_id', attacker.clientId)
    expect(await open(String(unique), kim.browser)).toMatchObject({
      status: 200,
      location: undefined,
    })
    const code = await consent(attacker.authorizeUrl(pushed.body.request_uri), kim)
    expect(code).toMatch(/^cod-/)
  })
})

describe('6. a pushed request that asks for too much', () => {
  const invalid: [string, Record<string, string | undefined>][] = [
    ['an unregistered redirect', { redirect_uri: 'https://evil.example/callback' }],
    ['a redirect to another path', { redirect_uri: 'http://127.0.0.1/other' }],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain PKCE', { code_challenge_method: 'plain' }],
    ['PKCE without a method', { code_challenge_method: undefined }],
  ]
  test.each(invalid)('%s: invalid_request', async (_, fields) => {
    expect(await attacker.push(key, { fields })).toMatchObject(INVALID_REQUEST)
    await expectPushWorks()
  })

  test.each(['transition:generic', 'openid', 'atproto openid', 'atproto transition:email'])(
    'scope "%s": invalid_scope',
    async (scope) => {
      const answer = await attacker.push(key, { fields: { scope } })
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
      await expectPushWorks()
    },
  )

  test('scope "openid" of a client that declares it: invalid_scope', async () => {
    const scope = 'atproto openid'
    const { redirectUri } = attacker
    const clientId = loopbackClientId(redirectUri, scope)
    const declaring = new Attacker(network, { clientId, redirectUri })
    expect(await declaring.push(key, { fields: { scope } })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    })
    expect(await declaring.push(key, { fields: { scope: 'atproto' } })).toMatchObject({
      status: 201,
    })
  })

  test('the implicit grant: refused', async () => {
    const answer = await attacker.push(key, { fields: { response_type: 'token' } })
    expect(answer.status).toBe(400)
    await expectPushWorks()
  })
})

describe('7. ambiguous requests', () => {
  const requestUri = 'urn:ietf:params:oauth:request_uri:req-00000000000000000000000000000000'
  const unsigned = 'eyJhbGciOiJub25lIn0.e30.'
  const changes: [string, object][] = [
    ['a request_uri in the body', { fields: { request_uri: requestUri } }],
    ['a second redirect_uri', { more: [['redirect_uri', 'https://evil.example/']] }],
    ['a second client_id', { more: [['client_id', 'https://evil.example/']] }],
    [
      'an unknown parameter, twice',
      {
        more: [
          ['x', '1'],
          ['x', '1'],
        ],
      },
    ],
    ['no state', { fields: { state: undefined } }],
    ['an empty state', { fields: { state: '' } }],
    ['parameters beside a request object', { fields: { request: unsigned } }],
  ]
  for (const json of [false, true]) {
    test.each(changes)(`%s (${json ? 'JSON' : 'form'}): invalid_request`, async (_, change) => {
      expect(await attacker.push(key, { ...change, json })).toMatchObject(INVALID_REQUEST)
      expect(await attacker.push(key, { json })).toMatchObject({ status: 201 })
    })

    test(`twice the same parameter at token and revoke (${json ? 'JSON' : 'form'})`, async () => {
      const grant = await attacker.grant(kim)
      const more: [string, string][] = [['code', 'cod-other']]
      expect(await attacker.exchange(grant, { more, json })).toMatchObject(INVALID_REQUEST)
      const revoked = await attacker.post('/oauth/revoke', { token: 'a' }, key, {
        more: [['token', 'b']],
        json,
      })
      expect(revoked).toMatchObject(INVALID_REQUEST)
      expect(await attacker.exchange(grant, { json })).toMatchObject({ status: 200 })
    })
  }

  test('twice the same parameter in the query: an error page', async () => {
    const pushed = await attacker.push(key)
    const url = attacker.authorizeUrl(pushed.body.request_uri)
    const twice = `${url}&${new URLSearchParams({ client_id: other.clientId })}`
    expect(await open(twice)).toMatchObject(ERROR_PAGE)
    expect(await consent(url, kim)).toMatch(/^cod-/)
  })
})

describe('8. requests that are none', () => {
  const endpoints = ['/oauth/par', '/oauth/token', '/oauth/revoke']

  test.each(endpoints)('GET and PUT %s: 405', async (path) => {
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await send(`${network.url}${path}`, { method })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('POST, OPTIONS')
    }
    expect(await send(`${network.url}${path}`, { method: 'OPTIONS' })).toMatchObject({
      status: 200,
    })
    await expectPushWorks()
  })

  test.each(endpoints)('a body of %s that is no form: 415', async (path) => {
    const headers: Record<string, string>[] = [
      { 'content-type': 'text/plain' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'br' },
    ]
    for (const each of headers) {
      const answer = await send(`${network.url}${path}`, {
        method: 'POST',
        headers: each,
        body: 'state=x',
      })
      expect(answer.status).toBe(415)
    }
    await expectPushWorks()
  })

  test('a body over 64 KiB: 413, also without a declared length', async () => {
    const body = `state=${'x'.repeat(65 * 1024)}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const path of endpoints) {
      expect(await send(`${network.url}${path}`, { method: 'POST', headers, body })).toMatchObject({
        status: 413,
      })
      const stream = new Blob([body]).stream()
      const streamed = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit
      expect(await send(`${network.url}${path}`, streamed)).toMatchObject({ status: 413 })
    }
    await expectPushWorks()
  })
})

describe('9. a request_uri in the wrong hands', () => {
  const rowExists = (requestUri: unknown): boolean => {
    const db = openDatabase(databasePath.auth(network.vestibule, '0'), flowSchema)
    const id = String(requestUri).split(':').at(-1)
    const row = db.prepare('SELECT 1 FROM authorization_request WHERE id = ?').get(id)
    closeDatabase(db)
    return row !== undefined
  }
  const codeOf = ({ location }: Page) =>
    location ? new URL(String(location)).searchParams.get('code') : null
  const push = async () => {
    const { body } = await attacker.push(key)
    expect(rowExists(body.request_uri)).toBe(true)
    return body.request_uri
  }

  test('expired: no code, the row is gone', async () => {
    const requestUri = await push()
    const db = openDatabase(databasePath.auth(network.vestibule, '0'), flowSchema)
    db.prepare('UPDATE authorization_request SET expires_at = ? WHERE id = ?').run(
      Date.now() - 1,
      String(requestUri).split(':').at(-1),
    )
    closeDatabase(db)
    const page = await open(attacker.authorizeUrl(requestUri))
    expect(codeOf(page)).toBeNull()
    expect(page.text).not.toContain(String(requestUri))
    expect(rowExists(requestUri)).toBe(false)
    await expectPushWorks()
  })

  test('already used: no code, the row is gone, and so is the code', async () => {
    const grant = await attacker.grant(kim, key)
    const pushed = await attacker.push(key)
    const url = attacker.authorizeUrl(pushed.body.request_uri)
    await consent(url, kim)
    const page = await open(url, kim.browser)
    expect(codeOf(page)).toBeNull()
    expect(rowExists(pushed.body.request_uri)).toBe(false)
    expect(await attacker.exchange(grant)).toMatchObject({ status: 200 })
  })

  test("another client's: no code, the row is gone", async () => {
    const requestUri = await push()
    const page = await open(other.authorizeUrl(requestUri), kim.browser)
    expect(codeOf(page)).toBeNull()
    expect(rowExists(requestUri)).toBe(false)
    await expectPushWorks()
  })

  test("another device's: no code, the row is gone", async () => {
    const requestUri = await push()
    const url = attacker.authorizeUrl(requestUri)
    expect(await open(url)).toMatchObject({ status: 200 })
    expect(codeOf(await open(url, kim.browser))).toBeNull()
    expect(rowExists(requestUri)).toBe(false)
    await expect(consent(url, kim)).rejects.toThrow()
    await expectPushWorks()
  })

  test('consent from another device than the one it was opened on: no code', async () => {
    const url = attacker.authorizeUrl(await push())
    await open(url)
    const answer = await kim.browser
      .callApi<{ url: string }>(url, 'consent', { did: kim.did })
      .catch(() => null)
    expect(answer && new URL(answer.url).searchParams.get('code')).toBeFalsy()
    await expectPushWorks()
  })

  test.each([
    'urn:ietf:params:oauth:request_uri:req-00000000000000000000000000000000',
    'urn:ietf:params:oauth:request_uri:%zz',
    'urn:ietf:params:oauth:request_uri:%c3%28',
    'urn:ietf:params:oauth:request_uri:',
    'https://evil.example/request.jwt',
    '%',
    '\u0000',
  ])('unknown or malformed (%j): an error page', async (requestUri) => {
    expect(await open(attacker.authorizeUrl(requestUri))).toMatchObject(ERROR_PAGE)
    await expectPushWorks()
  })

  test('a malformed escape anywhere: 4xx, never 500', async () => {
    const malformed = 'urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A%25zz'
    const raw = [
      '/oauth/authorize?request_uri=%zz&client_id=x',
      '/oauth/authorize?client_id=%',
      `/oauth/authorize/redirect?request_uri=${malformed}`,
      '/account/%zz',
      '/@atproto/oauth-provider/~assets/%zz',
      '/%',
    ]
    for (const path of raw) {
      const page = await open(`${network.url}${path}`)
      expect([path, page.status]).toEqual([path, 400])
    }
    const referer = `${network.url}/oauth/authorize?request_uri=${malformed}`
    const browser: HeadlessBrowser = newHeadlessBrowser(network.url)
    await expect(browser.callApi(referer, 'reject', {})).rejects.toThrow(/Invalid referrer/)
    await expectPushWorks()
  })
})
