import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { providerRoutes } from '../../../oauth/routes.ts'
import { openidRoutes } from '../../../openid/routes.ts'
import { operatorPageRoutes } from '../../../operator_page/routes.ts'
import * as rp from '../../shared/people/relying_party.ts'
import { Visitor } from '../../shared/people/visitor.ts'

/** Every page, as somebody finds it who is signed in, and somebody who is not. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const visitors: Visitor[] = []
let app: AppInProcess

beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  await app.addAccount(kim)
  await rp.register(app)
  const signedIn = new Visitor(app)
  const page = await signedIn.open('/account/sign-in')
  const { handle: username, password } = kim
  await signedIn.send(page, { username, password, remember: 'on' })
  visitors.push(signedIn, new Visitor(app))
})
afterAll(() => app?.close())

const pages = [...providerRoutes, ...openidRoutes, ...operatorPageRoutes].filter(
  ({ door }) => door.name === 'page',
)

const shown = new Set<string>()

test.each([...new Set(pages.map(({ path }) => path))])(
  '21. what is at %s is in no frame, tells no other site its address and is kept nowhere',
  async (path) => {
    for (const visitor of visitors) {
      const { header } = await visitor.open(path, { headers: { accept: 'text/html' } })
      if (!header('content-type')?.startsWith('text/html')) continue
      shown.add(path)
      expect(header('cache-control')).toMatch(/no-store/)
      expect(header('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/)
      expect(header('content-security-policy')).toMatch(/frame-ancestors 'none'/)
      expect(header('x-frame-options')).toBe('DENY')
      expect(header('x-content-type-options')).toBe('nosniff')
    }
  },
)

test('21. most of them are pages to read', () => {
  expect(shown.size).toBeGreaterThan(20)
})

test.each(pages.filter(({ methods }) => methods.includes('POST')).map(({ path }) => path))(
  '21. a form of another site is not taken at %s',
  async (path) => {
    const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    for (const visitor of visitors) {
      const before = new Map(visitor.cookies)
      const form = { action: path, fields: { a: 'b' } }
      const { status, header } = await visitor.send(form, {}, { headers: foreign })
      // The OpenID endpoints take what a client has a browser post, as a link.
      if (status === 303) expect(header('location')).toBe(`${path}?a=b`)
      else expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      for (const [name, { value }] of before) expect(visitor.cookies.get(name)?.value).toBe(value)
    }
  },
)
