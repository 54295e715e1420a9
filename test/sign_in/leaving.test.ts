import { randomBytes } from 'node:crypto'
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { upsertClient } from '../../database/flow/client.ts'
import { deny, enterPassword, grant, signIn } from '../../lab/clients/browser_steps.ts'
import { makeClientKey } from '../../lab/clients/hosted_client.ts'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { listenOnLoopback } from '../../lab/world/loopback.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { type PageWorld, startPageWorld } from '../shared/operator_page.ts'
import { Attacker, makeDpopKey } from '../shared/people/attacker.ts'
import { command } from '../shared/people/operators.ts'
import { newPerson, type Person } from '../shared/people/person.ts'

/**
 * Where forms of this service lead on to an app, a real browser gets there: it asks for the app's address, by whatever
 * scheme. One that it holds back by the policy of the page with the form it never asks for.
 */
const browser = sharedBrowser()
let world: PageWorld
/** An app that listens on the person's device. */
let listening: Awaited<ReturnType<typeof listenOnLoopback>>

beforeAll(async () => {
  listening = await listenOnLoopback()
  listening.server.on('request', (_, response) => response.end('Welcome back'))
  world = await startPageWorld()
})
afterAll(async () => {
  await world?.close()
  await listening?.close()
})

const APPS = {
  'a website': () => 'https://rp.vestibule.internal/callback',
  'an app on the device': () => `http://127.0.0.1:${listening.port}/callback`,
  'a scheme of its own': () => 'com.example.app:/callback',
}
const ways = (Object.keys(APPS) as (keyof typeof APPS)[]).flatMap((app) => [
  { app, scripts: 'with scripts' },
  { app, scripts: 'without scripts' },
])

async function inBrowser(scripts: string, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.browser.newContext({
    ...{ locale: 'en-US', javaScriptEnabled: scripts === 'with scripts' },
  })
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

/** What the app is told, and how; to be called before the step that leads there. */
async function toldTo(page: Page, redirectUri: string) {
  const asked = await page.waitForRequest((request) => request.url().startsWith(redirectUri))
  const sent = asked.method() === 'POST' ? (asked.postData() ?? '') : new URL(asked.url()).search
  return { method: asked.method(), said: new URLSearchParams(sent) }
}

describe.each(ways)('an OpenID client at $app, $scripts', ({ app, scripts }) => {
  const id = `${app} ${scripts}`.replaceAll(' ', '-')
  let redirectUri: string
  let config: oidc.Configuration

  beforeAll(async () => {
    redirectUri = APPS[app]()
    const { status, body } = await command(world.app, 'openid/client-add', {
      id,
      metadata: {
        client_name: id,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        ...(app !== 'a website' && { application_type: 'native' }),
      },
    })
    expect([status, body.message]).toEqual([200, undefined])
    config = await oidc.discovery(new URL(`${world.url}/openid`), id, undefined, oidc.None(), {
      execute: [oidc.allowInsecureRequests],
    })
  })

  async function open(page: Page, more: Record<string, string> = {}): Promise<void> {
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
      state: 'state',
      ...more,
    })
    await page.goto(url.href)
  }
  const choose = async (page: Page, decision: string) => {
    const told = toldTo(page, redirectUri)
    await page.getByRole('button', { name: decision, exact: true }).click()
    return told
  }

  test('learns of the first consent, of the next sign-in, and of refusals', async () => {
    const person = await newPerson(world.app)
    await inBrowser(scripts, async (page) => {
      await open(page)
      await signIn(page, person)
      const { said } = await choose(page, 'Allow')
      expect(said.get('code')).toBeTruthy()
    })
    await inBrowser(scripts, async (page) => {
      await open(page)
      // Who calls itself such an app is not known, so there the consent is asked for each time.
      const told = app === 'a website' ? toldTo(page, redirectUri) : null
      await signIn(page, person)
      const { said } = await (told ?? choose(page, 'Allow'))
      expect([said.get('code') !== null, said.get('state')]).toEqual([true, 'state'])
    })
    await inBrowser(scripts, async (page) => {
      await open(page, { prompt: 'consent' })
      await signIn(page, person)
      const { said } = await choose(page, 'Cancel')
      expect(said.get('error')).toBe('access_denied')
    })
  })

  test('learns that nobody can sign in who has deactivated the account', async () => {
    const person = await newPerson(world.app)
    await person.account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
    await inBrowser(scripts, async (page) => {
      await open(page)
      const told = toldTo(page, redirectUri)
      await signIn(page, person)
      expect((await told).said.get('error')).toBe('access_denied')
    })
  })

  test('gets the person back who goes back, or signs out', async () => {
    const person = await newPerson(world.app)
    await inBrowser(scripts, async (page) => {
      await open(page)
      const cancelled = toldTo(page, redirectUri)
      await page.getByRole('link', { name: 'Cancel' }).click()
      expect((await cancelled).said.get('error')).toBe('access_denied')
    })
    await inBrowser(scripts, async (page) => {
      const out = oidc.buildEndSessionUrl(config, {
        client_id: id,
        post_logout_redirect_uri: redirectUri,
        state: 'bye',
      })
      await open(page)
      await signIn(page, person)
      await choose(page, 'Allow')
      const next = await page.context().newPage()
      await next.goto(out.href)
      expect((await choose(next, 'Sign out')).said.get('state')).toBe('bye')
    })
  })

  if (app === 'a website') {
    test('is not sent a code again by who does not wait', async () => {
      const person = await newPerson(world.app)
      await inBrowser(scripts, async (page) => {
        // The page stays, as while an app works.
        await page.route(`${redirectUri}?*`, (route) => route.fulfill({ status: 204 }))
        await open(page)
        await signIn(page, person)
        await choose(page, 'Allow')
        await page.getByRole('heading', { name: 'Continue' }).waitFor()
        const goOn = page.getByText('Continue').and(page.locator('a'))
        expect([await goOn.count(), await goOn.isVisible()]).toEqual([1, false])
        // The browser may not have led on.
        await goOn.waitFor()
      })
    })
  }

  // A form has nothing to say to a scheme.
  if (app === 'a scheme of its own') return
  test('is sent a form', async () => {
    const person = await newPerson(world.app)
    await inBrowser(scripts, async (page) => {
      await open(page, { response_mode: 'form_post' })
      await signIn(page, person)
      const told = toldTo(page, redirectUri)
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      if (scripts === 'without scripts')
        await page.getByRole('button', { name: 'Continue' }).click()
      const { method, said } = await told
      expect([method, said.get('code') !== null]).toEqual(['POST', true])
    })
  })
})

