import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { LOOKUP_AGAIN } from '../../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { ask } from '../../shared/ask.ts'
import { FORM, form } from '../../shared/mistakes.ts'
import * as rp from '../../shared/people/relying_party.ts'

/** What strangers have looked up elsewhere, by requests that they repeat and that are all refused. */
const LXM = 'com.atproto.server.createAccount'
const REDIRECT = 'https://rp.example.com/callback'
let app: AppInProcess
let key: Secp256k1Keypair
/** What the other side does, and how often it was asked. */
let answer: () => Promise<Response>
let asked: URL[]
let hosts = 0
let host: string

beforeAll(async () => {
  const { fetch } = globalThis
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.protocol === 'http:') return fetch(input, init)
    if (url.pathname === '/has-keys.json') return Response.json(withKeys(url))
    asked.push(url)
    return answer()
  })
  app = await startApp({ env: { ENTRYWAY_PLC_URL: 'https://plc.vestibule.internal' } })
  key = await Secp256k1Keypair.create()
  await rp.register(app)
})
beforeEach(() => {
  host = `host-${hosts++}.vestibule.internal`
  asked = []
  app.counters.prepare('DELETE FROM counter').run()
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await app?.close()
})

const withKeys = ({ href, origin }: URL) => ({
  ...{ client_id: href, redirect_uris: [`${origin}/callback`], scope: 'atproto' },
  ...{ response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'] },
  ...{ dpop_bound_access_tokens: true, jwks_uri: `${origin}/keys.json` },
  ...{ token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256' },
})

const answers: Record<string, () => Promise<Response>> = {
  'does not have it': async () => new Response(null, { status: 404 }),
  'has a document that is none': async () => Response.json({ not: 'one' }),
  'has no JSON': async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
  'has a large document': async () => Response.json({ x: 'x'.repeat(400_000) }),
  'leads elsewhere': async () => Response.redirect('https://elsewhere.example.com/', 302),
  'is overloaded': async () => new Response(null, { status: 503 }),
  'wants a pause': async () => new Response(null, { status: 429 }),
  'is not reached': async () => {
    throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
  },
}

const post = (target: string, fields: Record<string, string>) =>
  ask(app, { method: 'POST', target, headers: FORM, body: form(fields) })

const code = {
  ...{ response_type: 'code', code_challenge_method: 'S256', code_challenge: 'x'.repeat(43) },
  ...{ state: 'x', scope: 'atproto', redirect_uri: REDIRECT },
}
const assertion = (id: string) => {
  const part = (of: object) => Buffer.from(JSON.stringify(of)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 60
  const claims = { iss: id, sub: id, aud: `${app.runner.settings.publicUrl}/openid`, exp, jti: 'x' }
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${part({ alg: 'ES256', kid: 'x' })}.${part(claims)}.${'x'.repeat(86)}`,
  }
}
const createAccountBy = async (iss: string) => {
  const jwt = await createServiceJwt({ iss, aud: app.runner.settings.did, lxm: LXM, keypair: key })
  return ask(app, {
    ...{ method: 'POST', target: `/xrpc/${LXM}` },
    headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ handle: 'a.test', email: 'a@mail.internal', password: 'x', did: iss }),
  })
}

/** What makes the program look something up that a stranger names. */
const requests: Record<string, () => Promise<{ status: number }>> = {
  'a client': () => post('/oauth/par', { client_id: `https://${host}/client.json`, ...code }),
  'the keys of a client': () => {
    const id = `https://${host}/has-keys.json`
    return post('/oauth/par', { client_id: id, ...code, ...assertion(id) })
  },
  'an OpenID client': () => {
    const id = `https://${host}/client.json`
    return ask(app, {
      target: `/openid/authorize?${new URLSearchParams({ client_id: id, ...code })}`,
    })
  },
  'the keys of an OpenID client': () => {
    const id = `https://${host}/has-keys.json`
    return post('/openid/token', {
      ...{ grant_type: 'refresh_token', refresh_token: 'none', ...assertion(id) },
    })
  },
  'a document of did:web': () => createAccountBy(`did:web:${host}`),
  'a document of did:plc': () => createAccountBy(`did:plc:${`${hosts}`.padStart(24, 'a')}`),
  'a handle': () => ask(app, { target: `/xrpc/com.atproto.identity.resolveHandle?handle=${host}` }),
}

describe.each(Object.entries(requests))('34. %s', (_, request) => {
  test.each(Object.entries(answers))('that %s is asked for once in a while', async (_, how) => {
    answer = how
    const begun = performance.now()
    const told = await Promise.all(Array.from({ length: 4 }, request))
    for (let n = 0; n < 4; n++) told.push(await request())
    for (const { status } of told) expect(status).toBeGreaterThanOrEqual(400)
    const whiles = Math.ceil((performance.now() - begun) / LOOKUP_AGAIN)
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.length).toBeLessThanOrEqual(whiles)
  })

  test('is asked for again', async () => {
    answer = () => Promise.resolve(new Response(null, { status: 404 }))
    await request()
    const once = asked.length
    const again = async () => {
      await request()
      return asked.length
    }
    await expect.poll(again, { timeout: 60_000 }).toBeGreaterThan(once)
  })
})
