import { gzipSync } from 'node:zlib'
import { UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ASKED_IN_VAIN, HOUR, MINUTE, REFRESH_RETRY_GRACE } from '../../base/lifetimes.ts'
import { CAPACITY } from '../../gateway/capacity.ts'
import { RefreshTokensInVain } from '../../gateway/requests/asked_in_vain.ts'
import { unavailable } from '../../http/answers/fault.ts'
import type { AuthActor, RequestEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { gatewayTo, openSession } from '../actors/gateway_to.ts'
import { fakeClock } from '../base/fake_clock.ts'
import { type Change, makeDpopKey, refreshed, type Session } from '../shared/people/attacker.ts'

/**
 * An answer is lost, and nothing answers for longer than a refresh token answers once more: the gateway knows that its
 * client has asked all the time.
 */
let app: AppInProcess
let did: string
let isCutOff = false
/** Whether what is asked is done, and its answer lost, or is not done. */
let isDone = true
/** Whether nothing reaches the account. */
let isAway = false
const auth: Pick<AuthActor, 'answer'> = {
  answer: async (envelope) => {
    if (!isCutOff) return app.auth.answer(envelope)
    if (isDone) await app.auth.answer(envelope)
    throw new Error('No answer')
  },
}

beforeAll(async () => {
  app = await startApp({
    onCall: ({ actor }) => {
      if (isAway && actor === 'account') throw new Error('Away')
    },
  })
  did = await app.addAccount({ handle: 'kim.test', email: 'kim@mail.internal', password: 'kim' })
})
afterAll(() => app?.close())
afterEach(() => {
  isCutOff = false
  isDone = true
  isAway = false
})

const { pass: later, set } = fakeClock(Date.now())

type Client = ReturnType<typeof gatewayTo>['client']

/** A session whose refresh is done, and its answer lost. */
async function lost(client: Client): Promise<Session> {
  const session = await openSession(app, did, client)
  await client.nonce()
  isCutOff = true
  expect(await client.refresh(session)).toMatchObject({ status: 503 })
  return session
}

test('its session goes on after an outage of any length within the hour', async () => {
  const { client } = gatewayTo(auth)
  const session = await lost(client)
  isDone = false
  for (let asked = 0; asked < 3; asked++) {
    later(REFRESH_RETRY_GRACE)
    expect(await client.refresh(session)).toMatchObject({ status: 503 })
  }
  later(ASKED_IN_VAIN / 2)
  isCutOff = false
  const next = await refreshed(client, session)
  expect(await client.refresh(next)).toMatchObject({ status: 200 })
})

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

/** Refreshes once more, since a nonce may have changed meanwhile. */
async function ask(client: Client, session: Session, change?: Change) {
  const answer = await client.refresh(session, change)
  return answer.body.error === 'use_dpop_nonce' ? client.refresh(session, change) : answer
}

/** @param answer to a token that counts as used again, which ends the session of its successor */
async function expectEnded(client: Client, answer: Promise<unknown>, successor: Session) {
  expect(await answer).toMatchObject(INVALID_GRANT)
  expect(await ask(client, successor)).toMatchObject(INVALID_GRANT)
}

test('the same where its account is away', async () => {
  const { client } = gatewayTo(app.auth)
  const session = await openSession(app, did, client)
  await refreshed(client, session)
  isAway = true
  expect(await client.refresh(session)).toMatchObject({ status: 503 })
  later(REFRESH_RETRY_GRACE + 1)
  expect(await ask(client, session)).toMatchObject({ status: 503 })
  isAway = false
  expect(await ask(client, session)).toMatchObject({ status: 200 })
})

test('and where the answer came when its client had hung up', async () => {
  const { client, outgoing } = gatewayTo(auth)
  const session = await lost(client)
  isCutOff = false
  outgoing.destroyed = true
  await client.refresh(session)
  outgoing.destroyed = false
  later(REFRESH_RETRY_GRACE + 1)
  expect(await ask(client, session)).toMatchObject({ status: 200 })
})

test('who has used it, asks with it again and hangs up keeps no other use of it from ending the session', async () => {
  const { client, outgoing } = gatewayTo(auth)
  const session = await openSession(app, did, client)
  const stolen = await refreshed(client, session)
  outgoing.destroyed = true
  await client.refresh(session)
  outgoing.destroyed = false
  later(REFRESH_RETRY_GRACE + 1)
  await expectEnded(client, ask(client, session), stolen)
})

test('who asks for the first time after that time has used it again', async () => {
  const [owner, thief] = [gatewayTo(app.auth).client, gatewayTo(auth).client]
  const session = await openSession(app, did, owner)
  const next = await refreshed(owner, session)
  later(REFRESH_RETRY_GRACE + 1)
  await thief.nonce()
  isCutOff = true
  isDone = false
  expect(await thief.refresh(session)).toMatchObject({ status: 503 })
  isCutOff = false
  await expectEnded(thief, ask(thief, session), next)
})

test('once it was answered, it is as any other', async () => {
  const { client } = gatewayTo(auth)
  const session = await lost(client)
  isCutOff = false
  const next = await refreshed(client, session)
  later(REFRESH_RETRY_GRACE + 1)
  await expectEnded(client, ask(client, session), next)
})

test('once its successor was used, it ends the session', async () => {
  const { client } = gatewayTo(auth)
  const other = gatewayTo(app.auth).client
  const session = await lost(client)
  const next = await refreshed(other, await refreshed(other, session))
  later(REFRESH_RETRY_GRACE + 1)
  isCutOff = false
  await expectEnded(client, ask(client, session), next)
})

test('after an hour it is over', async () => {
  const { client } = gatewayTo(auth)
  const other = gatewayTo(app.auth).client
  const session = await lost(client)
  const next = await refreshed(other, session)
  later(ASKED_IN_VAIN + 1)
  isCutOff = false
  await expectEnded(client, ask(client, session), next)
})

test('with another key it gets nothing', async () => {
  const { client } = gatewayTo(auth)
  const session = await lost(client)
  later(REFRESH_RETRY_GRACE + 1)
  isCutOff = false
  const stolen = { ...session, key: await makeDpopKey() }
  expect(await ask(client, stolen)).toMatchObject({ status: 400 })
})

test('what a gateway says of one token holds of no other', async () => {
  const { client } = gatewayTo(app.auth)
  const since = Date.now()
  const session = await openSession(app, did, client)
  const next = await refreshed(client, session)
  later(REFRESH_RETRY_GRACE + 1)
  const saying = gatewayTo({
    answer: (envelope) => app.auth.answer({ ...envelope, inVain: { digest: 'of another', since } }),
  }).client
  await expectEnded(saying, ask(saying, session), next)
})

/** A request with a refresh token, as a gateway has it. */
function shownFrom(
  address: string,
  form: string,
  ...headers: [name: string, value: string][]
): RequestEnvelope {
  return {
    ...{ method: 'POST', target: '/oauth/token', client: { address, port: 1 } },
    headers: [['content-type', 'application/x-www-form-urlencoded'], ...headers],
    body: Buffer.from(`grant_type=refresh_token&${form}`),
  }
}

test('a gateway knows so many, and those it was asked with last', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const shown = (token: number) => shownFrom('192.0.2.1', `refresh_token=${token}`)
  for (let token = 0; token <= 10_000; token++) inVain.note(shown(token), unavailable(), false)
  expect([0, 1, 10_000].map((token) => inVain.of(shown(token)) !== undefined)).toEqual([
    ...[false, true, true],
  ])
})

