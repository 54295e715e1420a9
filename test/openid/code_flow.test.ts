import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { signUpTexts } from '../../pages/sign_up/locales/index.ts'
import { signInNow } from '../shared/account_state.ts'
import { formsOf } from '../shared/pages/forms_of.ts'
import { enrol } from '../shared/people/authenticator.ts'
import * as rp from '../shared/people/relying_party.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

let app: AppInProcess
let did: string
let config: oidc.Configuration
let visitor: Visitor

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
})
beforeEach(() => {
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

/** Signs in to the client in a new browser. */
async function signedIn(more: Record<string, string> = {}, fields: Record<string, string> = {}) {
  const begun = await rp.begin(config, more)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun), 'alice.test', fields)
  const isConsent = asked.action?.startsWith('/account/openid/')
  const answer = isConsent ? await rp.allow(visitor, asked) : asked
  return rp.exchange(config, begun, answer)
}

/** A client, and a new account that the browser remembers beside alice's. */
async function knowingTwo(id: string, name: string) {
  const handle = `${name}.test`
  const person = { handle, email: `${name}@mail.internal`, password: rp.PASSWORD }
  const theirs = await app.addAccount(person)
  for (const username of ['alice.test', handle]) {
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await visitor.send(page, { username, password: rp.PASSWORD, remember: 'on' })
  }
  return { client: await rp.discover(app, await rp.register(app, { id }), id), did: theirs }
}

test('without a client there is no OpenID provider at all', async () => {
  for (const target of [
    ...['/openid/.well-known/openid-configuration', '/.well-known/openid-configuration/openid'],
    ...['/.well-known/oauth-authorization-server/openid', '/openid/authorize', '/openid/jwks'],
    ...['/account/openid/abcdefghijklmnopqrstuvwxyz', '/openid/nothing', '/openid/end-session'],
  ]) {
    expect(await app.ask({ target })).toMatchObject({ status: 404 })
  }
  config = await rp.discover(app, await rp.register(app))
})

test('a person signs in to a client, which refreshes, asks and revokes', async () => {
  const begun = await rp.begin(config)
  const page = await rp.open(visitor, begun)
  expect(page.text).toContain('id="password"')
  const consent = await rp.signIn(visitor, page)
  expect(consent.title).toBe('Sign in to The Forum')
  expect(consent.text).toContain('rp.example.com')
  expect(consent.header('content-security-policy')).toMatch(/form-action 'self'$/)
  const back = await rp.allow(visitor, consent)
  const tokens = await rp.exchange(config, begun, back)
  expect(tokens.claims()).toMatchObject({
    iss: 'http://localhost:2600/openid',
    sub: did,
    preferred_username: 'alice.test',
    email: 'alice@mail.internal',
    email_verified: false,
    amr: ['pwd'],
    auth_time: expect.any(Number),
  })
  const me = await oidc.fetchUserInfo(config, tokens.access_token, did)
  expect(me).toMatchObject({ sub: did, website: 'https://alice.test', email_verified: false })

  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(next.refresh_token).not.toBe(tokens.refresh_token)
  // The answer was lost: the same successor once more.
  const again = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(again.refresh_token).toBe(next.refresh_token)

  const shown = await oidc.tokenIntrospection(config, next.access_token)
  expect(shown).toMatchObject({ active: true, sub: did, client_id: 'forum' })
  await oidc.tokenRevocation(config, next.refresh_token ?? '')
  expect(await oidc.tokenIntrospection(config, next.access_token)).toEqual({ active: false })
  await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })

  // The consent outlives that: nothing is asked.
  const answer = await rp.open(visitor, await rp.begin(config))
  expect(answer.header('location')).toMatch(/[?&]code=/)
})

test('a person who is signed in elsewhere consented once, and signs in without a word', async () => {
  const begun = await rp.begin(config)
  const answer = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect((await rp.exchange(config, begun, answer)).claims()?.sub).toBe(did)
})

test('a sign-in that begins on the host of a handle goes on at the own one', async () => {
  const { url } = await rp.begin(config)
  const target = url.pathname + url.search
  const headers = { host: 'alice.test' }
  const answer = await app.ask({ target, headers })
  expect(answer).toMatchObject({ status: 302 })
  const given = new Map('headers' in answer ? answer.headers : [])
  expect(given.get('location')).toBe(app.runner.settings.publicUrl + target)
  expect(given.get('set-cookie')).toBeUndefined()
  expect(await app.ask({ target: '/openid/jwks', headers })).toMatchObject({ status: 200 })
})

