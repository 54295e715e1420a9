import { HandleUnavailableError } from '@atproto/oauth-provider/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal, type RefusalCode } from '../../base/errors.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { OPERATOR_PATH } from '../../operator/handler.ts'
import { toOAuthError } from '../../stores/oauth_errors.ts'
import { askPage, post } from '../shared/ask.ts'

const taken = { handle: 'kim.test', email: 'kim@mail.internal', password: 'a good password' }
const fresh = { handle: 'ned.test', email: 'ned@mail.internal', password: 'a good password' }
let app: AppInProcess
let closed: AppInProcess
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  closed = await startApp({
    env: { ENTRYWAY_RATE_LIMITS: 'off', ENTRYWAY_INVITE_REQUIRED: 'true' },
  })
  for (const each of [app, closed]) await each.addAccount(taken)
})
afterAll(() => Promise.all([app?.close(), closed?.close()]))

type Input = Record<string, unknown>
const byMethod = (input: Input, at = app) =>
  post(at, '/xrpc/com.atproto.server.createAccount', input)
const onPage = (input: Input, at = app) => askPage(at, 'sign-up', { locale: 'en', ...input })
const asOperator = (input: Input, at = app) =>
  post(
    at,
    `${OPERATOR_PATH}account/create`,
    input,
    { authorization: `Bearer ${at.runner.secrets.operatorToken}` },
    '127.0.0.1',
  )

async function changeHandle({ handle, password }: typeof taken, to: string, at: AppInProcess) {
  const session = await post(at, '/xrpc/com.atproto.server.createSession', {
    identifier: handle,
    password,
  })
  const { accessJwt } = session.body as { accessJwt: string }
  const authorization = `Bearer ${accessJwt}`
  return post(at, '/xrpc/com.atproto.identity.updateHandle', { handle: to }, { authorization })
}

/** All rules were kept, and the PDS, which is not there, was asked. */
const accepted = { status: expect.toSatisfy((status: number) => status >= 500) }
const named = (error: string) => ({ status: 400, body: { error } })
const reason = (because: string) => ({
  status: 400,
  body: { error: 'handle_unavailable', reason: because },
})

describe('what is refused, at each door in its own words', () => {
  test.each([
    ['a handle that is taken', { handle: taken.handle }, 'InvalidRequest', 'taken', 'HandleTaken'],
    ['a reserved handle', { handle: 'admin.test' }, 'HandleNotAvailable', 'reserved', null],
    ['a short handle', { handle: 'ab.test' }, 'InvalidHandle', 'syntax', 'InvalidHandle'],
    ['a handle with a dot', { handle: 'a.bc.test' }, 'InvalidHandle', 'syntax', 'InvalidHandle'],
    ['a foreign handle', { handle: 'ned.example.com' }, 'UnsupportedDomain', 'unsupported', null],
    [
      'a handle for local use',
      { handle: 'ned.local' },
      'InvalidHandle',
      'domain',
      'UnsupportedDomain',
    ],
  ] as const)('%s', async (_, change, method, page, operator) => {
    const input = { ...fresh, ...change }
    expect(await byMethod(input)).toMatchObject(named(method))
    expect(await onPage(input)).toMatchObject(reason(page))
    if (operator) expect(await asOperator(input)).toMatchObject(named(operator))
  })

  test.each([
    ['an address that is taken', { email: taken.email.toUpperCase() }, 'EmailTaken'],
    ['an address that is none', { email: 'ned' }, 'InvalidEmail'],
    ['a long password', { password: 'x'.repeat(257) }, 'InvalidPassword'],
  ] as const)('%s', async (_, change, operator) => {
    const input = { ...fresh, ...change }
    expect(await byMethod(input)).toMatchObject(named('InvalidRequest'))
    expect(await onPage(input)).toMatchObject(named('invalid_request'))
    expect(await asOperator(input)).toMatchObject(named(operator))
  })

  test('the host name of a server, and a change to it', async () => {
    const named = await startApp({ env: { ENTRYWAY_PUBLIC_URL: 'https://entryway.test' } })
    try {
      await named.addAccount(taken)
      const address = 'http://127.0.0.1:9'
      const pds = { did: 'did:web:two.test', url: 'https://pds-two.test', address }
      await named.actors.directory.addPds({ ...pds, adminPassword: 'nowhere to be used' })
      await named.app.refreshPdses()
      for (const handle of ['entryway.test', 'PDS-two.test']) {
        const refused = { status: 400, body: { error: 'HandleNotAvailable' } }
        expect(await byMethod({ ...fresh, handle }, named)).toMatchObject(refused)
        expect(await onPage({ ...fresh, handle }, named)).toMatchObject(reason('reserved'))
        expect(await asOperator({ ...fresh, handle }, named)).toMatchObject(accepted)
        expect(await changeHandle(taken, handle, named)).toMatchObject(refused)
      }
      expect(await byMethod({ ...fresh, handle: 'pds-three.test' }, named)).toMatchObject(accepted)
    } finally {
      await named.close()
    }
  })

  test('each reason of a handle has its word on the pages, whatever the text says', () => {
    const words: [RefusalCode, string][] = [
      ['DisallowedTld', 'domain'],
      ['HandleTaken', 'taken'],
      ['InvalidHandle', 'syntax'],
      ['OffensiveHandle', 'slur'],
      ['ReservedHandle', 'reserved'],
      ['UnresolvableHandle', 'resolution'],
      ['UnsupportedDomain', 'unsupported'],
    ]
    for (const [code, word] of words) {
      const err = toOAuthError(new Refusal(code, 'Reserved handle'))
      expect(err).toBeInstanceOf(HandleUnavailableError)
      expect(err).toMatchObject({ reason: word })
    }
  })
})

describe('what each door lets pass', () => {
  test('a good account', async () => {
    for (const door of [byMethod, onPage, asOperator]) {
      expect(await door(fresh)).toMatchObject(accepted)
    }
  })

  test('reserved names for the operator, who needs no invite code', async () => {
    expect(await asOperator({ ...fresh, handle: 'admin.test' }, closed)).toMatchObject(accepted)
  })

  test('a short password by the method alone, as at the reference', async () => {
    const input = { ...fresh, password: 'short' }
    expect(await byMethod(input)).toMatchObject(accepted)
    expect(await onPage(input)).toMatchObject(named('invalid_request'))
    expect(await asOperator(input)).toMatchObject(named('InvalidPassword'))
  })

  test('an empty invite code is none', async () => {
    const input = { ...fresh, inviteCode: '' }
    expect(await byMethod(input)).toMatchObject(accepted)
    expect(await byMethod(input, closed)).toMatchObject(named('InvalidInviteCode'))
    expect(await byMethod({ ...fresh, inviteCode: 'unknown' })).toMatchObject(
      named('InvalidInviteCode'),
    )
  })

  test('a DID moves here by its owner only', async () => {
    const did = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb'
    expect(await byMethod({ ...fresh, did })).toMatchObject({
      status: 401,
      body: { error: 'AuthenticationRequired' },
    })
    expect((await onPage({ ...fresh, did })).status).toBe(400)
    expect((await asOperator({ ...fresh, did })).status).toBe(400)
  })
})
