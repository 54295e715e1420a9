import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { DEVICE_RETRY_GRACE } from '../../base/lifetimes.ts'
import { upsertClient } from '../../database/flow/client.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { permissionTexts } from '../../pages/permissions/locales/index.ts'
import { Attacker, makeDpopKey } from '../shared/people/attacker.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'
import { fetchOf } from './fetch_of.ts'

/** In a browser that runs no scripts a person consents on a page of ours; the provider decides as it does for its own. */
const ID = 'https://notes.vestibule.internal'
const CALLBACK = 'https://notes.vestibule.internal/callback'
const EMAIL = 'transition:email'
const ALL = `atproto transition:generic ${EMAIL}`
const FOR_NOW = { deleteAfter: null, deleteCredentials: false }
const { server, ended } = errorPageTexts.en.obstacles
let app: AppInProcess
/** Told of each call to an actor; what it throws the call throws. */
let watch: (call: string) => void = () => {}
let person: Person
let client: Attacker

beforeAll(async () => {
  app = await startApp({ onCall: ({ actor, action }) => watch(`${actor}.${action}`) })
  person = await newPerson(app)
  const { publicUrl: url } = app.runner.settings
  client = new Attacker({ url, fetch: fetchOf(app) }, { clientId: ID, redirectUri: CALLBACK })
  register({ tos_uri: 'https://notes.vestibule.internal/terms' })
})
afterAll(() => app?.close())
afterEach(() => {
  watch = () => {}
})

function register(more: Record<string, unknown>): void {
  const metadata = {
    client_id: ID,
    redirect_uris: [CALLBACK],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: ALL,
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    dpop_bound_access_tokens: true,
    ...more,
  }
  upsertClient(app.flow, ID, JSON.stringify(metadata))
}

/** Pushes a request. @returns its page, and how its code is exchanged */
async function push(more: Record<string, string> = {}) {
  const key = await makeDpopKey()
  const verifier = randomBytes(32).toString('base64url')
  const { body } = await client.push(key, { fields: { scope: ALL, ...more } }, verifier)
  const { pathname, search } = new URL(client.authorizeUrl(body.request_uri))
  const exchange = (code: string | null) => client.exchange({ code: code ?? '', verifier, key })
  return { url: pathname + search, exchange }
}

async function signIn(
  visitor: Visitor,
  url: string,
  { handle: username, password }: Person,
  more: Record<string, string> = {},
) {
  const page = await visitor.open(`${url}&step=sign-in`)
  return visitor.follow(await visitor.send(page, { username, password, ...more }))
}

/** Where a page leads a browser that runs no scripts. */
const leadsTo = ({ text }: Seen) => {
  const [, to] = /<noscript><meta http-equiv="refresh" content="0;url=([^"]*)"/.exec(text) ?? []
  return to?.replaceAll('&amp;', '&')
}

/** Signs in for an app, and comes to where it is decided. */
async function come({ remember = false, by = person, visitor = new Visitor(app) } = {}) {
  const { url, exchange } = await push()
  const provided = await signIn(visitor, url, by, remember ? { remember: 'on' } : {})
  const at = leadsTo(provided) ?? ''
  return { visitor, url, exchange, at, page: await visitor.open(at) }
}
type Place = Awaited<ReturnType<typeof come>>

/** Sends the form. @returns what the app is told by the address to which the browser is led */
async function decide({ visitor, at, page }: Place, sent: Pick<Seen, 'action' | 'fields'> = page) {
  const { publicUrl } = app.runner.settings
  const { pathname, search } = new URL(
    (await visitor.send(sent)).header('location') ?? '',
    publicUrl,
  )
  const referer = publicUrl + at
  const answer = await visitor.open(pathname + search, {
    headers: { 'sec-fetch-site': 'same-origin', referer },
  })
  const [, to = 'about:blank'] = /^0; url=(.*)/.exec(answer.header('refresh') ?? '') ?? []
  const { origin, pathname: path, searchParams } = new URL(to)
  return { answer, to: origin + path, said: searchParams }
}

test.each([true, false])('gives the app all that is ticked, remembered: %s', async (remember) => {
  const place = await come({ remember })
  expect(place.page).toMatchObject({ status: 200, title: 'Authorize' })
  expect(place.page.text).toContain('You go on to notes.vestibule.internal.')
  expect(place.page.hrefs).toContain('https://notes.vestibule.internal/terms')
  const { to, said } = await decide(place)
  expect(to).toBe(CALLBACK)
  const { status, body } = await place.exchange(said.get('code'))
  expect([status, body.scope, body.sub]).toEqual([200, ALL, person.did])
})