test('a client may post its request, also from another site', async () => {
  await signedIn()
  const begun = await rp.begin(config)
  const page = { action: begun.url.pathname, fields: Object.fromEntries(begun.url.searchParams) }
  // What a browser sends with a form of another site.
  const alone = new Visitor(app)
  const headers = { origin: 'https://rp.example.com', 'sec-fetch-site': 'cross-site' }
  const link = await alone.send(page, {}, { headers })
  expect(link).toMatchObject({ status: 303 })
  expect(alone.cookies.size).toBe(0)
  const answer = await rp.follow(visitor, link)
  expect((await rp.exchange(config, begun, answer)).claims()?.sub).toBe(did)
})

test('prompt=none answers without a page, max_age and prompt=login ask anew', async () => {
  const silent = await rp.open(visitor, await rp.begin(config, { prompt: 'none' }))
  expect(silent.header('location')).toContain('error=login_required')
  await signedIn()
  const known = await rp.open(visitor, await rp.begin(config, { prompt: 'none' }))
  expect(known.header('location')).toContain('code=')
  const anew: Record<string, string>[] = [{ prompt: 'login' }, { max_age: '0' }]
  for (const more of anew) {
    const begun = await rp.begin(config, more)
    const page = await rp.open(visitor, begun)
    expect(page.fields).toMatchObject({ username: 'alice.test', password: '' })
    const answer = await rp.signIn(visitor, page)
    const { auth_time: at = 0 } = (await rp.exchange(config, begun, answer)).claims() ?? {}
    expect(at).toBeGreaterThan(Date.now() / 1_000 - 60)
  }
})

test('prompt=select_account lets a person choose, and prompt=create sign up', async () => {
  expect(config.serverMetadata().prompt_values_supported).toEqual(
    expect.arrayContaining(['none', 'login', 'consent', 'select_account', 'create']),
  )
  await signedIn({}, { remember: 'on' })
  const begun = await rp.begin(config, { prompt: 'select_account' })
  const choice = await rp.open(visitor, begun)
  expect(choice.title).toBe('Choose an account')
  const mine = choice.hrefs.find((href) => href.includes('account=alice.test')) ?? ''
  const answer = await rp.follow(visitor, await visitor.open(mine))
  expect((await rp.exchange(config, begun, answer)).claims()?.sub).toBe(did)

  const page = await rp.open(visitor, await rp.begin(config, { prompt: 'create' }))
  expect(page.title).toBe(signUpTexts.en.title)
  expect(page.hrefs.some((href) => href.startsWith('/account/sign-up?for=openid'))).toBe(true)
  const known = page.hrefs.find((href) => href.includes('step=choose')) ?? ''
  expect((await visitor.open(known)).title).toBe('Choose an account')
})

test('a new sign-in is asked for once, also where the account is chosen first', async () => {
  const begun = await rp.begin(config, { prompt: 'select_account', max_age: '600' })
  const answer = await rp.signIn(visitor, await rp.open(visitor, begun))
  expect((await rp.exchange(config, begun, answer)).claims()?.sub).toBe(did)
})

test('who changes the account at the consent has chosen, and is not asked to once more', async () => {
  const { client: shelf, did: bobs } = await knowingTwo('shelf', 'bob')
  const choose = async ({ hrefs }: Seen, name: string) =>
    rp.follow(
      visitor,
      await visitor.open(hrefs.find((href) => href.includes(`account=${name}`)) ?? ''),
    )
  const begun = await rp.begin(shelf, { prompt: 'select_account' })
  const asked = await choose(await rp.open(visitor, begun), 'alice.test')
  expect(asked.text).toContain('@alice.test')
  const other = asked.hrefs.find((href) => href.includes('step=choose')) ?? ''
  const over = await choose(await visitor.open(other), 'bob.test')
  // The session of the one ends by a page that posts itself.
  const action = new URL(over.action ?? '').pathname
  const again = await rp.follow(visitor, await visitor.send({ ...over, action }))
  expect(again.title).toBe('Sign in to The Forum')
  expect(again.text).toContain('@bob.test')
  const answer = await rp.allow(visitor, again)
  expect((await rp.exchange(shelf, begun, answer)).claims()?.sub).toBe(bobs)
})

