import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/**
 * A person ends a client on the security page while another browser, or a device, is about to let it in: before each
 * call to the account that this makes, one after the other.
 */
let app: AppInProcess
let did: string
/** The calls of what is tried, and before which one the person ends the client. */
let calls: string[] | null = null
let endsBefore: number | null = null

const CLIENT = 'tool'
const OTHER = 'other'
const METADATA = {
  ...{ token_endpoint_auth_method: 'none', response_types: ['code'] },
  grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
}

beforeAll(async () => {
  app = await startApp({
    onCall: ({ actor, action }: ActorCall) => {
      if (actor !== 'account' || !calls) return undefined
      calls.push(action)
      if (calls.length - 1 !== endsBefore) return undefined
      calls = null
      return endClient()
    },
  })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  for (const id of [CLIENT, OTHER]) await rp.register(app, { id, metadata: METADATA })
})
beforeEach(endClient)
afterAll(() => app?.close())

const list = () => app.actors.account(did).listOpenidGrants()

/** The session of a browser knows of nothing that has ended: an error may lead by itself to a client that it knows. */
async function expectEndedIsForgotten({ cookies }: Visitor, at: number) {
  const { value = '' } = cookies.get('openid-session') ?? {}
  const session = await app.actors.account(did).findOpenidSession(value)
  const { authorizations = {} } = JSON.parse(session?.payload ?? '{}') as Session
  const left = new Set((await list()).map(({ id }) => id))
  const ended = Object.values(authorizations).filter(({ grantId }) => !left.has(grantId))
  expect([at, ended]).toEqual([at, []])
}

type Session = { authorizations?: Record<string, { grantId: string }> }

/** As the security page does it. */
async function endClient() {
  const account = app.actors.account(did)
  for (const { id } of await list()) await account.endSession(id, null, {})
}

/** @returns the calls that it made, up to the one before which the client was ended */
async function tried(attempt: () => Promise<unknown>, at: number | null): Promise<string[]> {
  const made: string[] = []
  calls = made
  endsBefore = at
  await attempt().catch((err) => {
    // Where the browser brings the client an error: RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
    if (err instanceof oidc.AuthorizationResponseError) expect(err.error).toBe('access_denied')
  })
  calls = null
  return made
}

type Attempt = { visitor: Visitor; attempt(): Promise<unknown> }

/**
 * @param prepare makes what is tried, which lets the client in
 * @param decides the call by which the person decides anew, where they do: what was ended before that counts no more
 */
async function endBeforeEach(prepare: () => Promise<Attempt>, decides?: string) {
  const { attempt } = await prepare()
  const before = await list()
  const all = await tried(attempt, null)
  expect(await list()).toHaveLength(before.length + 1)
  const last = decides === undefined ? -1 : all.lastIndexOf(decides)
  expect(last === -1).toBe(decides === undefined)
  for (const at of all.keys()) {
    await endClient()
    const { visitor, attempt } = await prepare()
    expect(await tried(attempt, at)).toEqual(all.slice(0, at + 1))
    expect([at, await list()]).toEqual([at, at <= last ? [expect.anything()] : []])
    await expectEndedIsForgotten(visitor, at)
  }
}

/** What the client asks for in a new browser. */
async function begun(more: Record<string, string> = {}) {
  const config = await rp.discover(app, null, CLIENT)
  const asking = await rp.begin(config, { scope: 'openid', ...more })
  return { config, visitor: new Visitor(app), asking }
}

/** The person has consented in one browser, and is signed in in another. */
async function consented(more: Record<string, string> = {}) {
  const { config, visitor, asking } = await begun()
  const page = await rp.signIn(visitor, await rp.open(visitor, asking))
  await rp.exchange(config, asking, await rp.allow(visitor, page))
  const next = await begun(more)
  const signIn = await next.visitor.open('/account/sign-in?step=sign-in')
  await rp.signIn(next.visitor, signIn, 'alice.test', { remember: 'on' })
  return next
}

test('as somebody who has consented before', async () => {
  await endBeforeEach(async () => {
    const { config, visitor, asking } = await consented()
    const attempt = async () => rp.exchange(config, asking, await rp.open(visitor, asking))
    return { visitor, attempt }
  })
})

test('as somebody who goes on to another client in the same browser', async () => {
  const prepare = async () => {
    const { config, visitor, asking } = await consented()
    await rp.exchange(config, asking, await rp.open(visitor, asking))
    const other = await rp.discover(app, null, OTHER)
    const next = await rp.begin(other, { scope: 'openid' })
    const page = await rp.open(visitor, next)
    const attempt = async () => rp.exchange(other, next, await rp.allow(visitor, page))
    return { visitor, attempt }
  }
  const all = await tried((await prepare()).attempt, null)
  expect(all).toContain('putOpenidSession')
  for (const at of all.keys()) {
    await endClient()
    const { visitor, attempt } = await prepare()
    expect(await tried(attempt, at)).toEqual(all.slice(0, at + 1))
    await expectEndedIsForgotten(visitor, at)
  }
})

test('as somebody who consents anew', async () => {
  await endBeforeEach(async () => {
    const { config, visitor, asking } = await consented({ prompt: 'consent' })
    const page = await rp.open(visitor, asking)
    const attempt = async () => rp.exchange(config, asking, await rp.allow(visitor, page))
    return { visitor, attempt }
  }, 'consentToOpenid')
})

test('as a device', async () => {
  await endBeforeEach(async () => {
    const { config, visitor } = await begun()
    const asked = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' })
    const { device_code, user_code } = asked
    const first = await rp.follow(visitor, await visitor.open('/openid/device'))
    const page = await visitor.send(await rp.signIn(visitor, first), { user_code })
    const attempt = async () => {
      await visitor.send(page, { decision: 'allow' })
      await oidc.genericGrantRequest(config, DEVICE_CODE, { device_code })
    }
    return { visitor, attempt }
  }, 'putOpenidGrant')
})
