import { once } from 'node:events'
import { type IncomingMessage, METHODS } from 'node:http'
import type { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { openClient, refresh, type Tokens } from '../../lab/clients/lean_client.ts'
import { signIn } from '../../lab/clients/lean_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import {
  type CollectedSpan,
  type Collector,
  startCollector,
} from '../../lab/world/servers/collector.ts'
import { until } from '../../lab/world/until.ts'
import { providerRoutes } from '../../oauth/routes.ts'
import { methodRoutes } from '../../xrpc/routes.ts'
import { agentAt } from '../shared/people/agent.ts'

let collector: Collector
let network: Network
let person: Credentials
let agent: AtpAgent
/** What the PDS was asked: path, and headers of the trace. */
const atPds: { path: string; traceparent: string; tracestate: unknown }[] = []

beforeAll(async () => {
  collector = await startCollector()
  network = await startNetwork({ env: { ...collector.env, OTEL_SERVICE_NAME: 'the entryway' } })
  network.pds.server.prependListener('request', ({ url, headers }) => {
    const { traceparent, tracestate } = headers
    atPds.push({ path: String(url), traceparent: String(traceparent), tracestate })
  })
  person = newCredentials('traced')
  agent = await agentAt(network.url, person)
})
afterAll(async () => {
  await network?.close()
  await collector?.close()
})

/** Waits for a trace. @returns its first span */
async function root(
  name: string,
  matches: (span: CollectedSpan) => boolean = () => true,
): Promise<CollectedSpan> {
  const found = await until(
    () => collector.spans.findLast((span) => span.name === name && !span.parentId && matches(span)),
    `No trace of ${name} comes`,
  )
  return found as CollectedSpan
}
const below = ({ spanId }: CollectedSpan) =>
  collector.spans.filter(({ parentId }) => parentId === spanId)
const child = (span: CollectedSpan, name: string) => {
  const found = below(span).find((each) => each.name === name)
  if (!found) throw new Error(`No ${name} below ${span.name}: ${below(span).map((s) => s.name)}`)
  return found
}
const toldTo = (path: string) => atPds.findLast((asked) => asked.path.startsWith(path))
const named = ({ traceId, spanId }: CollectedSpan) => `00-${traceId}-${spanId}-01`

describe('one trace from the gateway to the PDS', () => {
  test('of a sign-up: the directory, the account and the PDS', async () => {
    const created = await root('POST com.atproto.server.createAccount')
    expect(created).toMatchObject({
      kind: 'server',
      service: 'the entryway',
      links: [],
      isFault: false,
      attributes: {
        'http.request.method': 'POST',
        'http.route': 'com.atproto.server.createAccount',
        'http.response.status_code': 200,
      },
    })
    const answer = child(created, 'auth.answer')
    expect(answer.kind).toBe('internal')
    expect(below(answer).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['directory.reserveSignUp', 'account.create']),
    )
    const path = '/xrpc/com.atproto.server.createAccount'
    const asked = child(answer, `PDS POST ${path}`)
    expect(asked).toMatchObject({
      kind: 'client',
      traceId: created.traceId,
      attributes: { 'http.response.status_code': 200, 'server.address': 'localhost' },
    })
    expect(toldTo(path)?.traceparent).toBe(named(asked))
  })

  test('of a sign-in and a refresh: the account', async () => {
    await agent.com.atproto.server.createSession({
      identifier: person.handle,
      password: person.password,
    })
    const signedIn = await root('POST com.atproto.server.createSession')
    child(child(signedIn, 'auth.answer'), 'account.login')
    const client = await openClient(network.url, 1)
    await refresh(client, (await signIn(client, person)).refreshToken)
    const isRefresh = (span: CollectedSpan) => {
      const [answer] = below(span)
      return !!answer && below(answer).some(({ name }) => name === 'account.rotateSession')
    }
    await root('POST token', isRefresh)
    await client.dispatcher.close()
  })

  test('of a write, which the gateway passes on', async () => {
    await agent.com.atproto.repo.createRecord(newPost(agent.assertDid, 'traced'))
    const written = await root('POST passed on')
    child(written, 'auth.answer')
    const asked = child(written, 'PDS POST')
    expect(asked).toMatchObject({
      kind: 'client',
      attributes: { 'http.response.status_code': 200, 'server.address': 'localhost' },
    })
    expect(toldTo('/xrpc/com.atproto.repo.createRecord')?.traceparent).toBe(named(asked))
  })

  test('of a change of handle: PLC, by no path that names anybody', async () => {
    await agent.com.atproto.identity.updateHandle({ handle: `other-${person.handle}` })
    const changed = await root('POST com.atproto.identity.updateHandle')
    const answer = child(changed, 'auth.answer')
    expect(child(answer, 'PLC POST /{did}')).toMatchObject({
      kind: 'client',
      attributes: { 'http.response.status_code': 200 },
    })
  })

  test('a refusal is no fault, and what the PDS does not know is one of the call alone', async () => {
    await agent.com.atproto.server
      .createSession({ identifier: person.email, password: 'wrong' })
      .catch(() => {})
    const status = 'http.response.status_code'
    const refused = await root(
      'POST com.atproto.server.createSession',
      ({ attributes }) => attributes[status] === 401,
    )
    expect(refused.isFault).toBe(false)
    await fetch(`${network.url}/xrpc/com.atproto.repo.getRecord?repo=${agent.assertDid}`)
    const read = await root('GET passed on', ({ attributes }) => attributes[status] === 400)
    expect(read.isFault).toBe(false)
    expect(child(read, 'PDS GET')).toMatchObject({
      isFault: true,
      attributes: { 'error.type': '400' },
    })
  })
})