test('the consent stays in the language that the person chose', async () => {
  const client = await rp.discover(app, await rp.register(app, { id: 'garden' }), 'garden')
  const asked = await rp.signIn(visitor, await rp.open(visitor, await rp.begin(client)))
  const swedish = await visitor.open(asked.hrefs.find((href) => href.includes('lang=sv')) ?? '')
  expect(swedish.title).toBe('Logga in på The Forum')
  const ways = [swedish.action, swedish.hrefs.find((href) => href.includes('step=choose'))]
  expect(ways.filter((way) => way?.includes('lang=sv'))).toHaveLength(2)
  const again = await visitor.send(swedish, { form: 'of another browser' })
  expect(again).toMatchObject({ status: 400, title: swedish.title })
  expect(again.text).toContain(securityTexts.sv.stale)
})

test('an id_token_hint chooses its account, and no other one comes back for it', async () => {
  const { client: hints, did: carols } = await knowingTwo('hints', 'carol')
  const goOn = async (page: Seen): Promise<Seen> => {
    const action = URL.parse(page.action ?? '')?.pathname
    const at = action ? await rp.follow(visitor, await visitor.send({ ...page, action })) : page
    return at.action?.startsWith('/account/openid/') ? rp.allow(visitor, at) : at
  }
  const first = await rp.begin(hints, { prompt: 'select_account' })
  const choice = (await rp.open(visitor, first)).hrefs.find((href) => href.includes('alice.test'))
  const back = await goOn(await rp.follow(visitor, await visitor.open(choice ?? '')))
  const { id_token: hint = '' } = await rp.exchange(hints, first, back)

  const next = await rp.begin(hints, { prompt: 'select_account' })
  const others = (await rp.open(visitor, next)).hrefs.find((href) => href.includes('carol.test'))
  const as = await goOn(await rp.follow(visitor, await visitor.open(others ?? '')))
  expect((await rp.exchange(hints, next, as)).claims()?.sub).toBe(carols)

  const named = await rp.begin(hints, { id_token_hint: hint })
  const answer = await goOn(await rp.open(visitor, named))
  expect((await rp.exchange(hints, named, answer)).claims()?.sub).toBe(did)
  const chosen = await rp.begin(hints, { id_token_hint: hint, prompt: 'select_account' })
  const { hrefs } = await rp.open(visitor, chosen)
  const wrong = hrefs.find((href) => href.includes('carol.test')) ?? ''
  const refused = await rp.follow(visitor, await visitor.open(wrong))
  expect(refused.header('location')).toContain('error=login_required')
})

test('a login_hint says who is meant in the browser, or begins the sign-in', async () => {
  const { client: hinted, did: daves } = await knowingTwo('hinted', 'dave')
  /** @param chosen by the person, where the browser is signed in as somebody else @returns who signs in */
  const goOn = async (more: Record<string, string>, chosen?: string) => {
    const begun = await rp.begin(hinted, more)
    let page = await rp.open(visitor, begun)
    expect(page.text).not.toContain('id="password"')
    expect(page.title === 'Choose an account').toBe(chosen !== undefined)
    if (chosen !== undefined) {
      const choice = page.hrefs.find((href) => href.includes(chosen)) ?? ''
      page = await rp.follow(visitor, await visitor.open(choice))
      const change = new URL(page.action ?? '').pathname
      page = await rp.follow(visitor, await visitor.send({ ...page, action: change }))
    }
    const isAsked = page.action?.startsWith('/account/openid/')
    const answer = isAsked ? await rp.allow(visitor, page) : page
    return (await rp.exchange(hinted, begun, answer)).claims()?.sub
  }
  expect(await goOn({ login_hint: 'dave.test' })).toBe(daves)
  expect(await goOn({ login_hint: 'at://dave.test' })).toBe(daves)
  for (const login_hint of [' @Dave.test. ', 'dave\u3002test', daves.toUpperCase()]) {
    expect(await goOn({ login_hint })).toBe(daves)
  }
  // A link alone signs nobody out of their clients.
  expect(await goOn({ login_hint: 'Alice@mail.internal' }, 'alice.test')).toBe(did)
  expect(await goOn({ login_hint: daves }, 'dave.test')).toBe(daves)
  expect(await goOn({ login_hint: did }, 'alice.test')).toBe(did)
  expect(await goOn({ login_hint: 'dave.test', prompt: 'none' })).toBe(did)
  const begun = await rp.begin(hinted, { login_hint: 'erin.test' })
  const page = await rp.open(visitor, begun)
  expect(page.fields).toMatchObject({ username: 'erin.test', password: '' })
  const back = page.hrefs.find((href) => href.includes('step=choose')) ?? ''
  const { hrefs } = await visitor.open(back)
  const alice = hrefs.find((href) => href.includes('alice.test')) ?? ''
  const answer = await rp.follow(visitor, await visitor.open(alice))
  expect((await rp.exchange(hinted, begun, answer)).claims()?.sub).toBe(did)
})

