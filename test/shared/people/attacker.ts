import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, type KeyLike, SignJWT } from 'jose'
import { type HeadlessBrowser, newHeadlessBrowser } from '../../../lab/clients/headless_browser.ts'
import {
  type Credentials,
  headlessSignUp,
  newCredentials,
} from '../../../lab/clients/headless_sign_in.ts'
import type { ClientKey } from '../../../lab/clients/hosted_client.ts'
import { loopbackClientId } from '../../../lab/clients/oauth_app.ts'
import type { Peer } from '../../../lab/world/loopback.ts'

export const SCOPE = 'atproto transition:generic'
const REDIRECT_URI = 'http://127.0.0.1/callback'

/** The body is parsed where it is JSON, else text. */
export type Answer = { status: number; headers: Headers; body: Record<string, unknown> & string }

type Fetch = typeof globalThis.fetch

export type DpopKey = { privateKey: KeyLike; jwk: JWK }

/** What an attack changes about a DPoP proof; `undefined` leaves a claim out. */
export type ProofChange = {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  signedBy?: KeyLike
}

/** What an attack changes about a request. */
export type Change = {
  /** Fields to set; `undefined` leaves one out. */
  fields?: Record<string, string | undefined>
  /** More fields, after the others. */
  more?: [string, string][]
  proof?: ProofChange | string | null
  headers?: Record<string, string>
  json?: boolean
}

/** A consented request whose code was not exchanged yet. */
export type Grant = { code: string; verifier: string; key: DpopKey }
export type Session = { accessToken: string; refreshToken: string; key: DpopKey }

export async function makeDpopKey(): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { privateKey, jwk: await exportJWK(publicKey) }
}

/** Where people sign in. */
type Entryway = Pick<Peer, 'url'>

/** Somebody who is signed in on a browser, so that a login takes no password. */
export type Person = Credentials & { did: string; browser: HeadlessBrowser }

export async function newPerson(network: Entryway, name: string): Promise<Person> {
  const credentials = newCredentials(name)
  const browser = newHeadlessBrowser(network.url)
  const did = await headlessSignUp(network.url, credentials)
  await signInOnPage(network, browser, credentials)
  return { ...credentials, did, browser }
}

export async function signInOnPage(
  network: Entryway,
  browser: HeadlessBrowser,
  { handle, password }: Credentials,
): Promise<void> {
  const input = { locale: 'en', username: handle, password }
  await browser.callApi(`${network.url}/account`, 'sign-in', input)
}

/** A client that can do everything right, and everything wrong. */
export class Attacker {
  readonly #origin: string
  readonly clientId: string
  readonly redirectUri: string
  readonly #clientKey: ClientKey | undefined
  readonly #fetch: Fetch
  #nonce = ''

  /** Without options, a loopback client. */
  constructor(
    { url, fetch = globalThis.fetch }: { url: string; fetch?: Fetch },
    options?: { clientId: string; redirectUri: string; key?: ClientKey },
  ) {
    this.#origin = url
    this.#fetch = fetch
    this.clientId = options?.clientId ?? loopbackClientId(REDIRECT_URI, SCOPE)
    this.redirectUri = options?.redirectUri ?? REDIRECT_URI
    this.#clientKey = options?.key
  }

  /** A nonce that the server takes at the moment. */
  async nonce(): Promise<string> {
    if (!this.#nonce) {
      const body = new URLSearchParams({ state: 'none' })
      const { headers } = await this.#fetch(`${this.#origin}/oauth/par`, { method: 'POST', body })
      this.#nonce = headers.get('dpop-nonce') ?? ''
    }
    return this.#nonce
  }

