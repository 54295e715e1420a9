import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppInProcess, Asked } from '../../lab/world/app.ts'
import { cliJsonHere } from '../../lab/world/cli_here.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { newPerson, type Person } from '../attacks/attacker.ts'
import * as rp from '../openid/relying_party.ts'
import { type Seen, Visitor } from '../sign_in/visitor.ts'

/** Each request is answered by the next one, so of several steps none is where the one before was. */
const AUTH_ACTORS = 3
const ROUNDS = Array.from({ length: AUTH_ACTORS }, (_, round) => round)
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const TOOLS = 'https://mcp.example.com'

let network: Network
let person: Person
let forum: oidc.Configuration
let tool: oidc.Configuration

beforeAll(async () => {
  network = await startNetwork({ env: { ENTRYWAY_AUTH_ACTORS: String(AUTH_ACTORS) } })
  person = await newPerson(network, 'openid')
  const { env } = network.vestibule
  const add = (...words: string[]) =>
    cliJsonHere<{ issuer: string; secret: string }>(env, ['openid', ...words])
  await add('resource', 'add', TOOLS, '--scopes', 'tools')
  const redirects = ['--redirect-uri', 'https://rp.example.com/callback']
  const { issuer, secret } = await add('client', 'add', 'forum', '--refresh', ...redirects)
  await add('client', 'add', 'tool', '--device', '--public', '--refresh')
  const discover = (id: string, authentication: oidc.ClientAuth) =>
    oidc.discovery(new URL(issuer), id, undefined, authentication, {
      execute: [oidc.allowInsecureRequests],
    })
  forum = await discover('forum', oidc.ClientSecretBasic(secret))
  tool = await discover('tool', oidc.None())
})
afterAll(() => network?.close())

/** A browser, over the gateway. */
function newVisitor(): Visitor {
  // What says from where a form comes, `fetch` writes itself.
  const ask = async ({ target, method, headers, body }: Asked) => {
    const asked = request(network.url + target, { method, headers: headers as OutgoingHttpHeaders })
    asked.end(body ?? undefined)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    const pairs = Object.entries(answer.headersDistinct)
    return {
      status: answer.statusCode ?? 0,
      headers: pairs.flatMap(([name, values = []]) => values.map((value) => [name, value])),
      body: await buffer(answer),
    }
  }
  const runner = { settings: { publicUrl: network.url } }
  return new Visitor({ ask, runner } as unknown as AppInProcess)
}

/** Goes on here, as a browser does. @returns the page, or the answer that leads to the client */
async function goOn(visitor: Visitor, seen: Seen): Promise<Seen> {
  const [, to = seen.header('location')] = seen.header('refresh')?.split('0; url=') ?? []
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
  const given = await oidc.genericGrantRequest(tool, DEVICE, { device_code: device.device_code })
  expect((await oidc.refreshTokenGrant(tool, given.refresh_token ?? '')).access_token).toBeTruthy()
})