test.each([
  { length: 500, isCarried: true },
  { length: 3_000, isCarried: false },
])('a login_hint of $length characters is carried in addresses: $isCarried', async (given) => {
  const hint = 'x'.repeat(given.length)
  const { url } = await rp.begin(config, { login_hint: hint })
  const fresh = new Visitor(app)
  const led: string[] = []
  for (let to = url.href; to; to = led.at(-1) ?? '') {
    const { pathname, search } = new URL(to, url)
    led.push((await fresh.open(pathname + search)).header('location') ?? '')
  }
  expect(led.length).toBeGreaterThan(2)
  expect(led.some((to) => to.includes(hint))).toBe(given.isCarried)
})

test('a person goes back from the sign-in to the client', async () => {
  const page = await rp.open(visitor, await rp.begin(config))
  const cancel = page.hrefs.find((href) => href.includes('step=cancel')) ?? ''
  expect(await new Visitor(app).open(cancel)).toMatchObject({ status: 400 })
  const answer = await rp.follow(visitor, await visitor.open(cancel))
  expect(answer.header('location')).toContain('error=access_denied')
})

test('a form ends here, also where it leads on to the client', async () => {
  await signedIn()
  visitor = new Visitor(app)
  const begun = await rp.begin(config)
  const page = await rp.open(visitor, begun)
  expect(page.header('content-security-policy')).toMatch(/form-action 'self'$/)
  const at = await rp.signIn(visitor, page)
  expect([at.status, at.title]).toEqual([200, 'Continue'])
  const [to = ''] = at.hrefs
  expect(at.header('refresh')).toBe(`0; url=${to}`)
  expect(new URL(to).searchParams.get('state')).toBe(begun.state)
  expect(at.header('referrer-policy')).toBe('no-referrer')
})

test('the e-mail address can be refused alone, and the whole', async () => {
  const id = 'wiki'
  const wiki = await rp.discover(app, await rp.register(app, { id }), id)
  const refused = await rp.signIn(visitor, await rp.open(visitor, await rp.begin(wiki)))
  const answer = await rp.allow(visitor, refused, { decision: 'refuse' })
  expect(answer.header('location')).toContain('error=access_denied')

  const begun = await rp.begin(wiki)
  const page = await rp.open(visitor, begun)
  const { email, ...fields } = page.fields
  expect(email).toBe('on')
  const allowed = await rp.allow(visitor, { ...page, fields })
  const tokens = await rp.exchange(wiki, begun, allowed)
  expect(tokens.claims()).not.toHaveProperty('email')
  const me = await oidc.fetchUserInfo(wiki, tokens.access_token, did)
  expect(me).not.toHaveProperty('email_verified')
})

test('userinfo is asked in each way that the standard has', async () => {
  const { access_token: token } = await signedIn()
  const target = '/openid/userinfo'
  const header = { authorization: `Bearer ${token}` }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const ways = [
    { target, headers: header },
    { method: 'POST', target, headers: header },
    { method: 'POST', target, headers: { ...header, 'content-length': '0' }, body: '' },
    { method: 'POST', target, headers: { ...header, ...form }, body: '' },
    { method: 'POST', target, headers: { ...header, 'content-type': 'application/json' } },
    { method: 'POST', target, headers: form, body: `access_token=${encodeURIComponent(token)}` },
  ]
  for (const way of ways) expect(await app.ask(way)).toMatchObject({ status: 200 })
  const twice = { method: 'POST', target, headers: { ...header, ...form }, body: 'access_token=x' }
  expect(await app.ask(twice)).toMatchObject({ status: 400 })
})

