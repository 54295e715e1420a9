import { newHeadlessBrowser } from './headless_browser.ts'
import { type Credentials, headlessSignIn } from './headless_sign_in.ts'
import { authorizeUrl, type BenchClient, exchange, push, type Tokens } from './lean_client.ts'

/** PAR, authorize page, sign-in, consent, code, token. */
export async function signIn(client: BenchClient, person: Credentials): Promise<Tokens> {
  const { requestUri, verifier } = await push(client)
  const callback = await headlessSignIn(authorizeUrl(client, requestUri), person)
  return exchange(client, callback.searchParams.get('code') ?? '', verifier)
}

/**
 * Signs in with the password once, on a device that remembers it; each further session takes only
 * a consent, a quarter of the time.
 *
 * @returns the refresh tokens of `count` sessions
 */
export async function signInRemembered(
  client: BenchClient,
  person: Credentials,
  count: number,
): Promise<string[]> {
  const device = newHeadlessBrowser(client.origin)
  const tokens: string[] = []
  let did: string | undefined
  while (tokens.length < count) {
    const { requestUri, verifier } = await push(client)
    const page = authorizeUrl(client, requestUri)
    await (await device.open(page)).body.dump()
    if (!did) {
      const { account } = await device.callApi<{ account: { did: string } }>(page, 'sign-in', {
        locale: 'en',
        username: person.handle,
        password: person.password,
        remember: true,
      })
      did = account.did
    }
    const consent = await device.callApi<{ url: string }>(page, 'consent', { did })
    const redirect = await device.open(consent.url, page)
    await redirect.body.dump()
    const code = new URL(String(redirect.headers.location)).searchParams.get('code') ?? ''
    tokens.push((await exchange(client, code, verifier)).refreshToken)
  }
  return tokens
}
