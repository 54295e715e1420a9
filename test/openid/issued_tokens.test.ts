import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import { en } from '../../mail/locales/en.ts'
import { keptLog } from '../shared/logged.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

const kept = keptLog()
let app: AppInProcess
let did: string
let config: oidc.Configuration
let calls: string[] = []
/** Clients and resources that were read, which another auth actor may keep. */
let reads: string[] = []
/** How often the directory is asked for the PDS of a profile. */
let looked = 0
/** Comes before a call, as an ending could. */
let before: { action: string; end(): Promise<unknown> } | null = null

beforeAll(async () => {
  app = await startApp({
    log: kept.log,
    onCall: ({ actor, action }: ActorCall) => {
      if (actor === 'account') calls.push(action)
      if (/^readOpenid(Client|Resource)$/.test(action)) reads.push(action)
      if (action === 'readPds') looked++
      if (action !== before?.action) return undefined
      const { end } = before
      before = null
      return end().then(() => {})
    },
  })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  config = await rp.discover(app, await rp.register(app))
})
afterAll(() => app?.close())

/** What comes back to the client from a new browser. */
async function signedIn(username = 'alice.test') {
  const visitor = new Visitor(app)
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun), username)
  const isConsent = asked.action?.startsWith('/account/openid/')
  const answer = isConsent ? await rp.allow(visitor, asked) : asked
  calls = []
  return { begun, answer }
}

test('an answer with tokens asks the account as often as it has to', async () => {
  const { begun, answer } = await signedIn()
  const tokens = await rp.exchange(config, begun, answer)
  expect(calls).toEqual(['findOpenidToken', 'putOpenidTokens'])
  calls = []
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(calls).toEqual(['findOpenidToken', 'putOpenidTokens'])
  calls = []
  await oidc.fetchUserInfo(config, next.access_token, did)
  expect(calls).toEqual(['findOpenidToken'])
})

test('a request reads each client and each resource once', async () => {
  const resource = 'https://mcp.example.com'
  await rp.operate(app, 'openid/resource-add', { address: resource, scopes: ['tools'] })
  const asked = { redirect_uris: [], response_types: [], grant_types: [] }
  const secret = await rp.register(app, { id: resource, metadata: asked })
  const api = await rp.discover(app, secret, resource)
  const visitor = new Visitor(app)
  const once = ['readOpenidClient', 'readOpenidResource']
  const readBy = async <T>(work: () => Promise<T>, all = once): Promise<T> => {
    reads = []
    const done = await work()
    expect(reads).toEqual(all)
    return done
  }
  const more = { scope: 'openid tools', resource }
  const page = await rp.open(visitor, await rp.begin(config, more))
  await rp.allow(visitor, await rp.signIn(visitor, page))
  const begun = await rp.begin(config, more)
  const answer = await readBy(() => rp.open(visitor, begun))
  const tokens = await readBy(() => rp.exchange(config, begun, answer))
  const refresh = () => oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  const { access_token: token } = await readBy(refresh)
  // The one that asks, and that of the token.
  const both = [...once, 'readOpenidClient']
  const shown = await readBy(() => oidc.tokenIntrospection(api, token), both)
  expect(shown).toMatchObject({ active: true })
})

test('a profile that cannot be had is not asked for with each answer', async () => {
  const account = { handle: 'bob.test', email: 'bob@mail.internal', password: rp.PASSWORD }
  const bob = await app.addAccount(account)
  const { begun, answer } = await signedIn(account.handle)
  looked = 0
  const { access_token: access } = await rp.exchange(config, begun, answer)
  expect(looked).toBe(1)
  await oidc.fetchUserInfo(config, access, bob)
  expect(looked).toBe(1)
})

test('tokens whose grant ends while they are made do not leave', async () => {
  const end = async () => {
    const account = app.actors.account(did)
    for (const { id } of await account.listOpenidGrants()) await account.endOpenidGrant(id)
  }
  const refused = expect.objectContaining({ error: 'invalid_grant' })
  const first = await signedIn()
  before = { action: 'putOpenidTokens', end }
  await expect(rp.exchange(config, first.begun, first.answer)).rejects.toEqual(refused)
  const { begun, answer } = await signedIn()
  const { refresh_token: token = '' } = await rp.exchange(config, begun, answer)
  before = { action: 'putOpenidTokens', end }
  await expect(oidc.refreshTokenGrant(config, token)).rejects.toEqual(refused)
  expect(before).toBeNull()
})

test('a refresh whose tokens could not be kept can be made again', async () => {
  const { begun, answer } = await signedIn()
  const { refresh_token: token = '' } = await rp.exchange(config, begun, answer)
  const failing = {
    action: 'putOpenidTokens',
    end: () => Promise.reject(new Error('told to fail')),
  }
  // It is asked once more.
  const end = () => {
    before = failing
    return failing.end()
  }
  before = { ...failing, end }
  await expect(oidc.refreshTokenGrant(config, token)).rejects.toThrow()
  const next = await oidc.refreshTokenGrant(config, token)
  expect(await oidc.fetchUserInfo(config, next.access_token, did)).toMatchObject({ sub: did })
})