test('keeps the browser signed in, which has the newest session of its device', async () => {
  const place = await come({ remember: true })
  await decide(place)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DEVICE_RETRY_GRACE + 60_000 })
  try {
    const home = await place.visitor.open('/account')
    expect(home.header('location')).toContain(`/account/u/${person.handle}`)
  } finally {
    vi.useRealTimers()
  }
})

test('takes from the app what is not', async () => {
  const place = await come()
  const { 'permission-2': email, ...fields } = place.page.fields
  expect(email).toBe('on')
  const { said } = await decide(place, { ...place.page, fields })
  const { body } = await place.exchange(said.get('code'))
  expect(body.scope).toBe('atproto transition:generic')
})

test('is what was narrowed before, which can be ticked again', async () => {
  const place = await come()
  const narrowing = await place.visitor.open(place.at.replace('step=consent', 'step=permissions'))
  const { 'permission-1': _, ...fields } = narrowing.fields
  await place.visitor.send({ ...narrowing, fields })
  const page = await place.visitor.open(place.at)
  expect(Object.keys(page.fields)).not.toContain('permission-1')
  const { said } = await decide(place, {
    ...page,
    fields: { ...page.fields, 'permission-1': 'on' },
  })
  expect((await place.exchange(said.get('code'))).body.scope).toBe(ALL)
})

test('is of the account that the page named', async () => {
  const visitor = new Visitor(app)
  const other = await newPerson(app)
  await signIn(visitor, (await push()).url, other, { remember: 'on' })
  const place = await come({ visitor, remember: true })
  const action = place.page.action?.replace(
    encodeURIComponent(person.did),
    encodeURIComponent(other.did),
  )
  expect(action).not.toBe(place.page.action)
  const { said } = await decide(place, { ...place.page, action })
  expect((await place.exchange(said.get('code'))).body.sub).toBe(person.did)
})

test('a form that was not shown to this browser for this request gives nothing', async () => {
  const place = await come()
  const other = await come()
  for (const form of [other.page.fields.form ?? '', '']) {
    const answer = await place.visitor.send(place.page, { form })
    expect([answer.status, answer.header('location')]).toEqual([303, place.at])
  }
  expect((await decide(place)).said.get('code')).toMatch(/^cod-/)
})

test('who refuses goes back to the app, which learns that', async () => {
  const { visitor, page } = await come()
  const [deny = ''] = page.hrefs.filter((href) => href.includes('step=cancel'))
  const { header } = await visitor.open(deny)
  expect(new URL(header('location') ?? '').searchParams.get('error')).toBe('access_denied')
})

test.each<[string, boolean, (of: Person['account']) => Promise<unknown>, string]>([
  ['deactivated', false, (of) => of.deactivate(FOR_NOW, null), 'access_denied'],
  ['signed out', false, (of) => of.signOutEverywhere(), 'invalid_request'],
  ['signed out, and was remembered', true, (of) => of.signOutEverywhere(), 'invalid_request'],
])('nobody consents who is %s meanwhile', async (_, remember, end, error) => {
  const someone = await newPerson(app)
  const place = await come({ by: someone, remember })
  await end(someone.account)
  const { said } = await decide(place)
  expect([said.get('code'), said.get('error')]).toEqual([null, error])
})

describe('sent twice', () => {
  test.each([true, false])('one after the other, the form gives one code: %j', async (remember) => {
    const place = await come({ remember })
    const codes = [await decide(place), await decide(place)].map(({ said }) => said.get('code'))
    expect((await place.exchange(codes[0] ?? null)).status).toBe(400)
    expect((await place.exchange(codes[1] ?? null)).body).toMatchObject({ scope: ALL })
  })

  test.each([true, false])('at once, the form gives one code: %j', async (remember) => {
    const place = await come({ remember })
    const answers = []
    for (const { said } of await Promise.all([decide(place), decide(place)])) {
      answers.push(await place.exchange(said.get('code')))
    }
    // Either may be the second.
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
    expect(answers.find(({ status }) => status === 200)?.body).toMatchObject({ scope: ALL })
  })

  test('what is ticked the second time counts', async () => {
    const place = await come()
    const { 'permission-1': _, ...less } = place.page.fields
    await decide(place, { ...place.page, fields: less })
    const { 'permission-2': __, ...other } = place.page.fields
    const { said } = await decide(place, { ...place.page, fields: other })
    const { body } = await place.exchange(said.get('code'))
    expect(body.scope).toBe('atproto transition:generic')
  })

  test('the form gives nothing more once the app has used its code', async () => {
    const place = await come()
    const { said } = await decide(place)
    expect((await place.exchange(said.get('code'))).status).toBe(200)
    const again = await place.visitor.send(place.page)
    expect([again.status, again.title]).toEqual([400, ended.title])
  })

  test('the form gives nothing for another account of the browser', async () => {
    const visitor = new Visitor(app)
    const other = await newPerson(app)
    await signIn(visitor, (await push()).url, other, { remember: 'on' })
    const place = await come({ visitor, remember: true })
    const at = place.at.replace(encodeURIComponent(person.did), encodeURIComponent(other.did))
    const page = await visitor.open(at)
    expect(page.text).toContain(`@${other.handle}`)
    await decide(place)
    expect((await visitor.send(page)).title).toBe(ended.title)
  })
})