const SCOPE = 'atproto transition:generic'

/** Pushes a request of an atproto app. @returns where it sends the browser */
async function push(client: Attacker, more: Record<string, string> = {}): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const { body } = await client.push(
    await makeDpopKey(),
    { fields: { scope: SCOPE, ...more } },
    verifier,
  )
  return client.authorizeUrl(body.request_uri)
}

/** On the page for browsers without scripts. */
const denyByLink = (page: Page) => page.getByRole('link', { name: 'Deny access' }).click()

describe.each(Object.keys(APPS).slice(1) as (keyof typeof APPS)[])(
  'an atproto app at %s',
  (app) => {
    let client: Attacker
    let redirectUri: string

    beforeAll(() => {
      redirectUri = APPS[app]()
      const isLoopback = app === 'an app on the device'
      const clientId = isLoopback ? loopbackClientId(redirectUri, SCOPE) : 'https://app.example.com'
      if (!isLoopback)
        register(clientId, { application_type: 'native', redirect_uris: [redirectUri] })
      client = new Attacker({ url: world.url }, { clientId, redirectUri })
    })

    test.each([
      ['a consent', 'with scripts', grant, 'code'],
      ['a consent', 'without scripts', grant, 'code'],
      ['a refusal', 'with scripts', deny, 'error'],
      ['a refusal', 'without scripts', denyByLink, 'error'],
    ] as const)('learns of %s, %s', async (_, scripts, decide, name) => {
      const person = await newPerson(world.app)
      await inBrowser(scripts, async (page) => {
        await page.goto(await push(client))
        await signIn(page, person)
        const told = toldTo(page, redirectUri)
        await decide(page)
        expect((await told).said.get(name)).toBeTruthy()
      })
    })

    // A form has nothing to say to a scheme.
    if (app === 'an app on the device')
      test('is sent a form, without scripts', async () => {
        const person = await newPerson(world.app)
        await inBrowser('without scripts', async (page) => {
          await page.goto(await push(client, { response_mode: 'form_post' }))
          await signIn(page, person)
          const told = toldTo(page, redirectUri)
          await grant(page)
          await page.getByRole('button', { name: 'Continue' }).click()
          const { method, said } = await told
          expect([method, said.get('code') !== null]).toEqual(['POST', true])
        })
      })

    test.each(['with scripts', 'without scripts'])(
      'gets the person back who goes back, %s',
      async (scripts) => {
        await inBrowser(scripts, async (page) => {
          await page.goto(await push(client))
          const told = toldTo(page, redirectUri)
          await page.getByRole('link', { name: 'Cancel' }).click()
          expect((await told).said.get('error')).toBe('access_denied')
        })
      },
    )
  },
)

function register(clientId: string, metadata: Record<string, unknown>): void {
  const common = {
    client_id: clientId,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: SCOPE,
    token_endpoint_auth_method: 'none',
    dpop_bound_access_tokens: true,
  }
  upsertClient(world.app.flow, clientId, JSON.stringify({ ...common, ...metadata }))
}

describe('an atproto website', () => {
  const clientId = 'https://web.vestibule.internal'
  const redirectUri = `${clientId}/callback`
  let client: Attacker
  let person: Person

  beforeAll(async () => {
    const key = await makeClientKey()
    const { kty, crv, x, y } = key.privateJwk
    register(clientId, {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ kty, crv, x, y, kid: key.kid, alg: 'ES256', use: 'sig' }] },
    })
    client = new Attacker({ url: world.url }, { clientId, redirectUri, key })
    person = await newPerson(world.app)
    await inBrowser('with scripts', async (page) => {
      await page.goto(await push(client))
      await signIn(page, person)
      const told = toldTo(page, redirectUri)
      await grant(page)
      expect((await told).said.get('code')).toBeTruthy()
    })
  })

  test.each(['with scripts', 'without scripts'])(
    'that a person consented to is led to by the sign-in, %s',
    async (scripts) => {
      await inBrowser(scripts, async (page) => {
        await page.goto(await push(client, { login_hint: person.handle }))
        const told = toldTo(page, redirectUri)
        await enterPassword(page, person, { remember: true })
        expect((await told).said.get('code')).toBeTruthy()
      })
    },
  )
})