test('what a client says of a trace is a link, and does not reach the PDS', async () => {
  const theirs = 'abcdef0123456789abcdef0123456789'
  const path = `/xrpc/com.atproto.repo.describeRepo?repo=${agent.assertDid}`
  await fetch(network.url + path, {
    headers: { traceparent: `00-${theirs}-0123456789abcdef-01`, tracestate: 'vendor=a-secret' },
  })
  const isLinked = ({ links }: CollectedSpan) => links.includes(theirs)
  const linked = (await until(
    () => collector.spans.find(isLinked),
    'No link comes',
  )) as CollectedSpan
  expect(linked).toMatchObject({ name: 'GET passed on', parentId: null })
  expect(linked.traceId).not.toBe(theirs)
  expect(toldTo(path)).toEqual({
    path,
    traceparent: named(child(linked, 'PDS GET')),
    tracestate: undefined,
  })
  await fetch(network.url + path, { headers: { traceparent: `00-${theirs}-rubbish-01` } })
  const own = ({ traceId, links }: CollectedSpan) => traceId !== linked.traceId && !links.length
  await root('GET passed on', own)
})

test('nor does it with a WebSocket, which is in no trace', async () => {
  const opened = once(network.pds.server, 'upgrade')
  const path = '/xrpc/com.atproto.sync.subscribeRepos'
  const socket = new WebSocket(`${network.url.replace('http', 'ws')}${path}`, {
    headers: {
      traceparent: '00-abcdef0123456789abcdef0123456789-0123456789abcdef-01',
      tracestate: 'vendor=a-secret',
    },
  })
  await once(socket, 'open')
  const [{ url, headers }] = (await opened) as [IncomingMessage]
  expect(url).toBe(path)
  expect(headers).not.toHaveProperty('traceparent')
  expect(headers).not.toHaveProperty('tracestate')
  socket.close()
  await once(socket, 'close')
})

test('who watches the program makes no traces, and neither does it by itself', async () => {
  await fetch(`${network.url}/_health`)
  await fetch(`${network.url}/nowhere`)
  await root('GET none')
  expect(collector.spans.filter(({ name }) => name.includes('health'))).toEqual([])
  const first = collector.spans.filter(({ parentId }) => parentId === null)
  expect(first.filter(({ kind }) => kind !== 'server')).toEqual([])
})

/** Everything that a span may be called, and every value that it may have. */
const ROUTES = [
  ...[...methodRoutes, ...providerRoutes].map(({ name }) => name),
  ...['passed on', 'none', 'gateway', 'did.json', 'home'],
]
const ACTIONS = [
  'auth.answer',
  ...Object.keys(accountFunctions).map((name) => `account.${name}`),
  ...Object.keys(directoryFunctions).map((name) => `directory.${name}`),
]
const CALLS = [
  /^PDS (GET|POST)( \/xrpc\/com\.atproto(\.[a-zA-Z]+)+)?$/,
  /^PLC (GET|POST) \/\{did\}(\/[a-z]+)*$/,
  /^send a mail$/,
]
const VALUES: Record<string, (value: string | number) => boolean> = {
  'http.request.method': (value) => METHODS.includes(String(value)),
  'http.route': (value) => ROUTES.includes(String(value)),
  'http.response.status_code': (value) => Number.isInteger(value),
  'server.address': (value) => value === 'localhost',
  'error.type': (value) => /^(\d{3}|[A-Z_]+|[A-Z]\w*Error|Error)$/.test(String(value)),
}

