import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../../http/envelope.ts'
import type { RouteShape } from '../../../http/routes/route.ts'
import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { providerRoutes } from '../../../oauth/routes.ts'
import { openidRoutes } from '../../../openid/routes.ts'
import { operatorPageRoutes } from '../../../operator_page/routes.ts'
import { FORM } from '../../shared/mistakes.ts'
import { command, startOperatorApp } from '../../shared/people/operators.ts'
import { Visitor } from '../../shared/people/visitor.ts'

/** Every form of every page, by the table of the routes: also those that are added tomorrow. */
let app: AppInProcess
beforeAll(async () => {
  app = await startOperatorApp({ ENTRYWAY_RATE_LIMITS: 'off' })
  const metadata = { redirect_uris: ['https://rp.internal/back'] }
  const added = await command(app, 'openid/client-add', { id: 'rp', metadata })
  expect(added.status).toBe(200)
})
afterAll(() => app?.close())

const all = [...providerRoutes, ...openidRoutes, ...operatorPageRoutes]
const posted = all.filter(({ methods }) => methods.includes('POST'))
/** What a browser sends by itself, with the cookies of this host. */
const forPeople = posted.filter(({ door }) => !door.isForPrograms)
const isCall = ({ door }: RouteShape) => door.name === 'page api'
const own = forPeople.filter(({ isOwnForm }) => isOwnForm)
const named = (routes: readonly RouteShape[]): [string, RouteShape][] =>
  routes.map((route) => [route.path, route])

