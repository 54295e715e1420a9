import Sqlite from 'better-sqlite3'
import type * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AccountStub, refusing } from '../../actors/reach.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import * as rp from '../shared/people/relying_party.ts'
import { push, Visitor } from '../shared/people/visitor.ts'
import { servicesOf } from '../shared/services.ts'

/** A browser that remembers two people, of whom one has an account that cannot be asked. */
let app: AppInProcess
let kim: Person
let lost: Person
let visitor: Visitor
let config: oidc.Configuration

beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  kim = await newPerson(app)
  lost = await newPerson(app)
  config = await rp.discover(app, await rp.register(app))
})
beforeEach(async () => {
  visitor = new Visitor(app)
  for (const person of [lost, kim]) expect(await signIn(person)).toBe(303)
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => app?.close())

async function signIn({ handle, password }: Person): Promise<number> {
  const page = await visitor.open('/account/sign-in?step=sign-in')
  const sent = await visitor.send(page, { username: handle, password, remember: 'on' })
  return sent.status
}

/** Has the account of one of them answer with an error, whatever it is asked. */
function fail(err: Error): void {
  const { account } = app.actors
  const failing = new Proxy({}, { get: () => async () => Promise.reject(err) })
  const inItsPlace = refusing(failing, 'account') as AccountStub
  vi.spyOn(app.actors, 'account').mockImplementation((did) =>
    did === lost.did ? inItsPlace : account(did),
  )
}
const damage = () =>
  fail(new Sqlite.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT'))

const { notReached } = signInTexts.en
const isNamed = (text: string, { handle }: Person) => text.includes(`@${handle}`)
const leadsTo = (hrefs: string[], { did, handle }: Person) =>
  hrefs.some((href) => [did, handle].some((name) => decodeURIComponent(href).includes(name)))

describe('where one account of a browser is damaged', () => {
  beforeEach(damage)

  test.each(['/account', '/account/security'])(
    '%s says so, and leads to the other',
    async (path) => {
      const page = await visitor.open(path)
      expect([page.status, isNamed(page.text, lost)]).toEqual([200, true])
      expect(page.text.split(notReached)).toHaveLength(2)
      expect([leadsTo(page.hrefs, kim), leadsTo(page.hrefs, lost)]).toEqual([true, false])
      const next = page.hrefs.find((href) => leadsTo([href], kim)) as string
      expect(await visitor.open(next)).toMatchObject({ status: 200 })
    },
  )

  test('an app is let in by the other', async () => {
    const page = await visitor.open((await push(app)).url)
    expect([page.status, page.text.split(notReached).length]).toEqual([200, 2])
    const next = page.hrefs.find((href) => leadsTo([href], kim)) as string
    expect((await visitor.open(next)).text).not.toContain(notReached)
  })

  test.each([false, true])('so is an OpenID client (that knows the one: %s)', async (isKnown) => {
    vi.restoreAllMocks()
    const other = await newPerson(app)
    expect(await signIn(other)).toBe(303)
    const choose = async (person: Person) => {
      const page = await rp.open(visitor, await rp.begin(config))
      const next = page.hrefs.find((href) => leadsTo([href], person)) as string
      return { page, asked: await rp.follow(visitor, await visitor.open(next)) }
    }
    if (isKnown) {
      const { asked } = await choose(lost)
      expect((await rp.allow(visitor, asked)).header('location')).toContain('code=')
    }
    damage()
    const { page, asked } = await choose(other)
    expect([page.status, page.text.split(notReached).length]).toEqual([200, 2])
    expect([asked.status, asked.text.includes(other.handle)]).toEqual([200, true])
    expect((await rp.allow(visitor, asked)).header('location')).toContain('code=')
  })

  test('and one that was asking already when it was found to be', async () => {
    vi.restoreAllMocks()
    const next = async (more: Record<string, string> = {}) => {
      const page = await rp.open(visitor, await rp.begin(config, more))
      return (person: Person) => page.hrefs.find((href) => leadsTo([href], person)) as string
    }
    const first = await rp.follow(visitor, await visitor.open((await next())(lost)))
    if (first.action) await rp.allow(visitor, first)
    const choice = await next({ prompt: 'select_account' })
    damage()
    const asked = await rp.follow(visitor, await visitor.open(choice(kim)))
    expect([asked.status, asked.text.includes(kim.handle)]).toEqual([200, true])
    expect((await rp.allow(visitor, asked)).header('location')).toContain('code=')
  })

  test('an app that asks for the one that is damaged is told so', async () => {
    const page = await visitor.open((await push(app, { login_hint: lost.handle })).url)
    expect([page.status, page.text.split(notReached).length]).toEqual([200, 2])
    const other = await visitor.open((await push(app, { login_hint: kim.handle })).url)
    expect([other.status, other.text.includes(notReached)]).toEqual([200, false])
  })

  test('somebody else signs in there, and it signs in nobody', async () => {
    expect(await signIn(await newPerson(app))).toBe(303)
    expect(await signIn(lost)).toBe(503)
  })

  test('a browser with no other account leads to the sign-in of another', async () => {
    vi.restoreAllMocks()
    visitor = new Visitor(app)
    await signIn(lost)
    damage()
    for (const path of ['/account', '/account/security']) {
      let page = await visitor.open(path)
      for (let i = 0; page.status === 303 && i < 3; i++) page = await visitor.follow(page)
      expect([page.status, page.text.split(notReached).length]).toEqual([200, 2])
      expect(page.hrefs.some((href) => href.includes('step=sign-in'))).toBe(true)
    }
    expect(await signIn(kim)).toBe(303)
  })

  test('a browser that is forgotten, as it shows a session of before, begins anew', async () => {
    const session = visitor.cookies.get('ses-id')
    if (!session) throw new Error('There is no session')
    visitor.cookies.set('ses-id', { ...session, value: `ses-${'0'.repeat(32)}` })
    const page = await visitor.open('/account')
    expect([page.status, page.text.includes(kim.handle)]).toEqual([200, false])
    vi.restoreAllMocks()
    const { did, account } = lost
    const [left] = await account.listDevices()
    expect(await servicesOf(app).mayBeOn(left?.deviceId as string, did)).toBe(false)
  })

  test('it is there again once it is mended', async () => {
    await visitor.open('/account')
    vi.restoreAllMocks()
    const page = await visitor.open('/account')
    expect([leadsTo(page.hrefs, kim), leadsTo(page.hrefs, lost)]).toEqual([true, true])
    expect(page.text).not.toContain(notReached)
  })
})

test('one that does not answer for a while is not taken for damaged, and not forgotten', async () => {
  fail(new Error('its runner moves'))
  for (const path of ['/account', '/account/security']) {
    expect((await visitor.open(path)).status).toBe(503)
  }
  vi.restoreAllMocks()
  const page = await visitor.open('/account')
  expect([leadsTo(page.hrefs, kim), leadsTo(page.hrefs, lost)]).toEqual([true, true])
})