test('the page of a request that is over brings the newest session of the device', async () => {
  const place = await come({ remember: true })
  const { said } = await decide(place)
  await place.exchange(said.get('code'))
  expect((await place.visitor.send(place.page)).title).toBe(ended.title)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DEVICE_RETRY_GRACE + 60_000 })
  try {
    const home = await place.visitor.open('/account')
    expect(home.header('location')).toContain(`/account/u/${person.handle}`)
  } finally {
    vi.useRealTimers()
  }
})

test('whatever fails while it is answered, the form can be sent again', async () => {
  const calls = new Set<string>()
  const consent = async (place: Place) => {
    const { 'permission-1': _, ...fields } = place.page.fields
    return place.visitor.send({ ...place.page, fields })
  }
  const first = await come()
  watch = (call) => {
    // Of a limit that cannot be counted a gateway tells.
    if (call !== 'auth.takePoints') calls.add(call)
  }
  await consent(first)
  expect(calls).toContain('auth.takeRequest')
  for (const call of calls) {
    watch = () => {}
    const place = await come()
    watch = (made) => {
      if (made !== call) return
      watch = () => {}
      throw new Error('away')
    }
    const failed = await consent(place)
    watch = () => {}
    const isRefused = failed.status !== 303
    if (isRefused) expect([call, failed.status, failed.title]).toEqual([call, 503, server.title])
    // What goes on beside the answer keeps nobody.
    const given = isRefused ? await consent(place) : failed
    const to = new URL(given.header('location') ?? '', app.runner.settings.publicUrl)
    expect([call, to.searchParams.get('error')]).toEqual([call, null])
    expect([call, to.searchParams.get('code')]).toEqual([call, expect.stringMatching(/^cod-/)])
  }
})

test('who is deactivated is not led there, but asked first whether that shall end', async () => {
  const someone = await newPerson(app)
  const { visitor, url, at } = await come({ by: someone })
  await someone.account.deactivate(FOR_NOW, null)
  for (const page of [await visitor.open(url), await visitor.open(at)]) {
    expect([page.status, leadsTo(page)]).toEqual([200, at.replace('=consent', '=reactivate')])
  }
})

test('a browser is led there only where a person decides, and by no other page', async () => {
  const visitor = new Visitor(app)
  const { url } = await push()
  expect((await visitor.open(`${url}&step=consent`)).title).toBe('Sign in')
  expect(leadsTo(await visitor.open(`${url}&step=sign-up`))).toBeUndefined()
  const page = await signIn(visitor, url, person)
  const to = leadsTo(page)
  expect(to).toContain(`${url}&`)
  expect(page.hrefs).toContain(to)
  const account = await visitor.open('/account/sign-in?step=consent')
  expect([account.status, account.title]).not.toContain('Authorize')
})

test('who cannot take anything from the app is not told to', async () => {
  const visitor = new Visitor(app)
  const { url } = await push({ scope: 'atproto' })
  const page = await visitor.open(leadsTo(await signIn(visitor, url, person)) ?? '')
  expect(page.title).toBe('Authorize')
  expect(page.text).toContain(`asks for access to @${person.handle}.`)
  expect(page.text).not.toMatch(/untick/i)
})

test('terms that are no address of the web are not linked to', async () => {
  register({ tos_uri: 'javascript:alert(1)' })
  expect((await come()).page.text).not.toContain('javascript:')
})

test.each(PAGE_LANGUAGES)('%s', async (language) => {
  const { visitor, at } = await come()
  const page = await visitor.open(`${at}&lang=${language}`)
  const { authorize, deny, unticked } = permissionTexts[language]
  expect(page.title).toBe(authorize)
  for (const each of [deny, unticked]) expect(page.text).toContain(each)
  expect(page.text).not.toMatch(/undefined|\[object/)
})