test('pushed requests, DPoP and a client without a secret', async () => {
  const metadata = { token_endpoint_auth_method: 'none' }
  await rp.register(app, { id: 'spa', metadata })
  const spa = await rp.discover(app, null, 'spa')
  const handle = oidc.getDPoPHandle(spa, await oidc.randomDPoPKeyPair('ES256'))
  const { url, ...begun } = await rp.begin(spa)
  const pushed = await oidc.buildAuthorizationUrlWithPAR(spa, url.searchParams)
  const asked = await rp.signIn(visitor, await rp.open(visitor, { url: pushed, ...begun }))
  const answer = await rp.allow(visitor, asked)
  const tokens = await oidc.authorizationCodeGrant(
    spa,
    new URL(answer.header('location') ?? ''),
    { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce },
    undefined,
    { DPoP: handle },
  )
  expect(tokens.token_type).toBe('dpop')
  const me = await oidc.fetchUserInfo(spa, tokens.access_token, did, { DPoP: handle })
  expect(me.sub).toBe(did)
  await expect(oidc.fetchUserInfo(spa, tokens.access_token, did)).rejects.toThrow()
})

test('a client with one DPoP key at both issuers is told of the next nonce here', async () => {
  const { publicUrl } = app.runner.settings
  await rp.register(app, { id: 'both', metadata: { token_endpoint_auth_method: 'none' } })
  const here = await rp.discover(app, null, 'both')
  const options = { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: rp.fetchFrom(app) }
  const [issuer, id] = [new URL(publicUrl), 'http://localhost']
  const atproto = await oidc.discovery(issuer, id, undefined, oidc.None(), {
    ...{ algorithm: 'oauth2', ...options },
  })
  const DPoP = oidc.getDPoPHandle(here, await oidc.randomDPoPKeyPair('ES256'))
  const { url, ...begun } = await rp.begin(here)
  const pushElsewhere = () => {
    const parameters = { redirect_uri: 'http://127.0.0.1/', scope: 'atproto' }
    const asked = new URLSearchParams({ ...Object.fromEntries(url.searchParams), ...parameters })
    asked.delete('nonce')
    return oidc.buildAuthorizationUrlWithPAR(atproto, asked, { DPoP })
  }
  await pushElsewhere()
  const pushed = await oidc.buildAuthorizationUrlWithPAR(here, url.searchParams, { DPoP })
  const asked = await rp.signIn(visitor, await rp.open(visitor, { url: pushed, ...begun }))
  const { verifier, state, nonce } = begun
  const answer = await rp.allow(visitor, asked)
  await pushElsewhere()
  const tokens = await oidc.authorizationCodeGrant(
    ...([here, new URL(answer.header('location') ?? '')] as const),
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
    ...([undefined, { DPoP }] as const),
  )
  await pushElsewhere()
  await oidc.fetchUserInfo(here, tokens.access_token, did, { DPoP })
  await pushElsewhere()
  await oidc.refreshTokenGrant(here, tokens.refresh_token ?? '', {}, { DPoP })
})

test('who has deactivated the account is nobody to a client', async () => {
  const tokens = await signedIn()
  const account = app.actors.account(did)
  await account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
  await expect(oidc.fetchUserInfo(config, tokens.access_token, did)).rejects.toThrow()
  const page = await rp.open(visitor, await rp.begin(config, { prompt: 'login' }))
  const answer = await rp.signIn(visitor, page)
  expect(answer.header('location')).toContain('error=access_denied')
  await account.activate(null)
  visitor = new Visitor(app)
  await signedIn()
})

test('a second factor that is added ends nothing', async () => {
  const { refresh_token: token = '' } = await signedIn()
  await enrol(app, did)
  const known = await rp.open(visitor, await rp.begin(config, { prompt: 'none' }))
  expect(known.header('location')).toContain('code=')
  expect(await oidc.refreshTokenGrant(config, token)).toMatchObject({ token_type: 'bearer' })
  await app.actors.account(did).removeTotp(null)
})

test('they stand in the list of sessions, and end there', async () => {
  const tokens = await signedIn()
  const { openid } = await rp.operate(app, 'account/sessions', { account: did })
  const last = openid.at(-1)
  expect(last).toMatchObject({ clientId: 'forum', from: { address: '192.0.2.7' } })
  const page = await visitor.open('/account/security')
  expect(page.text).toContain('forum')
  for (const { id } of openid)
    await rp.operate(app, 'account/revoke', { account: did, session: id })
  await expect(oidc.fetchUserInfo(config, tokens.access_token, did)).rejects.toThrow()
  const asked = await rp.open(visitor, await rp.begin(config))
  expect(asked.title).toBe('Sign in to The Forum')
})