  /** A DPoP proof (RFC 9449 section 4.2), with what the attack changes about it. */
  async proof(path: string, key: DpopKey, change: ProofChange = {}): Promise<string> {
    const claims = {
      jti: randomUUID(),
      htm: 'POST',
      htu: `${this.#origin}${path}`,
      iat: Math.floor(Date.now() / 1_000),
      nonce: await this.nonce(),
      ...change.claims,
    }
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...change.header }
    return new SignJWT(claims).setProtectedHeader(header).sign(change.signedBy ?? key.privateKey)
  }

  /** A client assertion (RFC 7523), with what the attack changes about it. */
  async assertion(change: ProofChange = {}): Promise<Record<string, string>> {
    const key = this.#clientKey as ClientKey
    const now = Math.floor(Date.now() / 1_000)
    const claims = {
      iss: this.clientId,
      sub: this.clientId,
      aud: this.#origin,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
      ...change.claims,
    }
    const header = { alg: 'ES256', kid: key.kid, ...change.header }
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT(claims)
        .setProtectedHeader(header)
        .sign(change.signedBy ?? key.key),
    }
  }

  /** Sends a form with a DPoP proof to one of the endpoints; once more where a slow machine outlasted the nonce. */
  async post(
    path: string,
    fields: Record<string, string | undefined>,
    key: DpopKey,
    change: Change = {},
  ): Promise<Answer> {
    const answer = await this.#post(path, fields, key, change)
    if (answer.body.error !== 'use_dpop_nonce' || hasOwnNonce(change)) return answer
    this.#nonce = answer.headers.get('dpop-nonce') ?? ''
    return this.#post(path, fields, key, change)
  }

  async #post(
    path: string,
    fields: Record<string, string | undefined>,
    key: DpopKey,
    change: Change,
  ): Promise<Answer> {
    const assertion = this.#clientKey ? await this.assertion() : {}
    const given = { client_id: this.clientId, ...assertion, ...fields, ...change.fields }
    const pairs = Object.entries(given).filter(([, value]) => value !== undefined) as [
      string,
      string,
    ][]
    const proof =
      change.proof === null || typeof change.proof === 'string'
        ? change.proof
        : await this.proof(path, key, change.proof)
    const all = [...pairs, ...(change.more ?? [])]
    const init = {
      method: 'POST',
      headers: {
        'content-type': change.json ? 'application/json' : 'application/x-www-form-urlencoded',
        ...(proof === null ? {} : { dpop: proof }),
        ...change.headers,
      },
      body: change.json ? toJson(all) : String(new URLSearchParams(all)),
    }
    return send(`${this.#origin}${path}`, init, this.#fetch)
  }

  /** Pushes an authorization request (RFC 9126). */
  async push(
    key: DpopKey,
    change: Change = {},
    verifier = randomBytes(32).toString('base64url'),
  ): Promise<Answer> {
    const fields = {
      response_type: 'code',
      redirect_uri: this.redirectUri,
      scope: SCOPE,
      state: randomUUID(),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }
    return this.post('/oauth/par', fields, key, change)
  }

  authorizeUrl(requestUri: unknown): string {
    const query = { client_id: this.clientId, request_uri: String(requestUri) }
    return `${this.#origin}/oauth/authorize?${new URLSearchParams(query)}`
  }

  /** Takes a request through to the code. */
  async grant(person: Person, key?: DpopKey): Promise<Grant> {
    const own = key ?? (await makeDpopKey())
    const verifier = randomBytes(32).toString('base64url')
    const pushed = await this.push(own, {}, verifier)
    const code = await consent(this.authorizeUrl(pushed.body.request_uri), person)
    return { code, verifier, key: own }
  }

  async exchange({ code, verifier, key }: Grant, change: Change = {}): Promise<Answer> {
    const fields = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: this.redirectUri,
    }
    return this.post('/oauth/token', fields, key, change)
  }

  async signIn(person: Person): Promise<Session> {
    const grant = await this.grant(person)
    return toSession(await this.exchange(grant), grant.key)
  }

  async refresh({ refreshToken, key }: Session, change: Change = {}): Promise<Answer> {
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken }
    return this.post('/oauth/token', fields, key, change)
  }

  async revoke({ refreshToken, key }: Session, change: Change = {}): Promise<Answer> {
    return this.post('/oauth/revoke', { token: refreshToken }, key, change)
  }
}

/** Whether an attack brings a nonce, or none, for itself. */
function hasOwnNonce({ proof }: Change): boolean {
  return proof === null || typeof proof === 'string' || 'nonce' in (proof?.claims ?? {})
}

/** Consents on a browser where the person is signed in. @returns the code */
export async function consent(url: string, { browser, did }: Person): Promise<string> {
  const page = await browser.open(url)
  await page.body.dump()
  const answer = await browser.callApi<{ url: string }>(url, 'consent', { did })
  const code = new URL(answer.url).searchParams.get('code')
  if (!code) throw new Error(`No code: ${answer.url}`)
  return code
}

export function toSession({ status, body }: Answer, key: DpopKey): Session {
  if (status !== 200) throw new Error(JSON.stringify(body))
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token), key }
}

/** The session after a refresh that worked. */
export async function refreshed(
  attacker: Attacker,
  session: Session,
  change?: Change,
): Promise<Session> {
  return toSession(await attacker.refresh(session, change), session.key)
}

export async function send(
  url: string,
  init: RequestInit = {},
  fetch: Fetch = globalThis.fetch,
): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  const body = isJson && text ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

/** JSON in which names may be there twice. */
function toJson(pairs: [string, string][]): string {
  return `{${pairs.map((pair) => pair.map((part) => JSON.stringify(part)).join(':')).join(',')}}`
}
