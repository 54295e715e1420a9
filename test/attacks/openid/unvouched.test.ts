import { exportJWK, generateKeyPair, type KeyLike, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DAY, OPENID_CLIENT_UNUSED } from '../../../base/lifetimes.ts'
import { listVouchedOpenidClients } from '../../../database/flow/openid_client.ts'
import { sweepFlow } from '../../../database/flow/sweep.ts'
import { DEVICE_CODE } from '../../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { FORM, form } from '../../shared/mistakes.ts'
import * as rp from '../../shared/people/relying_party.ts'
import { Visitor } from '../../shared/people/visitor.ts'

/** What somebody tries with a client of their own, which the operator has never seen. */
let app: AppInProcess
let visitor: Visitor
/** What they publish, by address. */
const published = new Map<string, object>()
const fetched: string[] = []

const TOOL = 'https://tool.vestibule.internal/callback'
const METADATA = {
  ...{ client_name: 'The Tool', token_endpoint_auth_method: 'none' },
  ...{ redirect_uris: [TOOL], grant_types: ['authorization_code', 'refresh_token'] },
}

beforeAll(async () => {
  const real = globalThis.fetch
  vi.stubGlobal('fetch', async (input: Request | string | URL, init?: RequestInit) => {
    const { url = String(input) } = input as Request
    if (!url.startsWith('https:')) return real(input, init)
    fetched.push(url)
    const document = published.get(url)
    return document ? Response.json(document) : new Response(null, { status: 404 })
  })
  app = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'open' } })
  for (const name of ['alice', 'mallory']) {
    const [handle, email] = [`${name}.test`, `${name}@mail.internal`]
    await app.addAccount({ handle, email, password: rp.PASSWORD })
  }
  await rp.register(app)
})
beforeEach(() => {
  app.counters.exec('DELETE FROM counter')
  visitor = new Visitor(app)
  fetched.length = 0
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await app?.close()
})

const register = (change: object = {}) =>
  rp.manage(app, 'POST', { body: { ...METADATA, ...change } })

const addressOf = (host: string) => `https://${host}.vestibule.internal/client.json`

/** @returns its id */
function publish(host: string, change: object = {}): string {
  const id = addressOf(host)
  published.set(id, { ...METADATA, client_id: id, ...change })
  return id
}

