import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { permissionItems } from '../../oauth/sign_in/pages/permission_items.ts'
import { permissionTexts } from '../../pages/permissions/locales/index.ts'
import { Attacker, makeDpopKey } from '../shared/people/attacker.ts'
import { type Seen, told, Visitor } from '../shared/people/visitor.ts'
import { fetchOf } from './fetch_of.ts'

/** A person takes from what an app asks for, before they consent to the rest. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const CALLBACK = 'http://127.0.0.1/callback'
const ASKED = [
  'atproto',
  'transition:generic',
  'transition:email',
  'transition:chat.bsky',
  'repo:app.bsky.feed.post?action=create&action=delete',
  'rpc:app.bsky.actor.getProfile?aud=*',
  'blob:image/*',
  'account:status?action=manage',
  'identity:handle',
]
const ALL = ASKED.join(' ')
let app: AppInProcess
let did: string
let visitor: Visitor
let client: Attacker
/** Before an auth actor takes a request that is consented to, or changes what it asks for. */
let meanwhile: { before: 'taken' | 'narrowed'; work: () => Promise<unknown> } | null = null

beforeAll(async () => {
  app = await startApp({
    onCall: async ({ action, args }) => {
      const isNarrowed = action === 'updateRequest' && 'parameters' in (args[1] as object)
      const now = action === 'takeRequest' ? 'taken' : isNarrowed ? 'narrowed' : null
      if (!meanwhile || meanwhile.before !== now) return
      const { work } = meanwhile
      meanwhile = null
      await work()
    },
  })
  did = await app.addAccount(kim)
  const { publicUrl: url } = app.runner.settings
  const clientId = loopbackClientId(CALLBACK, ALL)
  client = new Attacker({ url, fetch: fetchOf(app) }, { clientId, redirectUri: CALLBACK })
  visitor = await signedIn()
})
afterAll(() => app?.close())

async function signedIn(): Promise<Visitor> {
  const browser = new Visitor(app)
  const page = await browser.open('/account/sign-in?step=sign-in')
  const { handle: username, password } = kim
  await browser.send(page, { username, password, remember: 'on' })
  return browser
}

/** Pushes a request, and comes to its consent page. */
async function come(browser = visitor) {
  const key = await makeDpopKey()
  const verifier = randomBytes(32).toString('base64url')
  const pushed = await client.push(key, { fields: { scope: ALL } }, verifier)
  const { pathname, search } = new URL(client.authorizeUrl(pushed.body.request_uri))
  const url = `${pathname}${search}&${new URLSearchParams({ account: did })}`
  const open = () => browser.open(url)
  const choose = () => browser.open(`${url}&step=permissions`)
  const consent = async () => {
    const { text } = await browser.call('consent', { did }, url)
    return new URL(JSON.parse(text).url).searchParams
  }
  const exchange = async (granted?: URLSearchParams) => {
    const code = (granted ?? (await consent())).get('code') ?? ''
    return client.exchange({ code, verifier, key })
  }
  await open()
  return { url, key, open, choose, consent, exchange }
}

