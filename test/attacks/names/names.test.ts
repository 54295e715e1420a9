import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../app/limits/table.ts'
import { normalizeEmail } from '../../../identity/email_rules.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { OPERATOR_PATH } from '../../../operator/handler.ts'
import { ask, askPage, post } from '../../shared/ask.ts'
import { SPELLINGS } from '../../subjects/spellings.ts'

const kim = { handle: 'kim-i.test', email: 'kim-i@mail.internal', password: 'a good password' }
let app: AppInProcess
let did: string
let names: string[]

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
  await app.actors.directory.addPds({
    did: 'did:web:other.test',
    url: 'https://other.test',
    address: 'https://other.test',
    adminPassword: 'another',
  })
  names = [kim.handle, kim.email, did]
})
afterAll(() => app?.close())
beforeEach(() => app.counters.exec('UPDATE counter SET resets_at = 0'))

const everyName = (work: (name: string) => Promise<void>) => Promise.all(names.map(work))

const onPage = (username: string, password: string, address?: string) =>
  askPage(app, 'sign-in', { locale: 'en', username, password }, address)
const byMethod = (identifier: string, password: string, address?: string) =>
  post(app, '/xrpc/com.atproto.server.createSession', { identifier, password }, {}, address)

describe.each([
  ['createSession', byMethod],
  ['the page', onPage],
])('30. sign-in, %s', (_, signIn) => {
  // Each spelling of one of the names: passwords are slow to check.
  test.each(SPELLINGS.map(([how, spell], i) => [how, spell, i % 3] as const))(
    '%s',
    async (_how, spell, i) => {
      const answer = await signIn(spell(names[i] as string), kim.password)
      expect(answer).toMatchObject({ status: 200 })
      expect(JSON.stringify(answer.body)).toContain(did)
    },
  )

  test('every spelling takes from one limit', async () => {
    const { points = 0 } = LIMITS.find(({ per }) => per === 'account at address') ?? {}
    await everyName(async (name) => {
      const guesses = SPELLINGS.map(([, spell]) => signIn(spell(name), 'wrong', name))
      const statuses = (await Promise.all(guesses)).map(({ status }) => status)
      expect(statuses.filter((status) => status !== 429)).toHaveLength(points)
    })
  })
})

test.each(SPELLINGS)('30. %s: reset mail, operator, PDS, address to store', async (how, spell) => {
  const sent = (await app.readMails()).length
  const email = spell(kim.email)
  expect(await post(app, '/xrpc/com.atproto.server.requestPasswordReset', { email })).toMatchObject(
    {
      status: 200,
    },
  )
  expect((await app.readMails()).length).toBe(sent + 1)
  expect(normalizeEmail(email)).toBe(kim.email)

  for (const name of names) {
    const shown = await post(
      app,
      `${OPERATOR_PATH}account/show`,
      { account: spell(name) },
      { authorization: `Bearer ${app.runner.secrets.operatorToken}` },
      '127.0.0.1',
    )
    expect(shown, how).toMatchObject({ status: 200, body: { did } })
  }
  for (const name of [kim.handle, did]) {
    const repo = encodeURIComponent(spell(name))
    const { body } = await ask(app, { target: `/xrpc/com.atproto.repo.describeRepo?repo=${repo}` })
    expect(body, how).toMatchObject({ passTo: { url: expect.stringContaining('127.0.0.1:9') } })
  }
  const domain = encodeURIComponent(spell(kim.handle))
  expect(await ask(app, { target: `/tls-check?domain=${domain}` })).toMatchObject({ status: 200 })
})

/** How a mailbox is written whose domain DNS has as `m\u00fcnchen.example.com`, in its own way. */
const WRITTEN = [
  'ida@xn--mnchen-3ya.example.com',
  'ida@m\u00fcnchen.example.com',
  'Ida@M\u00dcNCHEN.example.com',
  'ida@mu\u0308nchen.\u24d4xample.com',
  'ida@m\u00fcnchen.ex\u1d43mple.com',
  'ida@m\u00fcnchen\uff61\u{1d41e}xample.com',
]

