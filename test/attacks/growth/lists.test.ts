import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR } from '../../../base/lifetimes.ts'
import { upsertClient } from '../../../database/flow/client.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { SIGNED_IN_SHOWN } from '../../../oauth/security/items.ts'
import { en } from '../../../pages/security/locales/en.ts'
import { toAuthorizedClients } from '../../../stores/account.ts'
import { signInNow } from '../../shared/account_state.ts'
import { formsOf, itemsOf } from '../../shared/pages/forms_of.ts'
import { type Seen, Visitor } from '../../shared/people/visitor.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const CLIENT = 'https://app.example.com'
const MORE = 'The file below has all of it.'
/** The ids of sessions that can be ended on a page. */
const ENDED = /value="session"><input type="hidden" name="id" value="([^"]*)"/g
/** More than the page shows of a kind, and more scopes than of an app. */
const SESSIONS = SIGNED_IN_SHOWN.ofKind + 20
const SCOPES = SIGNED_IN_SHOWN.scopes + 20
const from = { address: '192.0.2.8', userAgent: null }

let app: AppInProcess
let visitor: Visitor
let did: string

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
  upsertClient(
    app.flow,
    CLIENT,
    JSON.stringify({
      ...{ client_id: CLIENT, client_name: 'x'.repeat(40_000), scope: 'atproto' },
      ...{ redirect_uris: [`${CLIENT}/callback`], grant_types: ['authorization_code'] },
      ...{ response_types: ['code'], application_type: 'web' },
      ...{ token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true },
    }),
  )
  visitor = new Visitor(app)
  const page = await visitor.open('/account/sign-in?step=sign-in')
  const { handle: username, password } = kim
  await visitor.send(page, { username, password, remember: 'on' })
  const account = app.actors.account(did)
  const basis = await signInNow(account)
  const now = Date.now()
  const scope = ['atproto', ...Array.from({ length: SCOPES }, (_, i) => `scope-${i}`)].join(' ')
  for (let i = 0; i < SESSIONS; i++) {
    const times = { createdAt: now, updatedAt: now + i, expiresAt: now + HOUR }
    await account.createSession(
      {
        ...{ ...times, tokenId: `tok-${i}`, clientId: CLIENT, clientAuth: '{}', deviceId: null },
        ...{ parameters: JSON.stringify({ scope }), scope, code: null, refreshToken: null, from },
      },
      basis,
    )
    await account.createLegacySession(
      { ...{ id: `${i}`, jti: `${i}`, appPasswordName: null, from }, ...times },
      basis,
      null,
      null,
    )
  }
})
afterAll(() => app?.close())

/** Where a link leads, by its words. */
function linkOf({ text }: Seen, words: string): string | undefined {
  return new RegExp(`<a href="([^"]*)">${words}</a>`).exec(text)?.[1]?.replaceAll('&amp;', '&')
}

describe('34. what is signed in to an account', () => {
  test('is shown as far as it was used last, and the file has all of it', async () => {
    const page = await visitor.open('/account/security')
    const items = itemsOf(page)
    const of = (name: string) => items.filter((item) => item.startsWith(name))
    expect(of('app.example.com')).toHaveLength(SIGNED_IN_SHOWN.ofKind)
    expect(of('App with your password')).toHaveLength(SIGNED_IN_SHOWN.ofKind)
    expect(of('This browser')).toHaveLength(1)
    const ids = [...page.text.matchAll(/name="id" value="([^"]*)"/g)].map(([, id]) => id)
    expect(ids).toContain(`${SESSIONS - 1}`)
    expect(ids).not.toContain('0')
    expect(page.text.split(MORE)).toHaveLength(2 + SIGNED_IN_SHOWN.ofKind)
    expect(page.text.split('scope-1<').length - 1).toBe(SIGNED_IN_SHOWN.ofKind)
    expect(page.text).not.toContain(`scope-${SIGNED_IN_SHOWN.scopes}<`)
    const file = await visitor.open('/account/security/sessions.json')
    const { sessions } = JSON.parse(file.text) as { sessions: { scope?: string }[] }
    expect(sessions).toHaveLength(2 * SESSIONS + 1)
    expect(sessions[0]?.scope).toContain(`scope-${SCOPES - 1}`)
  })

  test('is listed for the account page with no more of a client than it shows', async () => {
    const { status, text } = await visitor.call(`oauth-sessions?did=${did}`, null)
    expect(status).toBe(200)
    const listed = JSON.parse(text) as { clientMetadata: { client_name: string } }[]
    expect(listed).toHaveLength(SESSIONS)
    expect(listed[0]?.clientMetadata.client_name).toMatch(/^x+$/)
    const others = text.length - JSON.stringify(listed.map(() => 'scope-99 '.repeat(SCOPES))).length
    expect(others / SESSIONS).toBeLessThan(1_000)
  })

  test('is shown page by page, each with so many, and can be ended on each', async () => {
    const first = await visitor.open('/account/security')
    const older = linkOf(first, en.older)
    expect([linkOf(first, en.newer), older]).toEqual([undefined, expect.stringContaining('page=2')])
    const second = await visitor.open(older as string)
    expect(linkOf(second, en.older)).toBeUndefined()
    expect((await visitor.open(linkOf(second, en.newer) as string)).text).toContain(en.thisBrowser)
    const shown = [first, second].map((page) => [...page.text.matchAll(ENDED)].map(([, id]) => id))
    expect(shown.map(({ length }) => length)).toEqual([2 * SIGNED_IN_SHOWN.ofKind, 40])
    expect(new Set(shown.flat()).size).toBe(2 * SESSIONS)

    const form = formsOf(second).find(({ action }) => action?.includes('end-session'))
    const ended = await visitor.send({ ...second, ...form })
    expect(ended.header('location')).toContain('page=2')
    const left = await visitor.follow(ended)
    expect([...left.text.matchAll(ENDED)]).toHaveLength(39)
    for (const page of ['3', '9'.repeat(30)]) {
      const last = await visitor.open(`/account/security?page=${page}`)
      expect([...last.text.matchAll(ENDED)]).toHaveLength(page === '3' ? 39 : 200)
    }
    for (const page of ['0', '-1', '1.5', 'x', '']) {
      const same = await visitor.open(`/account/security?page=${page}`)
      expect([...same.text.matchAll(ENDED)]).toHaveLength(200)
    }
  })
})

test('34. of what an account gave to its apps, that of the one that asks is read', () => {
  const row = (clientId: string, data: string) => ({ clientId, data }) as never
  const given = toAuthorizedClients([
    row('other', 'no JSON'),
    row(CLIENT, '{"authorizedScopes":[]}'),
  ])
  expect(given.get(CLIENT)).toEqual({ authorizedScopes: [] })
  expect(given.get('nobody')).toBeUndefined()
})