test('strangers who show tokens of their own push out none of other sites', () => {
  const inVain = new RefreshTokensInVain({ refreshTokensInVain: 100 })
  const shown = (address: string, token: number) =>
    shownFrom(address, `refresh_token=${token} of ${address}`)
  const own = [1, 2].map((n) => shown('192.0.2.1', n))
  for (const each of own) inVain.note(each, unavailable(), false)
  const networks = Array.from({ length: 300 }, (_, n) => shown(`2001:db8:1:${n}::1`, n))
  for (const each of networks) inVain.note(each, unavailable(), false)
  expect(own.map((each) => inVain.of(each) !== undefined)).toEqual([true, true])
  expect(networks.filter((each) => inVain.of(each) !== undefined)).toHaveLength(98)
})

test('a clock that is set makes nothing older, nor younger', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const shown = shownFrom('192.0.2.1', 'refresh_token=a')
  inVain.note(shown, unavailable(), false)
  for (const by of [2 * HOUR, -5 * HOUR]) {
    set(Date.now() + by)
    later(MINUTE)
    inVain.note(shownFrom('192.0.2.1', `refresh_token=${by}`), unavailable(), false)
  }
  expect(inVain.of(shown)?.since).toBe(Date.now() - 2 * MINUTE)
  later(ASKED_IN_VAIN - 2 * MINUTE)
  expect(inVain.of(shown)).toBeUndefined()
})