test('a person who signs out at the client is out here, and in it when they come back', async () => {
  const tokens = await signedIn({}, { remember: 'on' })
  const url = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: 'https://rp.example.com/bye',
    state: 'so long',
  })
  const page = await visitor.open(url.pathname + url.search)
  expect(page).toMatchObject({ title: 'Sign out?', status: 200 })
  const stayed = await rp.follow(visitor, await visitor.send(page))
  expect(stayed.header('location')).toBe('https://rp.example.com/bye?state=so+long')
  const again = await visitor.open(url.pathname + url.search)
  const out = await rp.follow(visitor, await visitor.send(again, { logout: 'yes' }))
  expect(out.header('location')).toBe('https://rp.example.com/bye?state=so+long')
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const next = await rp.open(visitor, await rp.begin(config))
  expect(next.text).toContain('id="password"')
})

test.each(['client', 'account page', 'security page'])(
  'who signs out of one account at the %s is asked before they are in as the other',
  async (where) => {
    const name = where.replaceAll(' ', '-')
    const { client, did: theirs } = await knowingTwo(`of-${name}`, `zoe-${name}`)
    const choose = async ({ hrefs }: Seen, whom: string) =>
      rp.follow(
        visitor,
        await visitor.open(hrefs.find((href) => href.includes(`account=${whom}`)) ?? ''),
      )
    // The one that stays has consented before.
    const first = await rp.begin(client)
    const asked = await choose(await rp.open(visitor, first), `zoe-${name}.test`)
    await rp.exchange(client, first, await rp.allow(visitor, asked))
    visitor.cookies.delete('openid-session')
    const second = await rp.begin(client)
    const alices = await choose(await rp.open(visitor, second), 'alice.test')
    await rp.exchange(client, second, await rp.allow(visitor, alices))

    if (where === 'client') {
      const url = oidc.buildEndSessionUrl(client)
      const question = await visitor.open(url.pathname + url.search)
      await rp.follow(visitor, await visitor.send(question, { logout: 'yes' }))
    } else if (where === 'account page') {
      await visitor.open('/account')
      await visitor.call('sign-out', { did })
    } else {
      const page = await visitor.open('/account/security?account=alice.test')
      const here = formsOf(page).find(({ action }) => action?.includes('/form/end-session'))
      await visitor.send(here ?? { action: '', fields: {} })
    }

    const next = await rp.begin(client)
    const choice = await rp.open(visitor, next)
    expect([choice.title, choice.text.includes('@alice.test')]).toEqual([
      'Choose an account',
      false,
    ])
    const answer = await choose(choice, `zoe-${name}.test`)
    expect((await rp.exchange(client, next, answer)).claims()?.sub).toBe(theirs)
    // Who has chosen is not asked once more.
    visitor.cookies.delete('openid-session')
    const again = await rp.begin(client)
    const { claims } = await rp.exchange(client, again, await rp.open(visitor, again))
    expect(claims()?.sub).toBe(theirs)
  },
)

test('the sign-in names where the person goes on, unless that is their own device', async () => {
  const goesOn = 'You go on to rp.example.com.'
  const page = await rp.open(visitor, await rp.begin(config))
  const wrong = await visitor.send(page, { username: 'alice.test', password: 'wrong' })
  for (const { title, text } of [page, wrong]) {
    expect([title, text.includes(goesOn)]).toEqual(['Sign in', true])
  }
  await rp.signIn(visitor, page, 'alice.test', { remember: 'on' })
  const choice = await rp.open(visitor, await rp.begin(config, { prompt: 'select_account' }))
  expect([choice.title, choice.text.includes(goesOn)]).toEqual(['Choose an account', true])
  const address = '/account/sign-in?for=openid&step=sign-in&interaction=nothing'
  expect((await visitor.open(address)).text).not.toContain('You go on to')
  const here = 'http://127.0.0.1:9000/callback'
  const metadata = { application_type: 'native', redirect_uris: [here] }
  const secret = await rp.register(app, { id: 'here', metadata })
  const local = await rp.begin(await rp.discover(app, secret, 'here'), { redirect_uri: here })
  const own = await rp.open(new Visitor(app), local)
  expect([own.title, own.text.includes('You go on to')]).toEqual(['Sign in', false])
})

