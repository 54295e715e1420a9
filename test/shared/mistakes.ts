import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const CALLBACK = 'http://127.0.0.1:2700/callback'
export const CLIENT_ID = `http://localhost?${new URLSearchParams({ redirect_uri: CALLBACK })}`
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
export const JSON_BODY = { 'content-type': 'application/json' }

/** A pushed authorization request in which all is right. */
export const REQUEST = {
  client_id: CLIENT_ID,
  response_type: 'code',
  redirect_uri: CALLBACK,
  scope: 'atproto',
  state: 'a state',
  code_challenge: 'a'.repeat(43),
  code_challenge_method: 'S256',
}

export const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
export const without = (name: keyof typeof REQUEST) =>
  Object.fromEntries(Object.entries(REQUEST).filter(([given]) => given !== name))

/** A call of an app that does something wrong. */
export type Mistake = {
  /** What `docs/apps.md` calls it. */
  what: string
  method?: string
  endpoint: string
  headers?: Record<string, string>
  body?: string
}

const { privateKey, publicKey } = await generateKeyPair('ES256')
const jwk = await exportJWK(publicKey)

/** A DPoP proof for the token endpoint of `origin`. */
async function proof(origin: string, claims: Record<string, unknown>): Promise<{ dpop: string }> {
  const usual = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${origin}/oauth/token`,
    iat: Math.floor(Date.now() / 1_000),
  }
  const dpop = await new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .sign(privateKey)
  return { dpop }
}

/**
 * What developers do wrong.
 *
 * @param nonce one that the server gave
 */
export async function usualMistakes(origin: string, nonce: string): Promise<Mistake[]> {
  const par = (what: string, fields: Record<string, string>, more = ''): Mistake => ({
    what,
    endpoint: '/oauth/par',
    headers: FORM,
    body: form(fields) + more,
  })
  const code = { grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: CALLBACK }
  const token = (what: string, headers: object, fields: Record<string, string>): Mistake => ({
    what,
    endpoint: '/oauth/token',
    headers: { ...FORM, ...headers },
    body: form(fields),
  })
  const exchange = { ...code, code: `cod-${'0'.repeat(64)}`, code_verifier: 'a'.repeat(43) }
  const hour = Math.floor(Date.now() / 1_000) + 3_600
  return [
    { what: 'GET instead of POST', method: 'GET', endpoint: '/oauth/par' },
    { what: 'no `Content-Type`', endpoint: '/oauth/par', body: form(REQUEST) },
    { what: 'a form labelled as JSON', endpoint: '/oauth/par', headers: JSON_BODY, body: 'a=b' },
    par('a parameter twice', REQUEST, '&scope=atproto'),
    par('no `response_type`', without('response_type')),
    par('a `redirect_uri` that the metadata do not list', {
      ...REQUEST,
      redirect_uri: 'https://app.example.com/cb',
    }),
    par('no PKCE', without('code_challenge')),
    par('PKCE with `plain`', { ...REQUEST, code_challenge_method: 'plain' }),
    par('a `code_challenge` in hexadecimal', { ...REQUEST, code_challenge: 'a0'.repeat(32) }),
    par('a scope without `atproto`', { ...REQUEST, scope: 'transition:generic' }),
    par('a scope that the metadata do not list', { ...REQUEST, scope: 'atproto transition:email' }),
    par('no `state`', without('state')),
    par('a `request_uri` at PAR', { ...REQUEST, request_uri: 'urn:example' }),
    par('a client without metadata', { ...REQUEST, client_id: 'an-app' }),
    token('no `client_id`', {}, { ...exchange, client_id: '' }),
    token('no `grant_type`', {}, { ...exchange, grant_type: '' }),
    token('a grant that there is not', {}, { ...exchange, grant_type: 'client_credentials' }),
    token('no DPoP proof', {}, exchange),
    token('a proof without a nonce', await proof(origin, {}), exchange),
    token(
      'a proof for another URL',
      await proof(origin, { nonce, htu: `${origin}/oauth/par` }),
      exchange,
    ),
    token('a clock that is an hour ahead', await proof(origin, { nonce, iat: hour }), exchange),
    token(
      'a code that was used, has expired, or never was',
      await proof(origin, { nonce }),
      exchange,
    ),
    token('a refresh token that is none of this server', await proof(origin, { nonce }), {
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: 'ref-unknown',
    }),
  ]
}