const FOREIGN: Record<string, Record<string, string>> = {
  'from another site': { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
  'from a host beside': { origin: 'http://x.localhost:2600', 'sec-fetch-site': 'same-site' },
  'from nowhere': { origin: 'null' },
  'without an origin': { origin: '' },
  'by a script': { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  'from a frame': { 'sec-fetch-dest': 'iframe' },
  'by a browser that does not say': { 'sec-fetch-site': '' },
}
/** Each header alone: where two are others, one refuses for both. */
const ONE_HEADER: Record<string, Record<string, string>> = {
  'of another origin': { origin: 'https://evil.test' },
  'of another site': { 'sec-fetch-site': 'cross-site' },
  'of the same site': { 'sec-fetch-site': 'same-site' },
  'of nobody': { 'sec-fetch-site': 'none' },
  'by fetch': { 'sec-fetch-mode': 'cors' },
  'by fetch, unread': { 'sec-fetch-mode': 'no-cors' },
  'without a mode': { 'sec-fetch-mode': '' },
  'for a script': { 'sec-fetch-dest': 'empty' },
  'for a picture': { 'sec-fetch-dest': 'image' },
  'without a destination': { 'sec-fetch-dest': '' },
}
const REFUSALS = /was not sent from the page|This page does not open in your browser/

/** What stands behind a path that goes on. */
const ANY_NAME = 'x'.repeat(43)

function actionOf({ path }: RouteShape): string {
  const query = path.startsWith('/oauth/authorize/') ? '?client_id=x&request_uri=y' : ''
  return (path.endsWith('/') ? path + ANY_NAME : path) + query
}

/** What is posted to a route, in a browser with a device. */
async function post(
  route: RouteShape,
  headers: Record<string, string> = {},
  behind = '',
): Promise<Awaited<ReturnType<Visitor['send']>>> {
  const visitor = new Visitor(app)
  await visitor.open('/account/sign-in')
  const action = actionOf(route)
  return visitor.send({ action, fields: { link: 'x', form: 'x' } }, {}, { headers, behind })
}

test('38. all that people post is a form of this program’s own, a call of its pages, or a client’s link', () => {
  const others = forPeople.filter((route) => !route.isOwnForm && !isCall(route))
  expect(others.map(({ path }) => path)).toEqual(['/openid/authorize', '/openid/end-session'])
})

describe('38. no other site sends', () => {
  test.each(named(own))('%s', async (_, route) => {
    expect((await post(route)).text).not.toMatch(REFUSALS)
    for (const [how, headers] of Object.entries({ ...FOREIGN, ...ONE_HEADER })) {
      const { status, text, cookies } = await post(route, headers)
      expect([how, status, cookies]).toEqual([how, 400, []])
      expect(text, how).toMatch(REFUSALS)
    }
  })

  const calls = forPeople.filter(isCall)
  test.each(named(calls))('%s', async (path) => {
    const call = async (change: Record<string, string>) => {
      const csrf = 'c5f'.repeat(8)
      const headers = {
        ...{ origin: app.runner.settings.publicUrl, cookie: `csrf-token=${csrf}` },
        ...{ referer: `${app.runner.settings.publicUrl}/account`, 'x-csrf-token': csrf },
        ...{ 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
        ...{ 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty', ...change },
      }
      const given = Object.entries(headers).filter(([, value]) => value !== '')
      const asked = { method: 'POST', target: path, headers: given, body: '{}' }
      const { status, body } = (await app.ask(asked)) as ResponseEnvelope
      return { status, text: Buffer.from(body ?? '').toString() }
    }
    const here = await call({})
    const foreign: Record<string, Record<string, string>> = {
      ...FOREIGN,
      'by a navigation': { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    }
    // Of these a browser says the rest, and a script of this origin shows the token of its cookie.
    for (const how of ['without an origin', 'by a script', 'from a frame']) delete foreign[how]
    for (const [how, headers] of Object.entries(foreign)) {
      const there = await call(headers)
      expect([how, there.status]).toEqual([how, 400])
      expect(there.text, how).not.toBe(here.text)
    }
    const tokens: Record<string, string>[] = [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': 'other' },
      { cookie: '' },
    ]
    for (const change of tokens) {
      expect((await call(change)).text).not.toBe(here.text)
    }
  })
})

describe('38. what another site has a browser send uses up no limit of its person', () => {
  let counting: AppInProcess
  beforeAll(async () => {
    counting = await startOperatorApp({})
    const metadata = { redirect_uris: ['https://rp.internal/back'] }
    await command(counting, 'openid/client-add', { id: 'rp', metadata })
  })
  afterAll(() => counting?.close())

  const taken = () =>
    counting.counters.prepare('SELECT total(points) FROM counter').pluck().get() as number

  test.each(named(own))('%s', async (_, route) => {
    const visitor = new Visitor(counting)
    const before = taken()
    const page = { action: actionOf(route), fields: { username: 'kim.test', form: 'x' } }
    for (const how of ['from another site', 'from a host beside', 'from a frame']) {
      const { status } = await visitor.send(page, {}, { headers: FOREIGN[how] ?? {} })
      expect([how, status]).toEqual([how, 400])
    }
    // Also where it is refused before that is looked at.
    await visitor.send(
      { ...page, action: route.path },
      {},
      { headers: FOREIGN['from another site'] ?? {} },
    )
    expect(taken()).toBe(before)
    await visitor.send(page)
    expect(taken()).toBeGreaterThan(before)
    const sent = taken()
    if (!route.methods.includes('GET')) return
    await visitor.open(page.action, { headers: FOREIGN['from another site'] ?? {} })
    expect(taken()).toBeGreaterThan(sent)
  })
})

describe('29. a form has each field once, and one type', () => {
  test.each(named(own))('%s', async (_, route) => {
    const before = (await post(route)).status
    for (const behind of ['&link=y', '&form=y', '&more=1&more=2']) {
      const { status, text } = await post(route, {}, behind)
      expect([behind, status]).toEqual([behind, 400])
      expect(text).toContain('A parameter is included more than once')
    }
    const form = FORM['content-type']
    for (const headers of [
      ...['multipart/form-data; boundary=x', 'text/plain', 'application/json', ''].map((type) => ({
        'content-type': type,
      })),
      { 'content-type': `${form}; charset=utf-16` },
      { 'content-encoding': 'br' },
    ]) {
      const { status, text } = await post(route, headers)
      expect([headers, status]).toEqual([headers, 415])
      // Somebody with a browser reads it.
      expect(text).toMatch(/^<!doctype html>.*invalid_request: Send /s)
    }
    expect((await post(route)).status).toBe(before)
  })
})