test('a client may post what it asks for where a person signs out, also from another site', async () => {
  const tokens = await signedIn()
  const fields = {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: 'https://rp.example.com/bye',
    state: 'so long',
  }
  const page = { action: '/openid/end-session', fields }
  // What a browser sends with a form of another site.
  const alone = new Visitor(app)
  const headers = { origin: 'https://rp.example.com', 'sec-fetch-site': 'cross-site' }
  const question = await rp.follow(visitor, await alone.send(page, {}, { headers }))
  expect(question).toMatchObject({ title: 'Sign out?', status: 200 })
  const out = await rp.follow(visitor, await visitor.send(question, { logout: 'yes' }))
  expect(out.header('location')).toBe('https://rp.example.com/bye?state=so+long')
  expect((await rp.open(visitor, await rp.begin(config))).text).toContain('id="password"')
  const empty = await alone.send({ action: '/openid/end-session', fields: {} }, {}, { headers })
  expect(empty).toMatchObject({ status: 303 })
})

test('who signs out at a client is out also where the way back is not registered', async () => {
  for (const by of ['id_token_hint', 'client_id']) {
    const { id_token: hint = '' } = await signedIn()
    const client = { id_token_hint: hint, client_id: 'forum' }
    const query = new URLSearchParams({
      [by]: client[by as keyof typeof client],
      post_logout_redirect_uri: 'https://elsewhere.example.com/bye',
      state: 'so long',
    })
    const inFrench = await visitor.open(`/openid/end-session?${query}&ui_locales=de%20fr-CA`)
    expect(inFrench.text).toContain('<html lang="fr"')
    const question = await visitor.open(`/openid/end-session?${query}`)
    expect(question).toMatchObject({ title: 'Sign out?', status: 200 })
    const out = await rp.follow(visitor, await visitor.send(question, { logout: 'yes' }))
    expect([out.status, out.text.includes('elsewhere')]).toEqual([200, false])
    expect((await rp.open(visitor, await rp.begin(config))).text).toContain('id="password"')
    visitor = new Visitor(app)
  }
})

test('an id_token_hint without a value is none, and the client that is named gets the person back', async () => {
  await signedIn()
  const way = { client_id: 'forum', post_logout_redirect_uri: 'https://rp.example.com/bye' }
  const query = new URLSearchParams({ id_token_hint: '', ...way })
  const question = await visitor.open(`/openid/end-session?${query}`)
  const out = await rp.follow(visitor, await visitor.send(question, { logout: 'yes' }))
  expect(out.header('location')).toBe('https://rp.example.com/bye')
})

test('who stays signed in is told so, and has lost nothing by a link of somebody else', async () => {
  const tokens = await signedIn()
  const question = await visitor.open('/openid/end-session?client_id=forum')
  expect(question.text).toContain('You are signed in as @alice.test.')
  const stayed = await rp.follow(visitor, await visitor.send(question))
  expect(stayed).toMatchObject({ status: 200, title: 'You are still signed in' })
  await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect((await rp.open(visitor, await rp.begin(config))).header('location')).toContain('code=')
})

test('who signs out is out also where the client is gone, or what it shows of itself is wrong', async () => {
  const { id_token: hint = '' } = await signedIn()
  const of = async (id: string) => {
    const secret = await rp.register(app, { id })
    return { id, config: await rp.discover(app, secret, id) }
  }
  const gone = await of('gone')
  const begun = await rp.begin(gone.config)
  const answer = await rp.allow(visitor, await rp.open(visitor, begun))
  const { id_token: hintOfGone = '' } = await rp.exchange(gone.config, begun, answer)
  await rp.operate(app, 'openid/client-remove', { id: 'gone' })
  const post_logout_redirect_uri = 'https://rp.example.com/bye'
  const wrong: Record<string, string>[] = [
    { id_token_hint: hintOfGone },
    { id_token_hint: 'nothing' },
    { id_token_hint: `${hint.slice(0, -8)}AAAAAAAA` },
    { id_token_hint: hint, client_id: 'gone' },
    { client_id: 'gone' },
  ]
  for (const more of wrong) {
    const query = new URLSearchParams({ post_logout_redirect_uri, ...more })
    const question = await visitor.open(`/openid/end-session?${query}`)
    expect(question).toMatchObject({ title: 'Sign out?', status: 200 })
    const out = await rp.follow(visitor, await visitor.send(question, { logout: 'yes' }))
    expect(out).toMatchObject({ title: 'You are signed out', status: 200 })
    expect((await rp.open(visitor, await rp.begin(config))).text).toContain('id="password"')
    visitor = new Visitor(app)
    await signedIn()
  }
})

