import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openidAnswer } from '../../../lab/clients/headless_openid.ts'
import {
  type ClientKey,
  type HostedClient,
  hostWebClient,
  makeClientKey,
} from '../../../lab/clients/hosted_client.ts'
import { registerOpenidClient } from '../../../lab/clients/openid_client.ts'
import { sharedNetwork } from '../../shared/network.ts'
import {
  type Answer,
  Attacker,
  type Change,
  consent,
  type DpopKey,
  makeDpopKey,
  newPerson,
  type Person,
  SCOPE,
  send,
} from '../../shared/people/attacker.ts'

/**
 * One client with one id, one key of its own and one DPoP key has something from both issuers (RFC 9700 section 4.4): of
 * one it is nothing at the other, which spends nothing of it.
 */
const network = sharedNetwork()
const SIDES = ['/oauth', '/openid'] as const
type Side = (typeof SIDES)[number]
const otherOf = (side: Side): Side => (side === '/oauth' ? '/openid' : '/oauth')

let key: ClientKey
let hosted: HostedClient
let attacker: Attacker
let person: Person
let dpop: DpopKey

beforeAll(async () => {
  key = await makeClientKey()
  hosted = await hostWebClient(network.ca, key, SCOPE)
  attacker = new Attacker(network, { ...hosted, key })
  const { client_id: id, scope: _, ...metadata } = hosted.metadata
  await registerOpenidClient(network, { id: String(id), metadata })
  person = await newPerson(network, 'mixed')
})
beforeEach(async () => {
  dpop = await makeDpopKey()
})
afterAll(() => hosted?.close())

const audience = { '/oauth': () => network.url, '/openid': () => `${network.url}/openid` }

/** Asks an endpoint as the client that is right there, but for what is changed. */
async function ask(path: string, fields: Record<string, string>, change: Change = {}) {
  const side = path.startsWith('/oauth') ? '/oauth' : '/openid'
  const assertion = await attacker.assertion({ claims: { aud: audience[side]() } })
  const proof = change.proof ?? (await proofFor(path))
  return attacker.post(path, { ...assertion, ...fields }, dpop, { ...change, proof })
}

/** Nonces are those of one issuer. */
const proofFor = (path: string, claims: Record<string, unknown> = {}) => {
  const nonce = path.startsWith('/openid') ? { nonce: undefined } : {}
  return attacker.proof(path, dpop, { claims: { ...nonce, ...claims } })
}

const SCOPES = { '/oauth': SCOPE, '/openid': 'openid offline_access' }

/** Pushes a request. @returns its `request_uri`, and what its code is exchanged with */
async function push(side: Side) {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const answer = await ask(`${side}/par`, {
    ...{ response_type: 'code', redirect_uri: hosted.redirectUri, scope: SCOPES[side] },
    ...{ state: randomUUID(), code_challenge: challenge, code_challenge_method: 'S256' },
  })
  expect(answer).toMatchObject({ status: 201 })
  return { uri: String(answer.body.request_uri), verifier }
}

const authorizeUrl = (side: Side, uri: string) => {
  const query = new URLSearchParams({ client_id: attacker.clientId, request_uri: uri })
  return `${network.url}${side}/authorize?${query}`
}

/** The form that exchanges a code. */
async function grant(side: Side): Promise<Record<string, string>> {
  const { uri, verifier } = await push(side)
  const url = authorizeUrl(side, uri)
  const code =
    side === '/oauth'
      ? await consent(url, person)
      : (await openidAnswer(person.browser, url, person)).searchParams.get('code')
  const { redirectUri } = hosted
  return {
    ...{ grant_type: 'authorization_code', code: String(code), code_verifier: verifier },
    redirect_uri: redirectUri,
  }
}

type Tokens = { access_token: string; refresh_token: string }

function tokensOf({ status, body }: Answer): Tokens {
  expect([status, body.token_type]).toEqual([200, 'DPoP'])
  return body as unknown as Tokens
}

const refreshing = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token })

/** Asks with an access token. */
async function show(side: Side, token: string) {
  const path = side === '/oauth' ? '/xrpc/com.atproto.server.getSession' : '/openid/userinfo'
  const ath = createHash('sha256').update(token).digest('base64url')
  const proof = await proofFor(path, { htm: 'GET', ath })
  return send(network.url + path, { headers: { authorization: `DPoP ${token}`, dpop: proof } })
}

const SOUND = { status: 200 }
const invalidGrant = { status: 400, body: { error: 'invalid_grant' } }

test.each(SIDES)('codes and tokens of %s', async (side) => {
  const [here, there] = [`${side}/token`, `${otherOf(side)}/token`]
  const code = await grant(side)
  expect(await ask(there, code)).toMatchObject(invalidGrant)
  const first = tokensOf(await ask(here, code))
  expect(await ask(there, refreshing(first.refresh_token))).toMatchObject(invalidGrant)
  for (const token of [first.access_token, first.refresh_token]) {
    expect([400, 401]).toContain((await show(otherOf(side), token)).status)
    expect(await ask(`${otherOf(side)}/revoke`, { token })).toMatchObject(SOUND)
    if (side === '/oauth') {
      const told = await ask('/openid/introspect', { token })
      expect(told).toMatchObject({ ...SOUND, body: { active: false } })
    }
  }
  if (side === '/openid') expect(await show(side, first.access_token)).toMatchObject(SOUND)
  tokensOf(await ask(here, refreshing(first.refresh_token)))
})

test.each(SIDES)('requests that were pushed to %s', async (side) => {
  const { uri } = await push(side)
  const elsewhere = await person.browser.open(authorizeUrl(otherOf(side), uri))
  const { statusCode, headers } = elsewhere
  const isRefused = statusCode === 400 || /error=invalid_request_uri/.test(`${headers.location}`)
  expect([statusCode, headers.location, isRefused]).toEqual([statusCode, headers.location, true])
  const here = await person.browser.open(authorizeUrl(side, uri))
  expect(here.statusCode).toBeLessThan(400)
  for (const seen of [elsewhere, here]) await seen.body.dump()
})

test.each(SIDES)('proofs and assertions for %s', async (side) => {
  const code = await grant(side)
  const [here, there] = [`${side}/token`, `${otherOf(side)}/token`]
  const proof = await proofFor(there)
  const refused = await ask(here, code, { proof })
  expect(refused).toMatchObject({ body: { error: 'invalid_dpop_proof' } })
  const assertion = await attacker.assertion({ claims: { aud: audience[otherOf(side)]() } })
  const unknown = await ask(here, { ...code, ...assertion })
  expect([400, 401]).toContain(unknown.status)
  expect(unknown).toMatchObject({ body: { error: 'invalid_client' } })
  tokensOf(await ask(here, code))
})
