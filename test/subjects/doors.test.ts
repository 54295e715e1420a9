import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../app/limits/table.ts'
import { normalizeEmail } from '../../identity/email_rules.ts'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import { OPERATOR_PATH } from '../../operator/handler.ts'
import { SPELLINGS } from './spellings.ts'

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
    adminPassword: 'another',
  })
  names = [kim.handle, kim.email, did]
})
afterAll(() => app?.close())
beforeEach(() => app.counters.exec('UPDATE counter SET resets_at = 0'))

type Answered = { status: number; headers: Record<string, string>; body: unknown }

async function ask(asked: Parameters<AppInProcess['ask']>[0]): Promise<Answered> {
  const answer = await app.ask(asked)
  if (!('status' in answer)) return { status: 0, headers: {}, body: answer }
  const text = Buffer.from(answer.body ?? []).toString()
  const isJson = text.startsWith('{')
  const { status } = answer
  return {
    status,
    headers: Object.fromEntries(answer.headers),
    body: isJson ? JSON.parse(text) : text,
  }
}

const post = (target: string, body: object, headers = {}, address = '192.0.2.1') =>
  ask({
    method: 'POST',
    target,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    address,
  })

const everyName = (work: (name: string) => Promise<void>) => Promise.all(names.map(work))

/** @param address of the client */
const onPage = (username: string, password: string, address?: string) =>
  post(
    '/@atproto/oauth-provider/~api/sign-in',
    { locale: 'en', username, password },
    {
      origin: 'http://localhost:2600',
      referer: 'http://localhost:2600/account',
      cookie: `csrf-token=${'0'.repeat(24)}`,
      'x-csrf-token': '0'.repeat(24),
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-site': 'same-origin',
    },
    address,
  )
const byMethod = (identifier: string, password: string, address?: string) =>
  post('/xrpc/com.atproto.server.createSession', { identifier, password }, {}, address)

describe.each([
  ['createSession', byMethod],
  ['the page', onPage],
])('30. sign-in, %s', (_, signIn) => {
  test.each(SPELLINGS)('%s', async (_how, spell) => {
    await everyName(async (name) => {
      const answer = await signIn(spell(name), kim.password)
      expect(answer, JSON.stringify(spell(name))).toMatchObject({ status: 200 })
      expect(JSON.stringify(answer.body)).toContain(did)
    })
  })

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
  expect(await post('/xrpc/com.atproto.server.requestPasswordReset', { email })).toMatchObject({
    status: 200,
  })
  expect((await app.readMails()).length).toBe(sent + 1)
  expect(normalizeEmail(email)).toBe(kim.email)

  for (const name of names) {
    const shown = await post(
      `${OPERATOR_PATH}account/show`,
      { account: spell(name) },
      { authorization: `Bearer ${app.runner.secrets.operatorToken}` },
      '127.0.0.1',
    )
    expect(shown, how).toMatchObject({ status: 200, body: { did } })
  }
  for (const name of [kim.handle, did]) {
    const repo = encodeURIComponent(spell(name))
    const { body } = await ask({ target: `/xrpc/com.atproto.repo.describeRepo?repo=${repo}` })
    expect(body, how).toMatchObject({ passTo: { url: expect.stringContaining('127.0.0.1:9') } })
  }
  const domain = encodeURIComponent(spell(kim.handle))
  expect(await ask({ target: `/tls-check?domain=${domain}` })).toMatchObject({ status: 200 })
})

test('30. a door that takes handles finds no account by its address', async () => {
  for (const name of [kim.email, did]) {
    const [host] = name.split(':')
    const found = await ask({
      target: '/.well-known/atproto-did',
      headers: { host: host as string },
    })
    expect(found).toMatchObject({ status: 404, body: 'User not found' })
  }
  const here = { target: '/.well-known/atproto-did', headers: { host: `${kim.handle}.` } }
  expect(await ask(here)).toMatchObject({ status: 200, body: did })
  const repo = encodeURIComponent(kim.email)
  const answer = await ask({ target: `/xrpc/com.atproto.repo.describeRepo?repo=${repo}` })
  expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
  const email = encodeURIComponent(kim.email)
  expect(await ask({ target: `/tls-check?domain=${email}` })).toMatchObject({ status: 404 })
})
