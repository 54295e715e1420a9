import { randomBytes } from 'node:crypto'
import { ServerResponse } from 'node:http'
import { OAuthProvider } from '@atproto/oauth-provider/provider'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { upsertClient } from '../../database/flow/client.ts'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type ClientKey, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import {
  Attacker,
  type Change,
  type DpopKey,
  makeDpopKey,
  refreshed,
  SCOPE,
  type Session,
} from '../shared/people/attacker.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { signInOnPage, signInToApp } from '../sign_in/oauth_session.ts'

/** An `Accept` that the provider's own endpoints take, and they alone. */
const TO_THE_PROVIDER = 'application/json;q=0.9'
/** What reaches those endpoints is answered over a socket. */
const sockets = vi.spyOn(ServerResponse.prototype, 'assignSocket')
/** What may be done once with an assertion. */
const authenticated = vi.spyOn(
  OAuthProvider.prototype as unknown as { authenticateClient(): unknown },
  'authenticateClient',
)

const alice = { handle: 'alice.test', email: 'alice@mail.internal', password: 'a good password' }
/** A client that proves who it is. */
const PROVEN = 'https://web.vestibule.internal'
const OF_PROVEN = { clientId: PROVEN, redirectUri: `${PROVEN}/callback` }
const ELSEWHERE = 'https://elsewhere.example/callback'
const NOBODY = 'https://nobody.example/client.json'
const NO_URL = 'http://1m7.0.0.1/callback'
const FORM_IN_UTF8 = 'application/x-www-form-urlencoded; charset=UTF-8'
let app: AppInProcess
let did: string
let visitor: Visitor
let clientKey: ClientKey
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  did = await app.addAccount(alice)
  clientKey = await makeClientKey()
  const { kty, crv, x, y } = clientKey.privateJwk
  const metadata = {
    client_id: PROVEN,
    redirect_uris: [OF_PROVEN.redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: SCOPE,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ kty, crv, x, y, kid: clientKey.kid, alg: 'ES256', use: 'sig' }] },
    application_type: 'web',
    dpop_bound_access_tokens: true,
  }
  upsertClient(app.flow, PROVEN, JSON.stringify(metadata))
  visitor = new Visitor(app)
  await signInOnPage(visitor, alice)
})
afterAll(() => app?.close())

/** A client, one that proves who it is, and the answer that either was given last, as it was sent. */
function newClient(accept?: string) {
  let last: ResponseEnvelope | null = null
  const fetch: typeof globalThis.fetch = async (...args) => {
    const request = new Request(...args)
    const { pathname, search } = new URL(request.url)
    const headers: [string, string][] = [...request.headers]
    if (accept) headers.push(['accept', accept])
    sockets.mockClear()
    authenticated.mockClear()
    const body = await request.text()
    last = (await app.ask({
      ...{ method: request.method, target: pathname + search, headers, body },
    })) as ResponseEnvelope
    const { status, headers: given } = last
    return new Response(Buffer.from(last.body ?? ''), { status, headers: given })
  }
  const at = { url: app.runner.settings.publicUrl, fetch }
  const client = new Attacker(at)
  const proven = new Attacker(at, { ...OF_PROVEN, key: clientKey })
  return { client, proven, last: () => last as ResponseEnvelope }
}
type Client = ReturnType<typeof newClient>

/** What tells two answers apart; of a secret, how long it is. */
function toldBy({ status, headers, body }: ResponseEnvelope) {
  const said = JSON.parse(String(body)) as Record<string, unknown>
  const isSecret = (name: string) => /_token$|^request_uri$/.test(name)
  const told = (name: string, value: unknown) =>
    isSecret(name) ? String(value).length : name === 'expires_in' ? typeof value : value
  return {
    status,
    headers: headers.map(([name, value]) => (name === 'dpop-nonce' ? [name] : [name, value])),
    body: Object.entries(said).map(([name, value]) => [name, told(name, value)]),
  }
}

type Ready = { client: Attacker; proven: Attacker; key: DpopKey; session: Session }

