import * as oidc from 'openid-client'
import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { leadsTo, type Seen, type Visitor } from './visitor.ts'

export const PASSWORD = 'correct horse battery'
const REDIRECT = 'https://rp.example.com/callback'

/** `fetch`, answered by the application in this process. */
export function fetchFrom(app: AppInProcess, address = '192.0.2.7'): oidc.CustomFetch {
  return async (url, { method = 'GET', headers, body }) => {
    const { pathname, search } = new URL(url)
    const answer = await app.ask({
      method,
      target: pathname + search,
      headers: Object.fromEntries(new Headers(headers as HeadersInit)),
      body: body == null ? null : String(body),
      address,
    })
    if (!('status' in answer)) throw new Error('no answer')
    const { status, headers: given } = answer
    return new Response(answer.body?.byteLength ? Buffer.from(answer.body) : null, {
      status,
      headers: given,
    })
  }
}

type Registered = { id?: string; metadata?: Record<string, unknown> }

/** Registers a client as the operator does. */
export async function register(
  app: AppInProcess,
  { id = 'forum', metadata = {} }: Registered = {},
): Promise<string | null> {
  const { secret } = await operate(app, 'openid/client-add', {
    id,
    metadata: {
      redirect_uris: [REDIRECT],
      client_name: 'The Forum',
      post_logout_redirect_uris: ['https://rp.example.com/bye'],
      grant_types: ['authorization_code', 'refresh_token'],
      ...metadata,
    },
  })
  return secret
}

/** Asks the operator's API. */
export async function operate(app: AppInProcess, name: string, input: object) {
  const answer = await app.ask({
    method: 'POST',
    target: `/_operator/${name}`,
    headers: {
      authorization: `Bearer ${app.runner.secrets.operatorToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(input),
    address: '127.0.0.1',
  })
  if (!('status' in answer)) throw new Error('no answer')
  const read = JSON.parse(Buffer.from(answer.body ?? '').toString())
  if (answer.status !== 200) throw new Error(read.message)
  return read
}

/** A client of the issuer, by its published metadata. */
export async function discover(
  app: AppInProcess,
  secret: string | null,
  id = 'forum',
): Promise<oidc.Configuration> {
  const issuer = new URL('/openid', app.runner.settings.publicUrl)
  return oidc.discovery(
    issuer,
    id,
    undefined,
    secret === null ? oidc.None() : oidc.ClientSecretBasic(secret),
    { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: fetchFrom(app) },
  )
}

export type Begun = { url: URL; verifier: string; state: string; nonce: string }

/** What the client sends a browser to. */
export async function begin(
  config: oidc.Configuration,
  more: Record<string, string> = {},
): Promise<Begun> {
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  })
  return { url, verifier, state, nonce }
}

/** Goes after redirects of this service. @returns the page, or the answer that leads away, by its `location` */
export async function follow(visitor: Visitor, seen: Seen): Promise<Seen> {
  for (let at = leavingAs(seen); ; at = leavingAs(at)) {
    const to = at.header('location')
    if (to === undefined || isAway(to)) return at
    at = await visitor.open(to.replace(/^https?:\/\/[^/]+/, ''))
  }
}

/** The page that leads on behind a form, as a redirect. */
function leavingAs(seen: Seen): Seen {
  const to = leadsTo(seen)
  return { ...seen, header: (name) => (name === 'location' && to) || seen.header(name) }
}

const isAway = (to: string) => !/^(\/|http:\/\/localhost:2600\/)/.test(to)

/** Opens the client's address in a browser. */
export async function open(visitor: Visitor, { url }: Pick<Begun, 'url'>): Promise<Seen> {
  return follow(visitor, await visitor.open(url.pathname + url.search))
}

/** Where a page leads on to if its person wants to; null where it leads nowhere. */
export function linkOf({ text }: Seen): string | null {
  const [, href = null] = /<a class="button primary wide" href="([^"]*)"/.exec(text) ?? []
  return href?.replaceAll('&amp;', '&') ?? null
}

/** Signs in on the page that asks for it. */
export async function signIn(
  visitor: Visitor,
  page: Seen,
  username = 'alice.test',
  more: Record<string, string> = {},
): Promise<Seen> {
  const fields = { username, password: PASSWORD, ...more }
  return follow(visitor, await visitor.send(page, fields))
}

/** Consents on the page that asks for it. */
export async function allow(visitor: Visitor, page: Seen, more: Record<string, string> = {}) {
  return follow(visitor, await visitor.send(page, { decision: 'allow', ...more }))
}

/** The tokens for the answer that a browser brings back. */
export async function exchange(
  config: oidc.Configuration,
  { verifier, state, nonce }: Begun,
  answer: Seen,
) {
  return oidc.authorizationCodeGrant(config, new URL(answer.header('location') ?? ''), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
  })
}

/** Has a client register itself (RFC 7591), or change itself (RFC 7592). */
export async function manage(
  app: AppInProcess,
  method: 'POST' | 'GET' | 'PUT' | 'DELETE',
  { target = '/openid/register', token, body, address = '192.0.2.7' }: Managing = {},
) {
  const answer = await app.ask({
    ...{ method, target, address },
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!('status' in answer)) throw new Error('no answer')
  const text = Buffer.from(answer.body ?? '').toString()
  return {
    status: answer.status,
    headers: new Map(answer.headers),
    body: text ? JSON.parse(text) : null,
  }
}

type Managing = { target?: string; token?: string; body?: object; address?: string }
