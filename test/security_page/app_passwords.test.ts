import { afterAll, beforeAll, expect, test } from 'vitest'
import { toExactField } from '../../http/page/exact_text.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { activityItems } from '../../oauth/security/items.ts'
import { signInNow } from '../shared/account_state.ts'
import { formsOf, itemsOf } from '../shared/pages/forms_of.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** App passwords on the security page, over databases. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const PAGE = '/account/security'
const NOTHING = { action: '', fields: {} }
let app: AppInProcess
let did: string

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

async function come(): Promise<Visitor> {
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(PAGE))
  const { handle: username, password } = kim
  await visitor.send(page, { username, password, remember: 'on' })
  return visitor
}

async function prove(visitor: Visitor) {
  const step = await visitor.open(`${PAGE}/app-password`)
  const answer = await visitor.send(formsOf(step)[0] ?? NOTHING, { password: kim.password })
  return visitor.follow(answer)
}

async function createSession(password: string): Promise<number> {
  const answer = await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: kim.handle, password }),
  })
  return 'status' in answer ? answer.status : 0
}

test('one is made after the password, shown once, told by mail, used, and revoked', async () => {
  const visitor = await come()
  const make = await prove(visitor)
  expect([make.status, make.title]).toEqual([200, 'Make an app password'])
  const name = 'An old app <i>of mine</i>'
  const page = await visitor.follow(await visitor.send(formsOf(make)[0] ?? NOTHING, { name }))
  const [, password = ''] = /<code>([^<]*)<\/code>/.exec(page.text) ?? []
  expect(page.text).not.toContain('<i>')
  expect(itemsOf(page).find((item) => item.includes('An old app'))).toMatch(/never used$/)
  // In another language the page would not show it.
  expect(page.hrefs.filter((href) => href.includes('lang='))).toEqual([])
  const later = await visitor.open(PAGE)
  expect(later.text).not.toContain(password)
  expect(later.hrefs.filter((href) => href.includes('lang=fr'))).toHaveLength(1)
  const mail = (await app.readMails()).at(-1)
  expect([mail?.subject, mail?.text?.includes(password)]).toEqual([
    'An app password was made',
    false,
  ])

  expect(await createSession(password)).toBe(200)
  const used = await visitor.open(PAGE)
  expect(itemsOf(used).filter((item) => item.includes('An old app'))[1]).toMatch(
    /last used .* UTC$/,
  )
  const revoke = formsOf(used).find(({ action }) => action?.includes('revoke-app-password'))
  const after = await visitor.follow(await visitor.send(revoke ?? NOTHING))
  expect(after.notice).toMatch(/^The app password is revoked/)
  expect(itemsOf(after).filter((item) => item.startsWith('App password “'))).toEqual([])
  expect(await createSession(password)).toBe(401)
})

/** A name as a browser reads it in a page, and sends it in a form (HTML sections 13.2.5 and 4.10.22.4). */
const sent = (name: string) => name.replaceAll('\0', '\uFFFD').replaceAll(/\r\n?|\n/g, '\r\n')

test.each(['two\nlines', 'two\rlines', 'no\0letter', ' spaces ', 'Ünïcode 🦋'])(
  'one that an app has called %j is revoked here',
  async (name) => {
    const account = app.actors.account(did)
    const basis = await signInNow(account)
    const { password } = await account.createAppPassword(name, false, basis)
    expect(await createSession(password)).toBe(200)
    const visitor = await come()
    const page = await visitor.open(PAGE)
    for (const { action, fields } of formsOf(page)) {
      if (!action?.includes('revoke-app-password')) continue
      await visitor.send({ action, fields: { ...fields, name: sent(fields.name ?? '') } })
    }
    expect((await account.listAppPasswords()).map((each) => each.name)).not.toContain(name)
    expect(await createSession(password)).toBe(401)
  },
)

test('one that is privileged says so', async () => {
  const visitor = await come()
  const [form = NOTHING] = formsOf(await prove(visitor))
  const page = await visitor.follow(await visitor.send(form, { name: 'trusted', privileged: 'on' }))
  expect(itemsOf(page).find((item) => item.startsWith('trusted'))).toContain(
    'May read and write your direct messages',
  )
})

test.each([
  ['without a name', ' ', /^Give it the name/],
  ['with a name of 257 characters', 'x'.repeat(257), /^The app password could not be made/],
  ['with the name of another', 'taken', /^The app password could not be made/],
])('none is made %s', async (_, name, said) => {
  const visitor = await come()
  const [form = NOTHING] = formsOf(await prove(visitor))
  await visitor.send(form, { name: 'taken' })
  const answer = await visitor.send(form, { name, privileged: 'on' })
  expect([answer.status, answer.title]).toEqual([400, 'Make an app password'])
  expect(answer.alert).toMatch(said)
  expect(answer.fields).toMatchObject({ name: name.trim(), privileged: 'on' })
})

test('its name does not turn round the address beside it', () => {
  const detail = { name: 'App\u202e\n', appPassword: 'App\u2066', address: '192.0.2.1' }
  const entry = { at: 0, event: 'app_password_created', detail }
  const [item] = activityItems([entry], { browsers: new Map(), apps: new Map() }, 'en')
  expect(item?.about).toEqual(['App\ufffd', 'App\ufffd\ufffd', '192.0.2.1'])
})

test('nor the sentence in which it stands, where it is written from the right or turns what follows', async () => {
  const visitor = await come()
  const [form = NOTHING] = formsOf(await prove(visitor))
  const [turning, right] = ['App\u202eppA', 'תוכנה (2)']
  for (const name of [turning, right]) {
    const made = await visitor.follow(await visitor.send(form, { name }))
    const said = made.text.replaceAll(/<input [^>]*>/g, '')
    expect(said).toContain(
      `An app password for “${name === right ? `\u2068${right}\u2069` : 'App\ufffdppA'}”`,
    )
    expect(said).not.toMatch(/\u202e|(?<!\u2068)תוכנה|\(2\)(?!\u2069)/)
    // It is still the name by which it is revoked.
    expect(made.text).toContain(`name="name" value="${toExactField(name)}"`)
  }
})

test('two people who make one in two tabs at once see their own each', async () => {
  const lee = { handle: 'lee.test', email: 'lee@mail.internal', password: 'secret of lee' }
  const dids = new Map([
    [kim, (await app.actors.directory.find(kim.handle))?.did],
    [lee, await app.addAccount(lee)],
  ])
  const visitor = new Visitor(app)
  const made = []
  for (const [{ handle: username, password }, did] of dids) {
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await visitor.send(page, { username, password, remember: 'on' })
    const step = await visitor.open(`${PAGE}/app-password?account=${did}`)
    const form = await visitor.follow(await visitor.send(step, { password }))
    made.push(await visitor.send(form, { name: `App of ${username}` }))
  }
  const shown = []
  for (const answer of made) shown.push(await visitor.follow(answer))
  expect(shown.map(({ text }) => /App of (\w+)[\s\S]*?<code>/.exec(text)?.[1])).toEqual([
    'kim',
    'lee',
  ])
})
