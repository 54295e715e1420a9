import { AtpAgent } from '@atproto/api'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enterPassword, grant } from '../../lab/clients/browser_steps.ts'
import {
  addFactors,
  type Factors,
  nextTotpCode,
  stepsOf,
  WAYS,
  type Way,
} from '../../lab/clients/headless_factors.ts'
import {
  type Credentials,
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { hostBrowserApp } from '../../lab/clients/host_browser_app.ts'
import { hostNativeClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { makeNodeClient } from '../../lab/clients/node_client.ts'
import { discoverApp } from '../../lab/clients/oauth_app.ts'
import { finishLogin, startLogin } from '../../lab/clients/oauth_session.ts'
import { startSignInProxy } from '../../lab/clients/sign_in_proxy.ts'
import {
  addAuthenticator,
  synced,
  type VirtualAuthenticator,
  withoutAutofill,
} from '../../lab/clients/virtual_authenticator.ts'
import { startWaitingServer } from '../../lab/clients/waiting_server.ts'
import { startTogether } from '../../lab/world/together.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sharedNetwork } from '../shared/network.ts'
import { button, title } from '../shared/pages/on_page.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/** Every kind of app, and every way to sign in. */
const SHAPES = [
  'confidential web app',
  'session gateway',
  'native app',
  'waiting server',
  'sign-in proxy',
  'browser-only app',
] as const
type Shape = (typeof SHAPES)[number]

const SCOPE = 'atproto transition:generic'

type Person = Credentials & { did: string; factors: Factors }
type SignIn = (way: Way, person: Person) => Promise<string | undefined>
type World = { apps: Record<Shape, SignIn>; close(): Promise<void> }
const network = sharedNetwork()
const browser = sharedBrowser()
let world: World
/** One for each, since an authenticator has one code in half a minute. */
const people = new Map<Shape | 'PDS', Person>()

beforeAll(async () => {
  world = await startWorld()
  for (const of of [...SHAPES, 'PDS'] as const) people.set(of, await newPerson())
})
afterAll(() => world?.close())

const somebody = (of: Shape | 'PDS') => people.get(of) as Person
const mailed = async ({ email }: Person, send: () => Promise<unknown>) =>
  (await codeSentBy(network.smtp, email, send)).code

/** Somebody with all factors. */
async function newPerson(): Promise<Person> {
  const { url, smtp } = network
  const person = newCredentials('fae')
  const did = await headlessSignUp(url, person)
  const agent = new AtpAgent({ service: url })
  await agent.login({ identifier: did, password: person.password })
  const { server } = agent.com.atproto
  const { email } = person
  const { code } = await codeSentBy(smtp, email, () => server.requestEmailConfirmation())
  await server.confirmEmail({ email, token: code })
  const factors = await addFactors(url, { username: did, password: person.password })
  await server.updateEmail({ email, emailAuthFactor: true })
  return { ...person, did, factors }
}

async function startWorld(): Promise<World> {
  return startTogether('The world of all apps', async (keep) => {
    const { ca, pds, plc, url } = network
    const onPages = (at: string, way: Way, person: Person) =>
      headlessSignIn(at, person, {
        steps: stepsOf(way, person, person.factors, (send) => mailed(person, send)),
      })

    const key = await makeClientKey()
    const web = keep(await hostWebClient(ca, key, SCOPE))
    const servers = { handleResolver: url, plcUrl: plc.url }
    const node = async (): Promise<SignIn> => {
      const { client } = await makeNodeClient(web, key, servers)
      return async (way, person) => {
        const { href } = await client.authorize(pds.url)
        const { searchParams } = await onPages(href, way, person)
        return (await client.callback(searchParams)).session.did
      }
    }

    const { clientId, redirectUri } = keep(await hostNativeClient(ca, SCOPE))
    const native = await discoverApp({ pdsUrl: pds.url, clientId, redirectUri, scope: SCOPE })
    const waiting = await startWaitingServer(pds.url, SCOPE)
    keep({ close: async () => void (await waiting.close()) })
    const proxy = keep(await startSignInProxy(pds.url, pds.url, SCOPE))
    const app = keep(await hostBrowserApp(network, SCOPE))
    const apps: World['apps'] = {
      'confidential web app': await node(),
      'session gateway': await node(),
      'native app': async (way, person) => {
        const login = await startLogin(native)
        return (await finishLogin(native, login, await onPages(login.url, way, person))).did
      },
      'waiting server': async (way, person) => {
        const login = await waiting.begin()
        await fetch(await onPages(login.url, way, person))
        return (await login.session).did
      },
      'sign-in proxy': async (way, person) => {
        const { headers } = await fetch(proxy.url, { redirect: 'manual' })
        proxy.sessions.clear()
        const callback = await onPages(headers.get('location') ?? '', way, person)
        await fetch(callback, { redirect: 'manual' })
        return [...proxy.sessions.keys()][0]
      },
      'browser-only app': async (way, person) => {
        const page = await (await browser.newContext()).newPage()
        await withoutAutofill(page)
        const authenticator = await addAuthenticator(page)
        const did = await signInWithBrowser({ page, authenticator, way, person, at: app.port })
        await page.context().close()
        return did
      },
    }
    return { apps }
  })
}

type InBrowser = {
  page: Page
  authenticator: VirtualAuthenticator
  way: Way
  person: Person
  at: number
}

async function signInWithBrowser({ page, authenticator, way, person, at }: InBrowser) {
  const home = `http://127.0.0.1:${at}/`
  const { made } = person.factors.passkeys
  const { hostname } = new URL(network.url)
  await authenticator.take(made.map((passkey) => synced(passkey, hostname)))
  await page.goto(home)
  await page.evaluate((handle) => void app.then((it) => it.signIn(handle)), person.handle)
  if (way === 'passkey alone') await button(page, 'Sign in with a passkey').click()
  else {
    await enterPassword(page, person)
    await title(page, 'Use your passkey')
    await takeSecondStep(page, way, person)
  }
  await grant(page)
  await page.waitForURL((url) => url.href.startsWith(home))
  return page.evaluate(async () => (await app).did)
}

async function takeSecondStep(page: Page, way: Exclude<Way, 'passkey alone'>, person: Person) {
  const enter = async (code: string) => {
    await page.fill('input[name=code]', code)
    await button(page, 'Confirm').click()
  }
  switch (way) {
    case 'password and passkey':
      return button(page, 'Use passkey').click()
    case 'password and TOTP':
      await button(page, 'Use your authenticator app').click()
      return enter(nextTotpCode(person.factors))
    case 'password and mailed code':
      return enter(
        await mailed(person, async () => {
          await button(page, 'Send a code by email').click()
          await title(page, 'Enter your code')
        }),
      )
    case 'password and recovery code':
      await button(page, 'Use a recovery code').click()
      return enter(person.factors.recoveryCodes.pop() ?? '')
  }
}

describe.each(SHAPES)('%s', (shape) => {
  test.each(WAYS)('%s', async (way) => {
    const person = somebody(shape)
    expect(await world.apps[shape](way, person)).toBe(person.did)
  })
})

describe('an app without OAuth at the stock PDS', () => {
  const login = async (authFactorToken?: string) => {
    const { handle: identifier, password } = somebody('PDS')
    const agent = new AtpAgent({ service: network.pds.url })
    return (await agent.login({ identifier, password, authFactorToken })).data.did
  }

  test('is asked for the code of the authenticator', async () => {
    await expect(login()).rejects.toMatchObject({ error: 'AuthFactorTokenRequired' })
  })

  test.each([
    ['TOTP', (person: Person) => nextTotpCode(person.factors)],
    ['recovery code', ({ factors }: Person) => factors.recoveryCodes.pop() ?? ''],
  ])('%s', async (_, codeOf) => {
    const person = somebody('PDS')
    expect(await login(codeOf(person))).toBe(person.did)
  })
})