const asksFor = (page: Seen) => told(page, '__authorizeData')?.scope
/** The scopes that the page lists, and those whose boxes are ticked. */
const listed = ({ text }: Seen) =>
  [...text.matchAll(/<input id="permission-[^>]*>[\s\S]*?<code>([^<]*)/g)].map(
    ([box, scope = '']) => ({
      scope: scope.replaceAll('&amp;', '&'),
      isTicked: box.includes(' checked'),
      isFixed: box.includes(' disabled'),
    }),
  )
const ticked = (page: Seen) => listed(page).flatMap((each) => (each.isTicked ? each.scope : []))

/** Unticks some of the boxes of a page. */
function without(page: Seen, ...scopes: string[]): Seen {
  const fields = Object.entries(page.fields).filter(
    ([name]) => !scopes.some((scope) => name === `permission-${ASKED.indexOf(scope)}`),
  )
  return { ...page, fields: Object.fromEntries(fields) }
}

const LEFT = ASKED.filter((scope) => !/generic|email|blob/.test(scope))
const TAKEN = ASKED.filter((scope) => !LEFT.includes(scope))

test('what is unticked is not asked for on the next page, nor in any token', async () => {
  const { url, key, open, choose, exchange } = await come()
  expect(asksFor(await open())).toBe(ALL)
  const page = await choose()
  expect([page.status, page.title]).toEqual([200, 'Choose what the app may do'])
  expect(listed(page)).toEqual(
    ASKED.map((scope) => ({ scope, isTicked: true, isFixed: scope === 'atproto' })),
  )
  const answer = await visitor.send(without(page, ...TAKEN))
  expect([answer.status, answer.header('location')]).toEqual([303, url])
  expect(asksFor(await visitor.follow(answer))).toBe(LEFT.join(' '))

  const { status, body } = await exchange()
  expect([status, body.scope]).toEqual([200, LEFT.join(' ')])
  const session = { accessToken: '', refreshToken: String(body.refresh_token), key }
  expect((await client.refresh(session)).body.scope).toBe(LEFT.join(' '))
  const [kept] = await app.actors.account(did).listSessions()
  expect(kept?.session.scope).toBe(LEFT.join(' '))
  const security = await visitor.open(`/account/security?account=${did}`)
  // As the account page of the provider calls it.
  for (const { text } of [page, security]) expect(text).toMatch(/A local app/)
  const { chat, generic } = permissionTexts.en
  expect([security.text.includes(chat), security.text.includes(generic)]).toEqual([true, false])
})

test('a person who leaves the app nothing goes back to it', async () => {
  const { choose } = await come()
  const [cancel = ''] = (await choose()).hrefs.filter((href) => href.includes('step=cancel'))
  const { header } = await visitor.open(cancel)
  const back = new URL(header('location') ?? '')
  expect(back.origin + back.pathname).toBe(CALLBACK)
  expect(back.searchParams.get('error')).toBe('access_denied')
})

test('what was unticked stands there still, and can be ticked again', async () => {
  const { choose, exchange } = await come()
  await visitor.send(without(await choose(), ...TAKEN))
  const page = await choose()
  expect(listed(page).map(({ scope }) => scope)).toEqual(ASKED)
  expect(ticked(page)).toEqual(LEFT)
  await visitor.send(page, { 'permission-2': 'on' })
  expect((await exchange()).body.scope).toBe(
    ASKED.filter((scope) => LEFT.includes(scope) || scope === 'transition:email').join(' '),
  )
})

test('the account itself is always given, and nothing that was not asked for', async () => {
  const { choose, open, exchange } = await come()
  const page = await choose()
  await visitor.send(
    { ...page, fields: { form: page.fields.form ?? '' } },
    { 'permission-99': 'on' },
  )
  expect(asksFor(await open())).toBe('atproto')
  expect((await exchange()).body.scope).toBe('atproto')
})

test('a form of another browser or request, or none, takes nothing', async () => {
  const { url, choose } = await come()
  const page = await choose()
  const other = await come()
  const foreign = { ...without(page, ...TAKEN), action: (await other.choose()).action }
  for (const sent of [foreign, { ...without(page, ...TAKEN), fields: {} }]) {
    const answer = await visitor.send(sent)
    expect([answer.status, answer.header('location')]).toEqual([
      303,
      expect.stringContaining('step=permissions'),
    ])
  }
  const answer = await (await signedIn()).send(without(page, ...TAKEN))
  expect(answer.status).toBe(400)
  // The provider ends a request that another browser comes to.
  expect((await visitor.open(url)).status).toBe(400)
  expect(asksFor(await other.open())).toBe(ALL)
})

test('who narrows in one tab while they consent in another gives nothing', async () => {
  const { choose, consent } = await come()
  const page = await choose()
  meanwhile = { before: 'taken', work: () => visitor.send(without(page, ...TAKEN)) }
  const answer = await consent()
  expect([answer.get('code'), answer.get('error')]).toEqual([null, 'invalid_request'])
})

test('what was consented to is not made more while that is under way', async () => {
  const { choose, consent, exchange } = await come()
  const page = await choose()
  await visitor.send(without(page, ...TAKEN))
  let granted: URLSearchParams | undefined
  meanwhile = {
    before: 'narrowed',
    work: async () => {
      granted = await consent()
    },
  }
  await visitor.send(page)
  const { status, body } = await exchange(granted)
  expect([status, body.scope]).toEqual([200, LEFT.join(' ')])
})

test('nobody chooses before they have signed in, nor on the account page', async () => {
  const stranger = new Visitor(app)
  const { choose } = await come(stranger)
  expect((await choose()).title).toBe('Sign in')
  const account = await visitor.open('/account/sign-in?step=permissions')
  expect([account.status, account.title]).not.toContain('Choose what the app may do')
})

test.each(PAGE_LANGUAGES)('%s', async (language) => {
  const { url } = await come()
  const page = await visitor.open(`${url}&step=permissions&lang=${language}`)
  const { title, identity, generic, chat, handle, status } = permissionTexts[language]
  expect(page.title).toBe(title)
  const text = page.text.replaceAll('&amp;', '&')
  for (const each of [identity, generic, chat, handle, status]) expect(text).toContain(each)
  expect(text).toContain('app.bsky.feed.post')
  expect(text).not.toMatch(/undefined|\[object/)
})

test('each kind of permission has words, and a permission set those of its author', () => {
  const set = { title: 'Take notes', detail: 'Write', 'title:lang': { fr: 'Prendre des notes' } }
  const items = (asked: string) =>
    permissionItems(
      { asked, given: asked, permissionSets: new Map([['test.notes.all', set as never]]) },
      'fr',
    ).map(({ text }) => text)
  const { readEmail, manageEmail, repo, fullIdentity, anyService } = permissionTexts.fr
  expect(
    items(
      'account:email account:email?action=manage account:repo?action=manage identity:* include:test.notes.all unknown:x',
    ),
  ).toEqual([readEmail, manageEmail, repo, fullIdentity, 'Prendre des notes – Write', undefined])
  const [records, call, upload] = items('repo:* rpc:*?aud=did:web:a.test#b rpc:a.b.c?aud=*')
  expect(records).toContain('créer, modifier et supprimer')
  expect(call).toContain('did:web:a.test#b')
  expect(upload).toContain(anyService)
})