test('two refreshes at once get one refresh token, which refreshes', async () => {
  const { begun, answer } = await signedIn()
  const { refresh_token: token = '' } = await rp.exchange(config, begun, answer)
  const meanwhile = Promise.withResolvers<oidc.TokenEndpointResponse>()
  const refresh = () => oidc.refreshTokenGrant(config, token)
  before = {
    action: 'putOpenidTokens',
    end: async () => meanwhile.resolve(await refresh()),
  }
  const [one, other] = [await refresh(), await meanwhile.promise]
  expect(one.refresh_token).toBe(other.refresh_token)
  for (const { access_token: access } of [one, other]) {
    expect(await oidc.fetchUserInfo(config, access, did)).toMatchObject({ sub: did })
  }
  await oidc.refreshTokenGrant(config, one.refresh_token ?? '')
})

test('a code that another auth actor has exchanged meanwhile gives nothing, and ends what it gave', async () => {
  const { begun, answer } = await signedIn()
  const code = new URL(answer.header('location') ?? '').searchParams.get('code') ?? ''
  const account = app.actors.account(did)
  const [{ id = '' } = {}] = (await account.listOpenidGrants()).toReversed()
  kept.clear()
  before = {
    action: 'putOpenidTokens',
    end: async () => {
      const spent = { secret: code, next: null, chain: '' }
      expect(await account.putOpenidTokens(id, [], null, spent)).toEqual({ successor: null })
    },
  }
  const refused = expect.objectContaining({ error: 'invalid_grant' })
  await expect(rp.exchange(config, begun, answer)).rejects.toEqual(refused)
  expect(before).toBeNull()
  expect((await account.listOpenidGrants()).map((grant) => grant.id)).not.toContain(id)
  const lines = kept.lines().filter(({ event }) => event === 'code_reused')
  expect(lines).toMatchObject([{ did, address: '192.0.2.7' }])
})

test('a code that is used twice ends what it gave, and is a line of the log', async () => {
  const { begun, answer } = await signedIn()
  const { access_token: access } = await rp.exchange(config, begun, answer)
  kept.clear()
  const refused = expect.objectContaining({ error: 'invalid_grant' })
  await expect(rp.exchange(config, begun, answer)).rejects.toEqual(refused)
  const lines = kept.lines().filter(({ event }) => event === 'code_reused')
  expect(lines).toMatchObject([{ level: 'warn', did, address: expect.any(String) }])
  await expect(oidc.fetchUserInfo(config, access, did)).rejects.toThrow()
  await expect(rp.exchange(config, begun, answer)).rejects.toEqual(refused)
  expect(kept.lines().filter(({ event }) => event === 'code_reused')).toHaveLength(1)
})

test('a refresh token that is used twice ends what it gave, and the owner is told', async () => {
  const { begun, answer } = await signedIn()
  const { refresh_token: first = '' } = await rp.exchange(config, begun, answer)
  const { refresh_token: second = '' } = await oidc.refreshTokenGrant(config, first)
  const { access_token: access } = await oidc.refreshTokenGrant(config, second)
  const refused = expect.objectContaining({ error: 'invalid_grant' })
  await expect(oidc.refreshTokenGrant(config, first)).rejects.toEqual(refused)
  await expect(oidc.fetchUserInfo(config, access, did)).rejects.toThrow()
  expect(await app.actors.account(did).listAudit(1)).toMatchObject([
    { event: 'refresh_token_reused', detail: { clientId: 'forum', address: '192.0.2.7' } },
  ])
  await expect(oidc.refreshTokenGrant(config, first)).rejects.toEqual(refused)
  const mails = await app.readMails()
  const { subject } = en.notices.refreshTokenReused
  const told = mails.filter((mail) => mail.subject === subject)
  expect(told).toMatchObject([{ text: expect.stringContaining('What keeps forum signed in') }])
})

test('a client that revokes both of its tokens has ended the grant, and used none twice', async () => {
  const { begun, answer } = await signedIn()
  const { access_token: access, refresh_token: token = '' } = await rp.exchange(
    config,
    begun,
    answer,
  )
  const { length } = await app.actors.account(did).listOpenidGrants()
  kept.clear()
  await oidc.tokenRevocation(config, access)
  expect(await app.actors.account(did).listOpenidGrants()).toHaveLength(length - 1)
  await oidc.tokenRevocation(config, token)
  const refused = expect.objectContaining({ error: 'invalid_grant' })
  await expect(oidc.refreshTokenGrant(config, token)).rejects.toEqual(refused)
  const lines = kept.lines().filter(({ event }) => event !== undefined)
  expect(lines).toMatchObject([
    { event: 'session_revoked', did, clientId: 'forum' },
    { event: 'refresh_refused', reason: 'ended' },
  ])
  // Nobody is asked again for what they consented to.
  expect((await signedIn()).answer.header('location')).toContain('code=')
})
