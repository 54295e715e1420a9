import { createHash } from 'node:crypto'
import { type HeadlessBrowser, HeadlessError } from './headless_browser.ts'
import { type Credentials, readForm } from './headless_sign_in.ts'

/** The grant of a device (RFC 8628 section 3.4). */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** A client of the OpenID provider that has no secret, as the operator registers it. */
export const OPENID_CLIENT = {
  id: 'lab',
  metadata: {
    ...{ client_name: 'The lab', token_endpoint_auth_method: 'none' },
    redirect_uris: ['https://rp.vestibule.internal/callback'],
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
  },
}

export const OPENID_SCOPE = 'openid profile email'
const [REDIRECT = ''] = OPENID_CLIENT.metadata.redirect_uris
const VERIFIER = 'v'.repeat(43)

export type OpenidTokens = { access_token: string; refresh_token: string }

/**
 * Goes to an OpenID provider for a code, in a browser that may be signed in there: over its pages, as far as it
 * shows some.
 *
 * @param issuer its endpoints are below
 * @throws {HeadlessError}
 */
export async function openidCode(
  browser: HeadlessBrowser,
  issuer: string,
  person: Credentials,
): Promise<string> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: OPENID_CLIENT.id, redirect_uri: REDIRECT },
    ...{ scope: OPENID_SCOPE, code_challenge_method: 'S256', login_hint: person.handle },
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  })
  const answer = await openidAnswer(browser, `${issuer}/authorize?${query}`, person)
  return answer.searchParams.get('code') ?? ''
}

/**
 * Goes over the pages of an OpenID provider, as far as it shows some.
 *
 * @param url where a client sends the browser
 * @returns where that comes back to
 * @throws {HeadlessError}
 */
export async function openidAnswer(
  browser: HeadlessBrowser,
  url: string,
  { handle: username, password }: Credentials,
): Promise<URL> {
  const { origin } = new URL(url)
  let answer = await browser.open(url)
  for (;;) {
    const { statusCode, headers } = answer
    const text = await answer.body.text()
    // A page leads on behind a form.
    const to = headers.location ?? String(headers.refresh ?? '').split('url=')[1]
    if (to !== undefined) {
      const next = new URL(String(to), origin)
      if (next.origin !== origin) return next
      answer = await browser.open(next.href, origin)
      continue
    }
    const form = readForm(text)
    if (!form || statusCode >= 400) throw new HeadlessError(statusCode, text)
    const isSignIn = text.includes('id="password"')
    const entered: Record<string, string> = isSignIn
      ? { username, password }
      : { decision: 'allow', email: 'on' }
    answer = await browser.post(`${origin}/account`, form.action, { form: form.sealed, ...entered })
  }
}

/** What the token endpoint is asked for a code. */
export const codeForm = (code: string) => ({
  ...{ grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: REDIRECT },
  client_id: OPENID_CLIENT.id,
})

/** The same for a refresh token. */
export const refreshForm = (token: string) => ({
  ...{ grant_type: 'refresh_token', refresh_token: token, client_id: OPENID_CLIENT.id },
})

/** Asks the token endpoint. @throws {HeadlessError} with its answer when that is no success */
export async function openidTokens(
  issuer: string,
  form: Record<string, string>,
): Promise<OpenidTokens> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  if (!response.ok) throw new HeadlessError(response.status, text)
  return JSON.parse(text)
}