test('a person who signs out on the account page is out of the clients of this browser', async () => {
  const tokens = await signedIn()
  await visitor.open('/account')
  const session = visitor.cookies.get('openid-session')
  expect((await visitor.call('sign-out', { did })).status).toBe(200)
  expect(visitor.cookies.get('openid-session')).toBeUndefined()
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  // Somebody may have copied it.
  if (session) visitor.cookies.set('openid-session', session)
  const next = await rp.open(visitor, await rp.begin(config))
  expect(next.text).toContain('id="password"')
})

test('how somebody signed in is told where the browser was signed in before, too', async () => {
  const browser = new Visitor(app)
  const page = await browser.open('/account/sign-in?step=sign-in')
  await browser.send(page, { username: 'alice.test', password: rp.PASSWORD, remember: 'on' })
  // A quarter of an hour later.
  browser.cookies.delete('sign-in')
  const amrOf = async () => {
    browser.cookies.delete('openid-session')
    const begun = await rp.begin(config)
    const asked = await rp.open(browser, begun)
    const answer = asked.action ? await rp.allow(browser, asked) : asked
    return (await rp.exchange(config, begun, answer)).claims()?.amr
  }
  expect(await amrOf()).toEqual(['pwd'])
  // As of a sign-in of which that is not known.
  const basis = await signInNow(app.actors.account(did))
  const [device] = await app.actors.account(did).listDevices()
  await app.actors.account(did).rememberDevice(device?.deviceId ?? '', basis)
  expect(await amrOf()).toBeUndefined()
})

test.each<Record<string, string>>([{ prompt: 'login' }, { max_age: '0' }])(
  'a client that asks for a sign-in anew gets password and code in one form: %j',
  async (anew) => {
    const name = `codes-${Object.keys(anew)[0]?.replace('_', '')}`
    const { client, did: theirs } = await knowingTwo(name, name)
    const { recoveryCodes } = await enrol(app, theirs)
    const [first = '', second = ''] = recoveryCodes
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const entered = { username: `${name}.test`, password: rp.PASSWORD, remember: 'on' }
    const step = await visitor.send(page, entered)
    await visitor.send(step, { code: first })

    const begun = await rp.begin(client, { ...anew, login_hint: `${name}.test` })
    const asked = await rp.open(visitor, begun)
    expect(asked.fields).toMatchObject({ username: `${name}.test`, password: '', code: '' })
    const sent = await visitor.send(asked, { password: rp.PASSWORD, code: second })
    const consent = await rp.follow(visitor, sent)
    const tokens = await rp.exchange(client, begun, await rp.allow(visitor, consent))
    expect(tokens.claims()).toMatchObject({ sub: theirs, amr: ['pwd', 'otp', 'mfa'] })
  },
)

test('keys are rotated and clients changed by the operator, and nobody notices', async () => {
  const tokens = await signedIn()
  const keys = async () => {
    const answer = await app.ask({ target: '/openid/jwks' })
    if (!('status' in answer)) throw new Error('no answer')
    return JSON.parse(Buffer.from(answer.body ?? '').toString()).keys as Record<string, string>[]
  }
  const before = await keys()
  expect(before.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'RS256'])
  expect(before.flatMap((key) => Object.keys(key))).not.toContain('d')
  await rp.operate(app, 'openid/rotate-keys', { atOnce: false })
  expect(await keys()).toHaveLength(4)
  expect(await keys()).toEqual(expect.arrayContaining(before))
  await oidc.fetchUserInfo(config, tokens.access_token, did)

  const { secret } = await rp.operate(app, 'openid/client-rotate-secret', { id: 'forum' })
  const refused = { status: 401 }
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject(
    refused,
  )
  const renewed = await rp.discover(app, secret)
  const next = await oidc.refreshTokenGrant(renewed, tokens.refresh_token ?? '')
  expect(await rp.operate(app, 'openid/client-show', { id: 'forum' })).toMatchObject({
    metadata: { client_name: 'The Forum' },
  })
  await rp.operate(app, 'openid/client-remove', { id: 'forum' })
  await expect(oidc.refreshTokenGrant(renewed, next.refresh_token ?? '')).rejects.toMatchObject(
    refused,
  )
})
