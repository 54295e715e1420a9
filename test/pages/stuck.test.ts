import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EXPIRED_REQUEST_MEMORY } from '../../base/lifetimes.ts'
import { sql } from '../../database/database.ts'
import { sweepFlow } from '../../database/flow/sweep.ts'
import type { PageRefusal } from '../../http/answers/refuse.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { writeErrorPage } from '../../http/page/error_page.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { pageDoor } from '../../http/routes/door.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { CLIENT_ID, FORM, form, REQUEST } from '../shared/mistakes.ts'

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)'
const NAVIGATION = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'cross-site',
}
let failing: ((action: string) => void) | null = null
let app: AppInProcess
beforeAll(async () => {
  app = await startApp({ onCall: ({ action }) => failing?.(action) })
})
afterAll(() => app?.close())
beforeEach(() => {
  failing = null
})

async function ask(target: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await app.ask({ method, target, headers: { ...NAVIGATION, ...headers } })
  if (!('status' in answer)) throw new Error('no answer')
  const header = (name: string) => answer.headers.find(([given]) => given === name)?.[1]
  const text = Buffer.from(answer.body ?? '').toString()
  const hrefs = [...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => unescaped(href ?? ''))
  return { status: answer.status, header, text, hrefs }
}
const unescaped = (text: string) => text.replaceAll('&amp;', '&')

/** The address of a sign-in that an app has pushed. */
async function push(): Promise<{ url: string; id: string }> {
  const body = form(REQUEST)
  const answer = await app.ask({ method: 'POST', target: '/oauth/par', headers: FORM, body })
  if (!('status' in answer)) throw new Error('no answer')
  const pushed = JSON.parse(Buffer.from(answer.body ?? '').toString())
  expect([answer.status, pushed]).toMatchObject([201, {}])
  const query = new URLSearchParams({ client_id: CLIENT_ID, request_uri: pushed.request_uri })
  return { url: `/oauth/authorize?${query}`, id: pushed.request_uri.split(':').at(-1) }
}

/** What the app is told by the redirect to it. */
function toldBy({ status, header }: Awaited<ReturnType<typeof ask>>) {
  const { searchParams, origin } = new URL(header('location') ?? '')
  expect([status, origin]).toEqual([303, new URL(REQUEST.redirect_uri).origin])
  return Object.fromEntries(searchParams)
}
const told = (error: string, error_description: string) => ({
  error,
  error_description,
  iss: 'http://localhost:2600',
  state: REQUEST.state,
})

describe.each(PAGE_LANGUAGES)('%s', (language) => {
  const { obstacles, ...texts } = errorPageTexts[language]
  const open = (target: string, headers = {}) =>
    ask(target, { 'accept-language': language, ...headers })

  test('a sign-in that has ended', async () => {
    const { url, id } = await push()
    sql(app.flow, 'DELETE FROM authorization_request WHERE id = ?').run(id)
    const page = await open(url)
    expect([page.status, page.header('cache-control')]).toEqual([400, 'no-store'])
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.text).toContain(obstacles.ended.title)
    expect(page.text).toContain('invalid_request: Unknown request_uri')
    expect(page.hrefs).toEqual(['/account'])
  })

  test('a browser that says too little, and one that an app shows in a frame', async () => {
    const old = await open((await push()).url, { 'sec-fetch-mode': '' })
    expect([old.status, old.text.includes(obstacles.browser.title)]).toEqual([400, true])
    expect(old.hrefs).toEqual([''])
    const framed = await open((await push()).url, { 'sec-fetch-dest': 'iframe' })
    expect([framed.status, framed.text.includes(obstacles.link.title)]).toEqual([400, true])
  })

  test('a server that cannot', async () => {
    const { url } = await push()
    failing = (action) => {
      if (action === 'readRequest') throw new Error('the disk is gone')
    }
    const page = await open(url)
    expect([page.status, page.text.includes(obstacles.server.title)]).toEqual([503, true])
    expect(page.text).not.toContain('disk')
    expect(page.hrefs).toEqual([''])
    failing = null
    expect((await open(url)).status).toBe(200)
  })

  test('a page that is there, without scripts or cookies', async () => {
    const { url } = await push()
    const page = await open(`${url}&step=sign-up`)
    expect(page.status).toBe(200)
    const [noscript = '', noCookies = ''] = page.text.split('</noscript>')
    expect(noscript).toContain(obstacles.scripts.title)
    expect(noCookies).toContain(obstacles.cookies.title)
    expect(page.hrefs).toEqual(expect.arrayContaining([url, `${url}&redirect-test=no-scripts`]))
    expect(page.hrefs).toContain(`${url}&redirect-test=2`)
  })

  test('a phone that keeps no cookies', async () => {
    const phone = { 'user-agent': IPHONE }
    const { url } = await push()
    const first = await open(url, phone)
    expect(first.text).toContain(`type="submit" value="${texts.goOn}"`)
    expect(first.text).toContain(`<html lang="${language}">`)
    const page = await open(`${url}&redirect-test=1`, phone)
    expect([page.status, page.text.includes(obstacles.cookies.title)]).toEqual([400, true])
    expect(page.hrefs).toEqual([url, `${url}&redirect-test=2`])
    const back = await open(`${url}&redirect-test=2`, phone)
    expect(toldBy(back)).toEqual(told('invalid_request', 'ERR_COOKIES_UNSUPPORTED'))
  })
})