test.each([
  ['xn--mnchen-3ya', 'ida-i.test'],
  ['m\u00fcnchen', 'ida-ii.test'],
])('30. an address that is kept at %s, however its domain is written', async (kept, handle) => {
  const password = 'a good password'
  const email = `ida@${kept}.example.com`
  app.directory.prepare(`DELETE FROM account WHERE email LIKE 'ida@%'`).run()
  const ida = await app.addAccount({ handle, email, password })
  for (const [i, written] of WRITTEN.entries()) {
    const address = `198.51.100.${i}`
    const signedIn = await byMethod(written, password, address)
    expect(signedIn, written).toMatchObject({ status: 200, body: { did: ida, email } })
    const asked = { handle: 'another-i.test', email: written, password }
    const taken = await post(app, '/xrpc/com.atproto.server.createAccount', asked)
    expect(taken.body, written).toMatchObject({
      message: 'Email already taken: ida@xn--mnchen-3ya.example.com',
    })
  }
  const limit = LIMITS.find(({ name }) => name === 'reset, one address at one account')
  const reset = (written: string) =>
    post(app, '/xrpc/com.atproto.server.requestPasswordReset', { email: written })
  const resets = await Promise.all(WRITTEN.map(reset))
  expect(resets.filter(({ status }) => status === 200)).toHaveLength(limit?.points ?? 0)
})

test('30. a domain for addresses that are thrown away is one, however it is written', () => {
  expect(() => normalizeEmail('ida@mailinator.com')).toThrow()
  expect(() => normalizeEmail('ida@mail\u24d8nator.com')).toThrow()
  expect(normalizeEmail('ida@exampl\u24d4.com')).toBe('ida@example.com')
  expect(() => normalizeEmail('ida@ex\ufdfaample.com')).toThrow()
})

test('30. every spelling of an address takes from one limit of reset mails', async () => {
  const limit = LIMITS.find(({ name }) => name === 'reset, one address at one account')
  const asked = SPELLINGS.map(([, spell]) =>
    post(app, '/xrpc/com.atproto.server.requestPasswordReset', { email: spell(kim.email) }),
  )
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(limit?.points ?? 0)
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
})

test('30. the host name of a PDS is no handle that a person can take', async () => {
  const [url, adminPassword] = ['https://pds-two.test', 'nowhere to be used']
  await app.actors.directory.addPds({ did: 'did:web:two.test', url, address: url, adminPassword })
  await app.app.refreshPdses()
  const signUp = (handle: string) =>
    post(app, '/xrpc/com.atproto.server.createAccount', {
      handle,
      email: 'ned-i@mail.internal',
      password: 'a good password',
    })
  expect(await signUp('PDS-two.test')).toMatchObject({ body: { error: 'HandleNotAvailable' } })
  expect((await signUp('pds-three.test')).status).toBeGreaterThanOrEqual(500)
})

test('30. a door that takes handles finds no account by its address', async () => {
  for (const name of [kim.email, did]) {
    const [host] = name.split(':')
    const found = await ask(app, {
      target: '/.well-known/atproto-did',
      headers: { host: host as string },
    })
    expect(found).toMatchObject({ status: 404, body: 'User not found' })
  }
  const here = { target: '/.well-known/atproto-did', headers: { host: `${kim.handle}.` } }
  expect(await ask(app, here)).toMatchObject({ status: 200, body: did })
  const repo = encodeURIComponent(kim.email)
  const answer = await ask(app, { target: `/xrpc/com.atproto.repo.describeRepo?repo=${repo}` })
  expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
  const email = encodeURIComponent(kim.email)
  expect(await ask(app, { target: `/tls-check?domain=${email}` })).toMatchObject({ status: 404 })
})
