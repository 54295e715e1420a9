import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, type KeyLike, SignJWT } from 'jose'
import { type Dispatcher, Pool } from 'undici'
import { until } from '../world/until.ts'
import * as http from './lean_http.ts'

/** One browser-less OAuth client, as lean as it can be: it shall not be what is measured. */
export type BenchClient = {
  clientId: string
  redirectUri: string
  scope: string
  dispatcher: Dispatcher
  origin: string
  key: KeyLike
  jwk: JWK
  nonce: string
}

export type Answer = { status: number; body: Record<string, unknown> }

/** What a sign-in gives. */
export type Tokens = { accessToken: string; refreshToken: string }

const SCOPE = 'atproto transition:generic'

/** A new DPoP key, as a client of atproto makes one for each sign-in. */
export async function newKey(): Promise<Pick<BenchClient, 'key' | 'jwk'>> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { key: privateKey, jwk: await exportJWK(publicKey) }
}

/** What a client says of itself. */
export function newClient(): Pick<BenchClient, 'clientId' | 'redirectUri' | 'scope'> {
  const redirectUri = 'http://127.0.0.1:9/callback'
  const query = new URLSearchParams({ redirect_uri: redirectUri, scope: SCOPE })
  return { clientId: `http://localhost?${query}`, redirectUri, scope: SCOPE }
}

/**
 * Opens a client and learns the server's nonce.
 *
 * @param keys unless it has a DPoP key of its own
 */
export async function openClient(
  origin: string,
  connections: number,
  keys?: Pick<BenchClient, 'key' | 'jwk'>,
): Promise<BenchClient> {
  const client: BenchClient = {
    ...newClient(),
    dispatcher: new Pool(origin, { connections, pipelining: 1 }),
    origin,
    ...(keys ?? (await newKey())),
    nonce: '',
  }
  // Refused for want of a nonce, and told one (RFC 9449 section 8).
  const isToldNonce = () =>
    push(client).then(
      () => true,
      () => client.nonce !== '',
    )
  await until(isToldNonce, 'The server tells no nonce')
  return client
}

/**
 * POSTs a form with a DPoP proof (RFC 9449), once; the nonce of the answer is kept.
 *
 * @param signal hangs up
 */
export async function send(
  client: BenchClient,
  path: string,
  form: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    dpop: await prove(client, path),
  }
  const body = new URLSearchParams({ client_id: client.clientId, ...form }).toString()
  return post(client, path, { headers, body }, signal)
}

/** Calls an XRPC procedure with an access token (RFC 9449 section 7.1), once; likewise. */
export async function call(
  client: BenchClient,
  path: string,
  accessToken: string,
  input: object,
): Promise<Answer> {
  const ath = createHash('sha256').update(accessToken).digest('base64url')
  return post(client, path, {
    headers: {
      'content-type': 'application/json',
      authorization: `DPoP ${accessToken}`,
      dpop: await prove(client, path, { ath }),
    },
    body: JSON.stringify(input),
  })
}

function prove(client: BenchClient, path: string, claims: { ath?: string } = {}): Promise<string> {
  const { origin, nonce, jwk, key } = client
  const htu = origin + path
  return new SignJWT({ jti: randomUUID(), htm: 'POST', htu, nonce, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .setIssuedAt()
    .sign(key)
}

async function post(
  client: BenchClient,
  path: string,
  message: Pick<http.HttpRequest, 'headers' | 'body'>,
  signal?: AbortSignal,
): Promise<Answer> {
  const request = { method: 'POST', path, ...message } as const
  const { status, headers, body } = await http.send(client.dispatcher, request, signal)
  const nonce = headers['dpop-nonce']
  if (typeof nonce === 'string') client.nonce = nonce
  return { status, body: JSON.parse(body.toString()) }
}

/** A pushed authorization request (RFC 9126) with PKCE. */
export async function push(client: BenchClient): Promise<{ requestUri: string; verifier: string }> {
  const verifier = randomBytes(32).toString('base64url')
  const { status, body } = await send(client, '/oauth/par', {
    response_type: 'code',
    redirect_uri: client.redirectUri,
    scope: client.scope,
    state: randomUUID(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  if (status !== 201) throw new Error(`PAR: ${status} ${JSON.stringify(body)}`)
  return { requestUri: String(body.request_uri), verifier }
}

/** Where the browser goes with a pushed request. */
export function authorizeUrl(client: BenchClient, requestUri: string): string {
  const query = new URLSearchParams({ client_id: client.clientId, request_uri: requestUri })
  return `${client.origin}/oauth/authorize?${query}`
}

/** Exchanges a code for tokens. */
export async function exchange(
  client: BenchClient,
  code: string,
  verifier: string,
): Promise<Tokens> {
  const { status, body } = await send(client, '/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
  })
  if (status !== 200) throw new Error(`code: ${status} ${JSON.stringify(body)}`)
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) }
}

/**
 * Refresh token rotation. Who was silent for minutes has a nonce that is too old, and is answered with another one
 * (RFC 9449 section 8).
 *
 * @returns the next refresh token
 */
export async function refresh(client: BenchClient, refreshToken: string): Promise<string> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const first = await send(client, '/oauth/token', form)
  const { status, body } =
    first.body.error === 'use_dpop_nonce' ? await send(client, '/oauth/token', form) : first
  if (status !== 200) throw new Error(`refresh: ${status} ${JSON.stringify(body)}`)
  return String(body.refresh_token)
}