test.each([
  ['2', 'ERR_COOKIES_UNSUPPORTED'],
  ['no-scripts', 'ERR_SCRIPTS_UNSUPPORTED'],
])('giving up with redirect-test=%s tells the app, and ends the sign-in', async (given, error) => {
  const { url } = await push()
  expect((await ask(url)).status).toBe(200)
  const answer = await ask(`${url}&redirect-test=${given}`)
  expect(toldBy(answer)).toEqual(told('invalid_request', error))
  const again = await ask(url)
  expect([again.status, again.text.includes('has ended')]).toEqual([400, true])
})

test.each(['1', '3', '', '__proto__', 'no-cookies'])(
  'redirect-test=%s gives nothing up',
  async (given) => {
    const { url } = await push()
    expect((await ask(`${url}&redirect-test=${given}`)).status).toBe(200)
  },
)

test('giving up a sign-in that is not there leads nowhere', async () => {
  const { url } = await push()
  const unknown = url.replace(/.{6}$/, '000000')
  const page = await ask(`${unknown}&redirect-test=2`)
  expect([page.status, page.header('location')]).toEqual([400, undefined])
})

test('the app of a person who comes back too late learns that, for ten minutes', async () => {
  const { url, id } = await push()
  expect((await ask(url)).status).toBe(200)
  const age = (by: number) =>
    sql(app.flow, 'UPDATE authorization_request SET expires_at = ? WHERE id = ?').run(
      Date.now() - by,
      id,
    )
  age(EXPIRED_REQUEST_MEMORY - 60_000)
  sweepFlow(app.flow)
  expect(toldBy(await ask(url))).toEqual(told('access_denied', 'This request has expired'))

  const other = await push()
  sql(app.flow, 'UPDATE authorization_request SET expires_at = ? WHERE id = ?').run(
    Date.now() - EXPIRED_REQUEST_MEMORY - 1000,
    other.id,
  )
  sweepFlow(app.flow)
  expect((await ask(other.url)).text).toContain('has ended')
})

test('another browser, and another client: the app learns that', async () => {
  const { url } = await push()
  expect((await ask(url)).status).toBe(200)
  expect(toldBy(await ask(url))).toEqual(
    told('access_denied', 'This request was initiated from another device'),
  )
  const other = await push()
  const answer = await ask(other.url.replace(/client_id=[^&]*/, 'client_id=http%3A%2F%2Flocalhost'))
  expect(toldBy(answer)).toEqual(
    told('access_denied', 'This request was initiated for another client'),
  )
})

test('an app whose metadata cannot be had is named to its makers, and led to by nothing', async () => {
  const { url } = await push()
  const page = await ask(
    url.replace(/client_id=[^&]*/, 'client_id=https%3A%2F%2Fapp.invalid%2F%3Cscript%3E.json'),
  )
  expect(page.status).toBeGreaterThanOrEqual(400)
  expect(page.text).not.toContain('<script>')
  expect(page.hrefs).toEqual(['/account'])
})

test('too many pages', () => {
  const refusal = pageDoor.tooMany({ 'retry-after': '60' }) as PageRefusal
  const page = writeErrorPage(refusal, 'Vestibule', {
    url: new URL('http://localhost/'),
    headers: new Map([['accept-language', 'fr']]),
  })
  expect([page.status, new Map(page.headers).get('retry-after')]).toEqual([429, '60'])
  expect(Buffer.from(page.body ?? '').toString()).toContain(
    errorPageTexts.fr.obstacles['too many'].title,
  )
})