/** Each way an app asks the three endpoints. */
const ASKED: Record<string, (ready: Ready) => Promise<unknown>> = {
  'a pushed request': ({ client, key }) => client.push(key),
  'a pushed request in UTF-8, which it says': ({ client, key }) =>
    client.push(key, { headers: { 'content-type': FORM_IN_UTF8 } }),
  'a pushed request of a client that proves who it is': ({ proven, key }) => proven.push(key),
  'a pushed request of it that leads elsewhere': ({ proven, key }) =>
    proven.push(key, { fields: { redirect_uri: ELSEWHERE } }),
  'a pushed request with two proofs': async ({ client, key }) => {
    const proofs = [await client.proof('/oauth/par', key), await client.proof('/oauth/par', key)]
    return client.push(key, { proof: proofs.join(', ') })
  },
  'a pushed request as JSON': ({ client, key }) => client.push(key, { json: true }),
  'a pushed request of no client': ({ client, key }) => client.push(key, without('client_id')),
  'a pushed request without a state': ({ client, key }) => client.push(key, without('state')),
  'a pushed request of an unknown type': ({ client, key }) =>
    client.push(key, { fields: { response_type: 'nothing' } }),
  'a pushed request that leads to no URL': ({ client, key }) =>
    client.push(key, { fields: { redirect_uri: NO_URL } }),
  'a proof without a nonce': ({ client, key }) =>
    client.push(key, { proof: { claims: { nonce: undefined } } }),
  'a proof of another address': ({ client, key }) =>
    client.push(key, { proof: { claims: { htu: 'https://elsewhere.example/oauth/par' } } }),
  'no proof': ({ client, session }) => client.refresh(session, { proof: null }),
  'a refresh': ({ client, session }) => client.refresh(session),
  'a refresh with another key': async ({ client, session }) =>
    client.refresh({ ...session, key: await makeDpopKey() }),
  'a refresh of an app that is not known': ({ client, session }) =>
    client.refresh(session, { fields: { client_id: NOBODY } }),
  'a refresh with no token of this service': ({ client, session }) =>
    client.refresh({ ...session, refreshToken: 'ref-none' }),
  'a refresh token that was used before': async ({ client, session }) => {
    await refreshed(client, await refreshed(client, session))
    return client.refresh(session)
  },
  'no grant': ({ client, session }) => client.refresh(session, without('grant_type')),
  'a code for no URL': ({ client, key }) =>
    client.exchange(
      { code: 'cod-none', verifier: 'none', key },
      { fields: { redirect_uri: NO_URL } },
    ),
  'a code that is none': ({ client, key }) =>
    client.exchange({ code: 'cod-none', verifier: randomBytes(32).toString('base64url'), key }),
  'a revocation': ({ client, session }) => client.revoke(session),
  'a revocation without a proof': ({ client, session }) => client.revoke(session, { proof: null }),
  'a revocation of an app that is not known': ({ client, session }) =>
    client.revoke(session, { fields: { client_id: NOBODY } }),
  'a revocation of nothing': ({ client, session }) => client.revoke(session, without('token')),
  'a revocation of what is no token': ({ client, session }) =>
    client.revoke({ ...session, refreshToken: 'nothing' }),
}

/** Those that succeed and come in the usual form; to revoke what is no token succeeds (RFC 7009 section 2.2). */
const USUAL = [
  'a pushed request in UTF-8, which it says',
  'a pushed request of a client that proves who it is',
  ...['a pushed request', 'a refresh', 'a revocation', 'a revocation without a proof'],
  'a revocation of what is no token',
]

const without = (name: string): Change => ({ fields: { [name]: undefined } })

async function ready({ client, proven }: Client): Promise<Ready> {
  const session = await signInToApp(visitor, client, did)
  return { client, proven, key: await makeDpopKey(), session }
}

test.each(Object.keys(ASKED))('%s is answered as by the provider’s endpoint', async (name) => {
  const [here, there] = [newClient(), newClient(TO_THE_PROVIDER)]
  const ask = ASKED[name] as (typeof ASKED)[string]
  await ask(await ready(here))
  const wasThere = sockets.mock.calls.length
  const times = authenticated.mock.calls.length
  await ask(await ready(there))
  expect(toldBy(here.last())).toEqual(toldBy(there.last()))
  expect(authenticated).toHaveBeenCalledTimes(times)
  if (USUAL.includes(name)) expect([wasThere, sockets.mock.calls.length]).toEqual([0, 1])
  else expect(sockets.mock.calls).toHaveLength(wasThere)
})

test('an exchange is answered as by the provider’s endpoint', async () => {
  const answers: unknown[] = []
  for (const one of [newClient(), newClient(TO_THE_PROVIDER)]) {
    await signInToApp(visitor, one.client, did)
    answers.push(toldBy(one.last()))
  }
  expect(answers[0]).toEqual(answers[1])
})

test('a proof that was shown before is refused by both', async () => {
  for (const { client, last } of [newClient(), newClient(TO_THE_PROVIDER)]) {
    const key = await makeDpopKey()
    const proof = await client.proof('/oauth/par', key)
    await client.push(key, { proof })
    expect(last().status).toBe(201)
    await client.push(key, { proof })
    expect(String(last().body)).toContain('DPoP proof replayed')
  }
})