test('a client is the same in the header and in the body', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const basic = `Basic ${Buffer.from('an+app%3A1:secret').toString('base64')}`
  const byHeader = shownFrom('192.0.2.1', 'refresh_token=a', ['authorization', basic])
  const byBody = shownFrom('192.0.2.1', 'refresh_token=a&client_id=an+app%3A1')
  inVain.note(byHeader, unavailable(), false)
  expect(inVain.of(byBody)).toBeDefined()
  inVain.note(byBody, { status: 200, headers: [], body: null }, false)
  expect(inVain.of(byHeader)).toBeUndefined()
})

test('and in an assertion, with which it may be named', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const assertion = new UnsecuredJWT({ sub: 'an app' }).encode()
  const byAssertion = shownFrom('192.0.2.1', `refresh_token=a&client_assertion=${assertion}`)
  inVain.note(byAssertion, unavailable(), false)
  expect(inVain.of(shownFrom('192.0.2.1', 'refresh_token=a&client_id=an+app'))).toBeDefined()
  expect(inVain.of(shownFrom('192.0.2.1', 'refresh_token=a&client_id=another'))).toBeUndefined()
})

test('what one client asked for in vain says nothing of another that shows the same token', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const shown = (client: string) => shownFrom('192.0.2.1', `refresh_token=a&client_id=${client}`)
  inVain.note(shown('slow'), unavailable(), false)
  expect(inVain.of(shown('slow'))).toBeDefined()
  expect(inVain.of(shown('own'))).toBeUndefined()
})

test('it reads no token where there is none, or none that it can read', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const json = (body: string) => ({
    headers: [['content-type', 'application/json']] as [string, string][],
    body: Buffer.from(body),
  })
  const form = 'grant_type=refresh_token&refresh_token=a'
  const envelopes: Partial<RequestEnvelope>[] = [
    json('{"grant_type":"refresh_token","refresh_token":"a"}'),
    json('{"grant_type":"authorization_code","refresh_token":"a"}'),
    json('{"refresh_token":"a"}'),
    json('{"refresh_token":'),
    { headers: [['content-type', 'text/plain']], body: Buffer.from(form) },
    { headers: [['content-encoding', 'gzip']], body: Buffer.from(form) },
    { headers: [], body: 'unread' },
    { headers: [], body: null },
    { method: 'GET', headers: [], body: null },
  ]
  const known = envelopes.map((part) => {
    const envelope = {
      ...{ method: 'POST', target: '/', headers: [], body: null },
      ...{ client: { address: '192.0.2.1', port: 1 } },
      ...part,
    }
    inVain.note(envelope, unavailable(), false)
    return inVain.of(envelope) !== undefined
  })
  expect(known).toEqual(envelopes.map((_, at) => at === 0))
})

test('a token that is answered in a coded body is answered', () => {
  const inVain = new RefreshTokensInVain(CAPACITY)
  const form = Buffer.from('grant_type=refresh_token&refresh_token=a&client_id=app')
  const shown = (body: Buffer, ...coding: [string, string][]): RequestEnvelope => ({
    ...{ method: 'POST', target: '/oauth/token', client: { address: '192.0.2.1', port: 1 } },
    headers: [['content-type', 'application/x-www-form-urlencoded'], ...coding],
    body,
  })
  for (const coded of [
    shown(gzipSync(form), ['content-encoding', 'gzip']),
    shown(form, ['content-encoding', 'identity']),
  ]) {
    inVain.note(shown(form), unavailable(), false)
    expect(inVain.of(shown(form))).toBeDefined()
    inVain.note(coded, { status: 200, headers: [], body: null }, false)
    expect(inVain.of(shown(form))).toBeUndefined()
  }
})
