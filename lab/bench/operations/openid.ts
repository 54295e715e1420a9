import { newHeadlessBrowser } from '../../clients/headless_browser.ts'
import * as openidClient from '../../clients/headless_openid.ts'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import { connect, succeed } from '../../clients/lean_http.ts'
import { counts, each, type Lane, type Operation } from './operation.ts'

type Asked = { dispatcher: ReturnType<typeof connect>; path: string }

/** Somebody who is signed in at a provider, in a browser of their own. */
type Visitor = { code(): Promise<string> }

/** So few that the provider alone, which keeps a thousand things in memory, still has each code when it comes. */
const exchanged = counts(200, 240)
/** Made before the clock runs: lanes are not equally fast. */
const codesALane = (inFlight: number) => Math.ceil((1.3 * exchanged(inFlight)) / inFlight) + 2

/** What an OpenID client asks. `address` is the issuer. */
export const openid: Operation[] = [
  {
    name: 'OpenID code exchange',
    durable: true,
    count: exchanged,
    lanes: (_, people, inFlight, address) =>
      each(people.slice(0, inFlight), async (person) => {
        const visitor = await signedIn(address, person)
        const ask = asking(address)
        const codes: string[] = []
        while (codes.length < codesALane(inFlight)) codes.push(await visitor.code())
        return async () => {
          await ask('/token', openidClient.codeForm(codes.pop() ?? (await visitor.code())))
        }
      }),
  },
  {
    name: 'OpenID refresh',
    durable: true,
    count: counts(300, 960),
    lanes: (_, people, inFlight, address) =>
      each(people.slice(0, inFlight), async (person) => {
        let { refresh_token: token } = await tokensOf(address, person)
        const ask = asking(address)
        return async () => {
          const answer = await ask('/token', openidClient.refreshForm(token))
          token = JSON.parse(answer.toString()).refresh_token
        }
      }),
  },
  asked('OpenID userinfo', ({ dispatcher, path }, token) => async () => {
    const headers = { authorization: `Bearer ${token}` }
    await succeed(dispatcher, { method: 'GET', path: `${path}/userinfo`, headers })
  }),
  asked('OpenID introspection', (provider, token) => async () => {
    await post(provider, '/introspect', { token, client_id: openidClient.OPENID_CLIENT.id })
  }),
]

/** An operation with an access token, which stays good. */
function asked(name: string, lane: (provider: Asked, token: string) => Lane): Operation {
  return {
    ...{ name, durable: false, count: counts(600, 1_600) },
    lanes: (_, people, inFlight, address) =>
      each(people.slice(0, inFlight), async (person) => {
        const { access_token: token } = await tokensOf(address, person)
        return lane(providerAt(address), token)
      }),
  }
}

/** Who is signed in from one run to the next. */
const visitors = new Map<string, Promise<Visitor>>()

function signedIn(issuer: string, person: Credentials): Promise<Visitor> {
  const name = `${issuer} ${person.handle}`
  const visitor = visitors.get(name) ?? signIn(issuer, person)
  visitors.set(name, visitor)
  return visitor
}

async function signIn(issuer: string, person: Credentials): Promise<Visitor> {
  const browser = newHeadlessBrowser(new URL(issuer).origin)
  const code = () => openidClient.openidCode(browser, issuer, person)
  await code()
  return { code }
}

async function tokensOf(issuer: string, person: Credentials): Promise<openidClient.OpenidTokens> {
  const visitor = await signedIn(issuer, person)
  return openidClient.openidTokens(issuer, openidClient.codeForm(await visitor.code()))
}

function providerAt(issuer: string): Asked {
  const { origin, pathname } = new URL(issuer)
  return { dispatcher: connect(origin), path: pathname.replace(/\/$/, '') }
}

function asking(issuer: string) {
  const asked = providerAt(issuer)
  return (endpoint: string, form: Record<string, string>) => post(asked, endpoint, form)
}

function post({ dispatcher, path }: Asked, endpoint: string, form: Record<string, string>) {
  return succeed(dispatcher, {
    method: 'POST',
    path: path + endpoint,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
}