const isKnown = ({ name, kind, parentId }: CollectedSpan) => {
  if (kind === 'client') return CALLS.some((call) => call.test(name))
  if (parentId !== null) return ACTIONS.includes(name)
  const [method = '', ...route] = name.split(' ')
  return METHODS.includes(method) && ROUTES.includes(route.join(' '))
}

test('no span says anything of a person, whatever was asked', async () => {
  const other = newCredentials('untold')
  const tokens: (string | undefined)[] = []
  const theirs = await agentAt(network.url, other)
  const { server } = theirs.com.atproto
  const { data: app } = await server.createAppPassword({ name: 'app of untold' })
  await theirs.com.atproto.identity.resolveHandle({ handle: other.handle })
  await server.requestPasswordReset({ email: other.email })
  const mail = await network.smtp.waitForMail(other.email, ({ text }) => /reset/i.test(text ?? ''))
  const [code = ''] = mail.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/) ?? []
  const password = 'another untold secret'
  await server.resetPassword({ token: code, password })
  const client = await openClient(network.url, 1)
  const signedIn: Tokens = await signIn(client, { ...other, password })
  tokens.push(signedIn.accessToken, signedIn.refreshToken)
  tokens.push(await refresh(client, signedIn.refreshToken))
  await client.dispatcher.close()
  tokens.push(theirs.session?.accessJwt, theirs.session?.refreshJwt)
  const earlier = [...collector.spans]
  const place = `/oauth/authorize?login_hint=${other.handle}&code=untold`
  await fetch(network.url + place, { headers: { cookie: 'dev-id=untold' } })
  await fetch(`${network.url}/untold`)
  await root('GET authorize')
  await root('GET none', (span) => !earlier.includes(span))

  const text = collector.text()
  expect(code).not.toBe('')
  for (const secret of [...tokens, code, app.password, password, 'untold', person.handle]) {
    expect(secret).toBeDefined()
    expect(text).not.toContain(secret)
  }
  expect(text).not.toMatch(/did:|eyJ|@mail|\bref-|\btok-/)
  const strange = collector.spans.filter(
    (span) =>
      !isKnown(span) ||
      Object.entries(span.attributes).some(([key, value]) => !VALUES[key]?.(value)),
  )
  expect(strange).toEqual([])
})

describe('the collector', () => {
  test('is in nobody’s way when it refuses, and the log says so once', async () => {
    collector.set('refusing')
    const lines = (said: string) => network.vestibule.logs.split(said).length - 1
    for (let round = 1; round <= 2; round++) {
      expect((await fetch(`${network.url}/.well-known/did.json`)).status).toBe(200)
      await until(() => lines('sending traces failed') === 1, 'The log says nothing')
    }
    collector.set('taking')
    await until(async () => {
      await fetch(`${network.url}/.well-known/did.json`)
      return lines('sending traces succeeds again') === 1
    }, 'No trace is sent again')
    expect(lines('sending traces failed')).toBe(1)
  })

  test('gets the last spans when the program ends, and none where the sampler says so', async () => {
    const { vestibule } = network
    vestibule.env.OTEL_BSP_SCHEDULE_DELAY = '3600000'
    await vestibule.restart()
    await fetch(`${network.url}/nowhere`)
    const before = collector.spans.length
    vestibule.env.OTEL_TRACES_SAMPLER = 'always_off'
    await vestibule.restart()
    expect(collector.spans.slice(before).map(({ name }) => name)).toContain('GET none')

    const after = collector.spans.length
    const path = `/xrpc/com.atproto.repo.describeRepo?repo=${agent.assertDid}`
    await fetch(network.url + path)
    expect(toldTo(path)?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    await vestibule.stop()
    expect(collector.spans.slice(after)).toEqual([])
  })

  test('does not hold up the end of the program when it is silent', async () => {
    const { vestibule } = network
    vestibule.env.OTEL_TRACES_SAMPLER = 'always_on'
    collector.set('silent')
    await vestibule.start()
    await fetch(`${network.url}/nowhere`)
    await vestibule.stop()
    expect(vestibule.logs).toContain('the last traces were not sent')
  })
})
