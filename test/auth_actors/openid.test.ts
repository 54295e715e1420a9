import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { freePort, type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { answers, until } from '../../lab/world/until.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'
import { newPerson, type Person } from '../shared/people/attacker.ts'
import * as rp from '../shared/people/relying_party.ts'
import { leadsTo, type Seen, Visitor } from '../shared/people/visitor.ts'
import { running } from '../sign_in/running.ts'

/** Each request is answered by the next one, so of several steps none is where the one before was. */
const AUTH_ACTORS = 3
const ROUNDS = Array.from({ length: AUTH_ACTORS }, (_, round) => round)
const TOOLS = 'https://mcp.example.com'

let network: Network
/** Addresses of the gateways, which take requests in turn. */
let gateways: string[]
let asked = 0
let second: Run
/** Where the client is told of sign-outs, and of which so far. */
let endpoint: LoopbackServer
const told: string[] = []
let person: Person
let forum: oidc.Configuration
let tool: oidc.Configuration

beforeAll(async () => {
  network = await startNetwork({
    env: { ENTRYWAY_AUTH_ACTORS: String(AUTH_ACTORS) },
    program: { split: true },
  })
  const port = await freePort()
  second = runProgram('start_gateway.ts', { ...network.vestibule.env, ENTRYWAY_PORT: String(port) })
  gateways = [network.url, `http://localhost:${port}`]
  await until(() => answers(`${gateways[1]}/xrpc/_health`), 'the second gateway does not answer')
  endpoint = await listenOnLoopback(async (request, response) => {
    const token = new URLSearchParams(await text(request)).get('logout_token') ?? ''
    told.push(String((await verified(token)).sid))
    response.end()
  })
  person = await newPerson(network, 'openid')
  const { env } = network.vestibule
  const add = (...words: string[]) =>
    cliJsonHere<{ issuer: string; secret: string }>(env, ['openid', ...words])
  await add('resource', 'add', TOOLS, '--scopes', 'tools')
  const redirects = [
    ...['--redirect-uri', 'https://rp.example.com/callback'],
    ...['--backchannel-logout-uri', `http://127.0.0.1:${endpoint.port}/out`],
  ]
  const { issuer, secret } = await add('client', 'add', 'forum', '--refresh', ...redirects)
  await add('client', 'add', 'tool', '--device', '--public', '--refresh')
  const discover = (id: string, authentication: oidc.ClientAuth) =>
    oidc.discovery(new URL(issuer), id, undefined, authentication, {
      execute: [oidc.allowInsecureRequests],
    })
  forum = await discover('forum', oidc.ClientSecretBasic(secret))
  tool = await discover('tool', oidc.None())
})
afterAll(async () => {
  await second?.end('SIGTERM')
  await endpoint?.close()
  await network?.close()
})

/** By the keys that each gateway has for the client. */
async function verified(token: string) {
  const keys = createRemoteJWKSet(new URL(`${gateways[asked % gateways.length]}/openid/jwks`))
  const issuer = `${network.url}/openid`
  return (await jwtVerify(token, keys, { issuer, audience: 'forum', typ: 'logout+jwt' })).payload
}

/** A browser, over the gateways. */
const newVisitor = () =>
  new Visitor(running(network.url, () => gateways[asked++ % gateways.length] as string))

/** Goes on here, as a browser does. @returns the page, or the answer that leads to the client */
async function goOn(visitor: Visitor, seen: Seen): Promise<Seen> {
  const to = leadsTo(seen)
  if (to === undefined) return seen
  const target = to.startsWith(network.url) ? to.slice(network.url.length) : to
  return target.startsWith('/') ? goOn(visitor, await visitor.open(target)) : leading(seen, to)
}

const leading = (seen: Seen, to: string): Seen => ({
  ...seen,
  header: (name) => (name === 'location' ? to : seen.header(name)),
})

const signIn = async (visitor: Visitor, page: Seen) =>
  goOn(visitor, await visitor.send(page, { username: person.handle, password: person.password }))

async function signedIn(visitor: Visitor, more: Record<string, string>) {
  const begun = await rp.begin(forum, more)
  const page = await goOn(visitor, await visitor.open(begun.url.pathname + begun.url.search))
  const asked = await signIn(visitor, page)
  const answer = asked.header('location')
    ? asked
    : await goOn(visitor, await visitor.send(asked, { decision: 'allow' }))
  return rp.exchange(forum, begun, answer)
}

test.each(ROUNDS)('a person signs in, the client goes on, and both sign out (%i)', async () => {
  const visitor = newVisitor()
  const tokens = await signedIn(visitor, { resource: TOOLS, scope: 'openid profile tools' })
  expect(tokens.claims()?.sub).toBe(person.did)
  let refresh = tokens.refresh_token ?? ''
  for (const _ of ROUNDS) {
    const next = await oidc.refreshTokenGrant(forum, refresh)
    refresh = next.refresh_token ?? ''
    expect(await oidc.tokenIntrospection(forum, next.access_token)).toMatchObject({ active: true })
  }
  const { url } = await rp.begin(forum, { prompt: 'none', scope: 'openid profile' })
  const silently = async () => (await visitor.open(url.pathname + url.search)).header('location')
  for (const _ of ROUNDS) expect(await silently()).toContain('code=')
  const out = oidc.buildEndSessionUrl(forum, { id_token_hint: tokens.id_token ?? '' })
  const question = await visitor.open(out.pathname + out.search)
  expect(question).toMatchObject({ status: 200, title: 'Sign out?' })
  const done = await goOn(visitor, await visitor.send(question, { logout: 'yes' }))
  expect(done.title).toBe('You are signed out')
  for (const _ of ROUNDS) {
    expect(await silently()).toContain('error=login_required')
    await expect(oidc.refreshTokenGrant(forum, refresh)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  }
})

test.each(ROUNDS)('a device is let in (%i)', async () => {
  const visitor = newVisitor()
  const device = await oidc.initiateDeviceAuthorization(tool, { scope: 'openid' })
  const page = await goOn(visitor, await visitor.open('/openid/device'))
  const typing = await signIn(visitor, page)
  const asked = await visitor.send(typing, { user_code: device.user_code })
  const done = await visitor.send(asked, { decision: 'allow' })
  expect(done.title).toBe('The device is connected')
  const given = await oidc.genericGrantRequest(tool, DEVICE_CODE, {
    device_code: device.device_code,
  })
  expect((await oidc.refreshTokenGrant(tool, given.refresh_token ?? '')).access_token).toBeTruthy()
})

test('sign-outs at once, by several auth actors, are each told, also over a restart', async () => {
  const sids = []
  for (let i = 0; i < 2 * AUTH_ACTORS; i++) {
    const visitor = newVisitor()
    const { claims } = await signedIn(visitor, { scope: 'openid' })
    sids.push({ visitor, sid: String(claims()?.sid) })
  }
  await Promise.all(
    sids.map(async ({ visitor }) => {
      const question = await visitor.open('/openid/end-session')
      await goOn(visitor, await visitor.send(question, { logout: 'yes' }))
    }),
  )
  for (const { sid } of sids) await until(() => told.includes(sid), 'it is not told')
  const { claims } = await signedIn(newVisitor(), { scope: 'openid' })
  await cliJsonHere(network.vestibule.env, ['account', 'revoke', person.handle, '--all', '--yes'])
  await network.vestibule.restart()
  await until(() => told.includes(String(claims()?.sid)), 'it is not told')
})