/** Shows an assertion of a client with keys at an address. @returns the error */
async function assertBy(
  host: string,
  keys: string,
  jwt: SignJWT,
  key: KeyLike,
  change: object = {},
): Promise<string> {
  const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys, ...change }
  const id = publish(host, metadata)
  const assertion = await jwt
    .setIssuer(id)
    .setSubject(id)
    .setAudience(`${app.runner.settings.publicUrl}/openid`)
    .setJti('first')
    .setExpirationTime('10m')
    .sign(key)
  const body = form({
    ...{ grant_type: 'refresh_token', refresh_token: 'made-up', client_assertion: assertion },
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  const answer = await app.ask({ method: 'POST', target: '/openid/token', headers: FORM, body })
  if (!('status' in answer)) throw new Error('no answer')
  return JSON.parse(Buffer.from(answer.body ?? '').toString()).error
}

type Granted = { id: string; clientId: string }

/** The page to which a client leads a person, who signs in on the way. */
async function led(id: string, redirectUri = TOOL, more: Record<string, string> = {}) {
  const begun = await rp.begin(await rp.discover(app, null, id), {
    ...{ redirect_uri: redirectUri },
    ...more,
  })
  const page = await rp.open(visitor, begun)
  return page.text.includes('id="password"') ? rp.signIn(visitor, page) : page
}

describe('45. OpenID clients that nobody vouches for', () => {
  test('are known by their hosts, however they write their addresses', async () => {
    const id = 'HTTPS://Shouts.vestibule.internal./client.json'
    const document = { ...METADATA, client_name: 'The Forum', client_id: id }
    published.set('https://shouts.vestibule.internal./client.json', document)
    expect((await led(id)).title).toBe('Sign in to shouts.vestibule.internal')

    const redirect = 'HTTPS://Shouts.vestibule.internal/callback'
    const { body } = await register({ client_name: 'The Forum', redirect_uris: [redirect] })
    const { title } = await led(body.client_id, redirect)
    expect(title).toBe('Sign in to shouts.vestibule.internal')
  })

  test('do not have the hosts of clients of the operator, however they write them', async () => {
    for (const uri of ['HTTPS://RP.example.com/else', 'https://rp.example.com./else']) {
      expect(await register({ redirect_uris: [uri] })).toMatchObject({
        status: 400,
        body: { error_description: 'redirect_uris are those of another client' },
      })
    }
    // To look at them costs the same where many have registered.
    expect(listVouchedOpenidClients(app.flow).map(({ id }) => id)).toEqual(['forum'])
  })

  test('get nothing in the clear, however they write their ids', async () => {
    const id = 'HTTPS://clear.vestibule.internal/client.json'
    const redirect = 'http://tool.vestibule.internal/callback'
    const document = { ...METADATA, client_id: id, redirect_uris: [redirect] }
    published.set('https://clear.vestibule.internal/client.json', document)
    const page = await led(id, redirect)
    expect(page).toMatchObject({ status: 400, action: undefined })
    expect(page.header('location')).toBeUndefined()
  })

  test('have no host where they have a scheme of their own', async () => {
    const uri = 'web+tool://rp.example.com/callback'
    const { text } = await led(publish('scheme', { redirect_uris: [uri] }), uri)
    expect(text).toContain('You go on to web+tool:.')
    expect(text).not.toContain('to rp.example.com')
  })

  test('say of themselves no more than a short name', async () => {
    const name = `Bank”. localhost knows who is behind it.\n“\u202e${'x'.repeat(200)}`
    const { notice } = await led(publish('talks', { client_name: name }))
    expect(notice).toMatch(
      /^It calls itself “[^“”\p{C}]{1,60}”\. localhost does not know [^“”.]+\.$/u,
    )
  })

  test('that registered themselves are asked about each time: the next host may be another', async () => {
    const other = 'https://evil.vestibule.internal/callback'
    const { client_id: id, ...mine } = (await register({ redirect_uris: [TOOL, other] })).body
    const page = await led(id)
    expect(page.title).toBe('Sign in to tool.vestibule.internal')
    expect((await rp.allow(visitor, page)).header('location')).toContain('code=')
    expect((await led(id, other)).title).toBe('Sign in to evil.vestibule.internal')
    const silently = await led(id, other, { prompt: 'none' })
    expect(silently.header('location')).toContain('error=interaction_required')
    // Nor does a sign-in that is under way lead to where the client leads nobody any more.
    const asked = await led(id)
    const target = `/openid/register/${id}`
    const body = { ...METADATA, client_id: id, redirect_uris: [other] }
    const token = mine.registration_access_token
    expect(await rp.manage(app, 'PUT', { target, token, body })).toMatchObject({ status: 200 })
    const late = await visitor.send(asked, { decision: 'allow' })
    expect(late).toMatchObject({ status: 400, action: undefined })
  })

  test('are kept in no session of a browser that only came by', async () => {
    const id = 'stays'
    const stays = await rp.discover(app, await rp.register(app, { id }), id)
    const begun = await rp.begin(stays)
    await rp.allow(visitor, await rp.signIn(visitor, await rp.open(visitor, begun)))
    for (const host of ['passes-one', 'passes-two']) {
      const config = await rp.discover(app, null, publish(host))
      for (const prompt of ['none', 'consent']) {
        await rp.open(visitor, await rp.begin(config, { redirect_uri: TOOL, prompt }))
      }
      await visitor.open(`/openid/end-session?client_id=${encodeURIComponent(addressOf(host))}`)
    }
    const alice = await app.actors.directory.find('alice.test')
    const { value: cookie = '' } = visitor.cookies.get('openid-session') ?? {}
    const session = await app.actors.account(alice?.did ?? '').findOpenidSession(cookie)
    const { authorizations } = JSON.parse(session?.payload ?? '{}')
    expect(Object.keys(authorizations)).toEqual([id])
  })

  test('are led to by no link that is wrong, but by the person, until they have decided', async () => {
    const { body } = await register()
    const wrong: Record<string, string>[] = [
      { prompt: 'none' },
      { response_type: 'token' },
      { scope: 'made-up' },
      { response_mode: 'form_post', prompt: 'none' },
      { request_uri: 'urn:ietf:params:oauth:request_uri:made-up' },
    ]
    const follow = async (id: string) => {
      const seen: { href: string | null; leads: boolean }[] = []
      for (const more of wrong) {
        const begun = await rp.begin(await rp.discover(app, null, id), {
          redirect_uri: TOOL,
          ...more,
        })
        const page = await visitor.open(begun.url.pathname + begun.url.search)
        const href = rp.linkOf(page)
        const leads = (page.header('location') ?? page.header('refresh')) !== undefined
        seen.push({ href, leads: leads || /<form/.test(page.text) })
      }
      return seen
    }
    for (const id of [String(body.client_id), publish('misleads')]) {
      visitor = new Visitor(app)
      for (const { href, leads } of await follow(id)) {
        expect([leads, href]).toEqual([false, expect.stringMatching(/callback[?#]error=/)])
      }
      // Nor who goes back from the sign-in, which does not say where they go on.
      const goBack = async () => {
        const begun = await rp.begin(await rp.discover(app, null, id), { redirect_uri: TOOL })
        const signIn = await rp.open(visitor, begun)
        const [, cancel = ''] = /href="([^"]*step=cancel[^"]*)"/.exec(signIn.text) ?? []
        const gone = await rp.follow(visitor, await visitor.open(cancel.replaceAll('&amp;', '&')))
        expect([gone.header('location'), gone.header('refresh')]).toEqual([undefined, undefined])
        expect(rp.linkOf(gone)).toContain(`${TOOL}?error=access_denied`)
      }
      await goBack()
      // Also who is signed in to another client, and is asked for the password before they are asked to consent.
      const other = await rp.begin(await rp.discover(app, null, 'forum'))
      await rp.allow(visitor, await rp.signIn(visitor, await rp.open(visitor, other)))
      visitor.cookies.delete('sign-in')
      await goBack()
      // Who refuses has seen it.
      const refused = await rp.allow(visitor, await led(id), { decision: 'refuse' })
      expect(refused.header('location')).toContain(`${TOOL}?error=access_denied`)
      expect((await follow(id)).every(({ leads }) => leads)).toBe(false)
      expect((await rp.allow(visitor, await led(id))).header('location')).toContain('code=')
      expect((await follow(id)).every(({ leads }) => leads)).toBe(true)
      // Nor where they have ended it since, as on the security page.
      const { openid } = await rp.operate(app, 'account/sessions', { account: 'alice.test' })
      for (const { id: session } of openid.filter((each: Granted) => each.clientId === id)) {
        await rp.operate(app, 'account/revoke', { account: 'alice.test', session })
      }
      expect((await follow(id)).some(({ leads }) => leads)).toBe(false)
    }
    // The operator vouches for this one.
    visitor = new Visitor(app)
    const forum = await rp.discover(app, null, 'forum')
    const at = await rp.open(visitor, await rp.begin(forum, { prompt: 'none' }))
    expect(at.header('location')).toContain('error=login_required')
  })

  test('open no app by a link that is wrong, but by the person', async () => {
    const uris = ['mailto:mallory@mail.internal', 'x-tool:/callback', 'x-tool://localhost']
    for (const [at, uri] of uris.entries()) {
      const { body } = await register({ redirect_uris: [uri] })
      const metadata = { redirect_uris: [uri], application_type: 'native' }
      for (const id of [String(body.client_id), publish(`opens-${at}`, metadata)]) {
        const page = await led(id, uri, { prompt: 'none' })
        expect([page.header('location'), page.header('refresh')]).toEqual([undefined, undefined])
        expect(rp.linkOf(page)).toMatch(/^(mailto|x-tool):.*[?]error=/)
      }
    }
  })

  test('are led to by no link of this service, but by the sign-out of their own sign-in', async () => {
    const bye = 'https://tool.vestibule.internal/bye'
    const metadata = { post_logout_redirect_uris: [bye] }
    const { body } = await register(metadata)
    for (const id of [String(body.client_id), publish('leads', metadata)]) {
      visitor = new Visitor(app)
      const config = await rp.discover(app, null, id)
      const signedInBy = async (browser: Visitor, name = 'alice.test') => {
        const begun = await rp.begin(config, { redirect_uri: TOOL })
        const asked = await rp.signIn(browser, await rp.open(browser, begun), name)
        const { id_token: hint = '' } = await rp.exchange(
          config,
          begun,
          await rp.allow(browser, asked),
        )
        return hint
      }
      const signOut = async (
        more: object,
        decision: Record<string, string> = { logout: 'yes' },
      ) => {
        const query = new URLSearchParams({ post_logout_redirect_uri: bye, ...more })
        const page = await visitor.open(`/openid/end-session?${query}`)
        const action = new URL(page.action ?? '', app.runner.settings.publicUrl).pathname
        return rp.follow(visitor, await visitor.send({ ...page, action }, decision))
      }
      const hintOfAnother = await signedInBy(new Visitor(app), 'mallory.test')
      for (const more of [{ client_id: id }, { id_token_hint: hintOfAnother }]) {
        expect(await signOut(more)).toMatchObject({ status: 200, title: 'You are signed out' })
      }
      const hint = await signedInBy(visitor)
      const stayed = await signOut({ id_token_hint: hintOfAnother }, {})
      expect(stayed).toMatchObject({ status: 200, title: 'You are still signed in' })
      expect((await signOut({ id_token_hint: hint })).header('location')).toBe(bye)
    }
  })

  test('that devices use are not forgotten', async () => {
    const { client_id: id } = (
      await register({
        ...{ redirect_uris: undefined, response_types: [] },
        grant_types: [DEVICE_CODE, 'refresh_token'],
      })
    ).body
    const device = await rp.discover(app, null, id)
    const asked = await oidc.initiateDeviceAuthorization(device, { scope: 'openid' })
    const page = await rp.follow(visitor, await visitor.open('/openid/device'))
    const typed = await rp.signIn(visitor, page)
    const question = await visitor.send(typed, { user_code: asked.user_code })
    await visitor.send(question, { decision: 'allow' })
    const tokens = await oidc.genericGrantRequest(device, DEVICE_CODE, {
      device_code: asked.device_code,
    })
    sweepFlow(app.flow, Date.now() + OPENID_CLIENT_UNUSED + DAY)
    await oidc.refreshTokenGrant(device, tokens.refresh_token ?? '')
  })

  test.each<[string, object]>([
    ['is none any more', []],
    ['is that of another', { ...METADATA, client_id: 'https://x.vestibule.internal/' }],
    ['has a member of another type', { logo_uri: { toString: 1 } }],
    ['has a redirect that is none', { redirect_uris: [{ toString: 1 }] }],
  ])('keep nobody from signing out: whose document %s', async (name, spoiled) => {
    const id = publish(name.replaceAll(' ', '-'))
    expect((await rp.allow(visitor, await led(id))).header('location')).toContain('code=')
    const own = Array.isArray(spoiled) ? spoiled : { ...METADATA, client_id: id, ...spoiled }
    published.set(id, own)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
    try {
      const query = new URLSearchParams({ client_id: id })
      const question = await visitor.open(`/openid/end-session?${query}`)
      expect(question.title).toContain('Sign out')
      const { status } = await visitor.send(question, { logout: 'yes' })
      expect([status, visitor.cookies.has('openid-session')]).toEqual([303, false])
    } finally {
      vi.useRealTimers()
    }
  })

  test('begin anew where the operator has vouched for one, and does no more', async () => {
    const id = publish('vouched')
    await rp.register(app, { id, metadata: { ...METADATA, redirect_uris: [TOOL] } })
    const client = await rp.discover(app, null, id)
    const begun = await rp.begin(client, { redirect_uri: TOOL })
    const page = await rp.signIn(visitor, await rp.open(visitor, begun))
    expect(page.title).toBe('Sign in to The Tool')
    const tokens = await rp.exchange(client, begun, await rp.allow(visitor, page))
    await rp.operate(app, 'openid/client-remove', { id })
    await expect(oidc.refreshTokenGrant(client, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    const asked = await led(id)
    expect(asked.title).toBe('Sign in to vouched.vestibule.internal')
    expect((await rp.allow(visitor, asked)).header('location')).toContain('code=')
    expect((await led(id)).header('location')).toContain('code=')
  })

  test('have no signature verified by a key that costs much', async () => {
    const show = async (host: string, modulusLength: number) => {
      const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength })
      const keys = `https://keys.vestibule.internal/${host}.json`
      published.set(keys, { keys: [await exportJWK(publicKey)] })
      return assertBy(host, keys, new SignJWT({}).setProtectedHeader({ alg: 'RS256' }), privateKey)
    }
    expect(await show('usual', 2_048)).toBe('invalid_grant')
    expect(await show('large', 4_104)).toBe('invalid_client')
    const jwks = { keys: [{ kty: 'RSA', kid: 'large', n: 'x'.repeat(342), e: 'x'.repeat(342) }] }
    expect(
      await register({
        token_endpoint_auth_method: 'private_key_jwt',
        redirect_uris: [TOOL],
        jwks,
      }),
    ).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_client_metadata',
        error_description: expect.stringMatching(/4096 bits/),
      },
    })
  })

  test('have no signature verified by hundreds of keys', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const right = { ...(await exportJWK(publicKey)), kid: 'right' }
    const others = await Promise.all(
      Array.from({ length: 10 }, async () => exportJWK((await generateKeyPair('ES256')).publicKey)),
    )
    const show = (host: string, before: number, header: object = {}) => {
      const keys = `https://keys.vestibule.internal/${host}.json`
      published.set(keys, { keys: [...others.slice(0, before), right] })
      const jwt = new SignJWT({}).setProtectedHeader({ alg: 'ES256', ...header })
      return assertBy(host, keys, jwt, privateKey)
    }
    expect(await show('few-keys', 9)).toBe('invalid_grant')
    expect(await show('many-keys', 10)).toBe('invalid_client')
    expect(await show('many-named-keys', 10, { kid: 'right' })).toBe('invalid_grant')
  })

  test('have their keys fetched once for several requests', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const keys = 'https://keys.vestibule.internal/kept.json'
    published.set(keys, { keys: [await exportJWK(publicKey)] })
    for (let i = 0; i < 3; i++) {
      const jwt = new SignJWT({ i }).setProtectedHeader({ alg: 'ES256' })
      await assertBy('kept', keys, jwt, privateKey)
    }
    expect(fetched.filter((url) => url === keys)).toHaveLength(1)
  })

  test('have nothing looked up but the document and the keys that they name', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const keys = 'https://keys.vestibule.internal/jwks.json'
    published.set(keys, { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] })
    const error = await assertBy(
      'signs',
      keys,
      new SignJWT({}).setProtectedHeader({ alg: 'ES256' }),
      privateKey,
      {
        ...{ sector_identifier_uri: 'https://other.vestibule.internal/', subject_type: 'public' },
        initiate_login_uri: 'https://other.vestibule.internal/',
      },
    )
    // The client is known; its token is not.
    expect([error, fetched]).toEqual(['invalid_grant', [addressOf('signs'), keys]])
  })
})
