import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { askProvider, inRequestScope, requestScope } from '../../stores/request_scope.ts'

const TOKEN = { secret: 'ref-1', sessionId: '1', did: 'did:plc:a' }

describe('the scope of a request', () => {
  test("is kept over what the request awaits, and is no other request's", async () => {
    const accountOf = (did: string) =>
      inRequestScope(async () => {
        requestScope().isAbout(did)
        await new Promise(setImmediate)
        return requestScope().account
      })
    expect(await Promise.all([accountOf('a'), accountOf('b')])).toEqual(['a', 'b'])
  })

  test('takes notes outside of a request without keeping them', () => {
    requestScope().isAbout('did:plc:a')
    requestScope().presentRefreshToken({ ...TOKEN, inVainSince: null })
    requestScope().fail(new Error('The disk is full'))
    const { account, presentedRefreshToken, fault } = requestScope()
    expect({ account, presentedRefreshToken, fault }).toEqual({
      account: null,
      presentedRefreshToken: null,
      fault: null,
    })
  })

  test('knows only the accounts that have proven to be signed in', () => {
    inRequestScope((scope) => {
      expect(() => scope.signInOf('did:plc:a')).toThrow('You are not signed in')
      scope.provesSignIn('did:plc:a', { generation: 1 })
      expect(scope.signInOf('did:plc:a')).toEqual({ generation: 1 })
      expect(() => scope.signInOf('did:plc:b')).toThrow('You are not signed in')
    })
  })

  test('keeps the first fault, which stands for whatever is made of it', async () => {
    const asked = askProvider(async () => {
      requestScope().fail(new Error('The disk is full'))
      requestScope().fail(new Error('and then this'))
      throw new TypeError('Your metadata are wrong')
    })
    await expect(asked).rejects.toMatchObject({
      name: 'UnavailableError',
      cause: { message: 'The disk is full' },
    })
  })
})

describe('a database fault while the operator registers a client', () => {
  const calls: string[] = []
  let failing: number | null = null
  let app: AppInProcess

  beforeAll(async () => {
    app = await startApp({
      onCall: ({ action }) => {
        if (!action.endsWith('Client')) return
        calls.push(action)
        if (calls.length === failing) throw new Error('database or disk is full')
      },
    })
    return () => app.close()
  })
  afterEach(() => {
    calls.length = 0
    failing = null
  })

  const METADATA = {
    redirect_uris: ['https://app.example.com/callback'],
    scope: 'atproto',
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    dpop_bound_access_tokens: true,
  }
  async function register(metadata: object = METADATA) {
    const { status, body } = (await app.ask({
      method: 'POST',
      target: '/_operator/client/add',
      address: '127.0.0.1',
      headers: {
        authorization: `Bearer ${app.runner.secrets.operatorToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ id: 'https://app.example.com', metadata }),
    })) as ResponseEnvelope
    return { status, body: JSON.parse(String(body)) }
  }

  test('is "unavailable", at whichever call it comes, and never wrong metadata', async () => {
    expect(await register()).toMatchObject({ status: 200 })
    const all = calls.length
    expect(all).toBeGreaterThan(2)
    for (let call = 1; call <= all; call++) {
      calls.length = 0
      failing = call
      expect(await register()).toMatchObject({
        status: 502,
        body: {
          error: 'UpstreamFailure',
          message: expect.stringMatching(/^The database is unavailable\. Try again/),
        },
      })
    }
  })

  test("while wrong metadata are still the caller's mistake", async () => {
    expect(await register({ ...METADATA, redirect_uris: [] })).toMatchObject({
      status: 400,
      body: { error: 'InvalidRequest' },
    })
  })
})
