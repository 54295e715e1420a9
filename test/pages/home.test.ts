import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { providerRoutes } from '../../oauth/routes.ts'
import { homeTexts } from '../../pages/locales/index.ts'
import { targetOf } from '../attacks/reading/target.ts'
import { FORM } from '../shared/mistakes.ts'

const OWN = 'localhost:2600'
const LINKS = {
  ENTRYWAY_HOME_URL: 'https://about.vestibule.internal/?a=1&b="2"',
  ENTRYWAY_TERMS_OF_SERVICE_URL: 'https://about.vestibule.internal/terms',
  ENTRYWAY_PRIVACY_POLICY_URL: 'https://about.vestibule.internal/privacy',
  ENTRYWAY_SUPPORT_URL: 'https://about.vestibule.internal/support',
}

let app: AppInProcess
let did: string
beforeAll(async () => {
  app = await startApp({
    env: {
      ENTRYWAY_NAME: 'Kim & <Lee>',
      ENTRYWAY_HANDLE_DOMAINS: '.people.test',
      ...LINKS,
    },
  })
  const add = (handle: string) =>
    app.addAccount({ handle, email: `${handle}@mail.test`, password: 'a long password' })
  did = await add('alice.people.test')
  await add('own-domain.example.com')
  const gone = await add('gone.people.test')
  await app.actors.account(gone).deactivate({ deleteAfter: null, deleteCredentials: false }, null)
  const banned = await add('banned.people.test')
  await app.actors.account(banned).takeDown('spam')
})
afterAll(() => app?.close())

async function get(host: string, target = '/', { method = 'GET', language = 'en' } = {}) {
  const answer = await app.ask({
    method,
    target,
    headers: { host, 'accept-language': language, ...(method === 'POST' && FORM) },
    body: method === 'POST' ? 'username=alice' : null,
  })
  if (!('status' in answer)) throw new Error('no answer')
  const header = (name: string) => answer.headers.find(([given]) => given === name)?.[1]
  return { ...answer, header, text: Buffer.from(answer.body ?? '').toString() }
}
const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

describe.each(PAGE_LANGUAGES)('%s', (language) => {
  const texts = homeTexts[language]

  test('the own host says what this is, and where to sign in', async () => {
    const page = await get(OWN, '/', { language })
    expect(page.status).toBe(200)
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.text).toContain('Kim &amp; &lt;Lee&gt;')
    for (const href of ['/account', '/account/sign-up', ...Object.values(LINKS)]) {
      expect(page.text).toContain(`href="${escaped(href)}"`)
    }
    expect(page.text).not.toMatch(/<script|undefined|false/)
  })

  test('the host of a handle says whose it is, and leads to the own host', async () => {
    const page = await get('alice.people.test', '/', { language })
    expect(page.status).toBe(200)
    expect(page.text).toContain('<h1>@alice.people.test</h1>')
    expect(page.text).toContain(texts.signInAt(OWN))
    expect(page.text).toContain(`href="http://${OWN}/account"`)
    expect(page.text).not.toMatch(/did:plc|mail\.test|<script/)
  })

  test('has texts of its own', () => {
    const said = (of: typeof texts) =>
      [
        of.title,
        of.about('x'),
        of.account,
        of.signUp,
        of.aboutHandle('x'),
        of.signInAt('x'),
      ].concat(
        [of.nobody, of.aboutNobody('x', 'y'), of.toService('x'), of.termsOfService],
        [of.privacyPolicy, of.home],
      )
    for (const other of PAGE_LANGUAGES.filter((one) => one !== language)) {
      expect(said(texts).filter((text) => said(homeTexts[other]).includes(text))).toEqual([])
    }
  })
})

test('it runs nothing, may not be stored and sets no cookie', async () => {
  for (const host of [OWN, 'alice.people.test', 'nobody.people.test']) {
    const page = await get(host)
    expect(page.header('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/,
    )
    expect(page.header('cache-control')).toBe('no-store')
    expect(page.header('set-cookie')).toBeUndefined()
  }
})

test.each([
  ['the own host', OWN, 200, 'href="/account"'],
  ['the own host without a port', 'localhost', 200, 'href="/account"'],
  ['the name by which a proxy calls it', 'vestibule.internal', 200, 'href="/account"'],
  ['an address', '192.0.2.7:2600', 200, 'href="/account"'],
  ['an IPv6 address', '[::1]:2600', 200, 'href="/account"'],
  ['no host', '', 200, 'href="/account"'],
  ['what is no host', '<script>.people.test', 200, 'href="/account"'],
  [
    'a handle in capitals, with a port and the dot of the root',
    'Alice.People.TEST.:80',
    200,
    '@alice.people.test<',
  ],
  ['a handle of another domain', 'own-domain.example.com', 200, '@own-domain.example.com<'],
  ['a handle that nobody has', 'nobody.people.test', 404, '@nobody.people.test'],
  ['a handle that is deactivated', 'gone.people.test', 404, '@gone.people.test'],
  ['a handle that is taken down', 'banned.people.test', 404, '@banned.people.test'],
  ['a name below a handle', 'www.alice.people.test', 404, '@www.alice.people.test'],
])('/ at %s', async (_, host, status, text) => {
  const page = await get(host)
  expect([page.status, page.text.includes(text)]).toEqual([status, true])
  if (status === 404) expect(page.text).toContain(`href="http://${OWN}/"`)
})

test.each(['alice.people.test', 'own-domain.example.com', 'nobody.people.test'])(
  'no page shows a sign-in at %s',
  async (host) => {
    const pages = providerRoutes.filter(({ door }) => door.name === 'page')
    expect(pages.length).toBeGreaterThan(5)
    for (const { path, methods } of pages) {
      const target = `${targetOf(path)}?client_id=x&request_uri=y`
      const answer = await get(host, target, { method: methods[0] as string })
      expect([path, answer.status]).toEqual([path, 302])
      expect(answer.header('location')).toBe(`http://${OWN}${target}`)
      expect([answer.text, answer.header('set-cookie')]).toEqual(['', undefined])
    }
    const calls = providerRoutes.filter(({ door }) => door.name === 'page api')
    expect(calls.length).toBeGreaterThan(15)
    for (const { path, methods, body } of calls) {
      const answer = await app.ask({
        method: methods[0] as string,
        target: path,
        headers: { host, 'content-type': 'application/json' },
        body: body === 'json' ? '{}' : null,
      })
      expect([path, 'status' in answer && answer.status]).toEqual([path, 421])
    }
  },
)

test('what programs ask for is the same at every host', async () => {
  for (const host of [OWN, 'alice.people.test']) {
    const metadata = await get(host, '/.well-known/oauth-authorization-server')
    expect(JSON.parse(metadata.text).issuer).toBe(`http://${OWN}`)
    const described = await get(host, '/xrpc/com.atproto.server.describeServer')
    expect(described.status).toBe(200)
  }
  expect((await get('alice.people.test', '/.well-known/atproto-did')).text).toBe(did)
  expect((await get('gone.people.test', '/.well-known/atproto-did')).status).toBe(404)
})

test('HEAD and what is no GET', async () => {
  expect((await get(OWN, '/', { method: 'HEAD' })).status).toBe(200)
  expect((await get(OWN, '/', { method: 'POST' })).status).toBe(405)
})
