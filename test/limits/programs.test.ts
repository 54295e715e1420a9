import { beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { callPage } from '../attacks/provider_pages.ts'
import { expectLimit, expectRefused, from, newAddress } from '../shared/limit.ts'
import { sharedNetwork } from '../shared/network.ts'
import {
  Attacker,
  makeDpopKey,
  newPerson,
  type Person,
  refreshed,
  send,
} from '../shared/people/attacker.ts'

/** What programs call: limited by address, against floods. */
const network = sharedNetwork()
let app: Attacker
let kim: Person
beforeAll(async () => {
  app = new Attacker(network)
  kim = await newPerson(network, 'flooded')
})

test('pushed requests', async () => {
  const address = newAddress()
  const key = await makeDpopKey()
  const push = (address: string) => app.push(key, { headers: from(address) })
  const last = await expectLimit(network.vestibule, 'pushed request', address, () => push(address))
  expect(last.status).toBe(201)
  const refused = await push(address)
  expect(refused.headers.get('cache-control')).toBe('no-store')
  expect(refused.headers.get('dpop-nonce')).toBeTruthy()
  expect(await push(newAddress())).toMatchObject({ status: 201 })
})

test('token requests: a refused one spends nothing', async () => {
  const address = newAddress()
  let session = await app.signIn(kim)
  const refresh = (address: string) => app.refresh(session, { headers: from(address) })
  const last = await expectLimit(network.vestibule, 'token', address, async () => {
    const answer = await refresh(address)
    if (answer.status === 200)
      session = { ...session, refreshToken: answer.body.refresh_token as string }
    return answer
  })
  expect(last.status).toBe(200)

  const grant = await app.grant(kim)
  expectRefused(await app.exchange(grant, { headers: from(address) }), 'token')
  expectRefused(await app.revoke(session, { headers: from(address) }), 'token')
  expect(await app.exchange(grant, { headers: from(newAddress()) })).toMatchObject({ status: 200 })
  session = await refreshed(app, session)
  expect(await app.revoke(session, { headers: from(newAddress()) })).toMatchObject({ status: 200 })
})

test.each([
  ['own', 'com.atproto.server.describeServer'],
  ['passed on to the PDS', 'com.atproto.server.getServiceAuth'],
  ['unknown', 'com.example.unknown'],
])('XRPC calls: %s', async (_, nsid) => {
  const address = newAddress()
  const call = (nsid: string, address: string) =>
    send(`${network.url}/xrpc/${nsid}`, { headers: from(address) })
  await expectLimit(network.vestibule, 'xrpc', address, () =>
    call('com.atproto.server.describeServer', address),
  )
  expectRefused(await call(nsid, address), 'xrpc')
  expect((await call(nsid, newAddress())).status).not.toBe(429)

  const preflight = await send(`${network.url}/xrpc/${nsid}`, {
    method: 'OPTIONS',
    headers: { ...from(address), origin: 'https://app.example' },
  })
  expect(preflight.status).toBe(204)
})

test('what the pages call', async () => {
  const address = newAddress()
  const { handle } = newCredentials('free')
  const look = (address: string) =>
    callPage(network.url, 'verify-handle-availability', { handle }, from(address))
  const last = await expectLimit(network.vestibule, 'pages', address, () => look(address))
  expect(last).toMatchObject({ status: 200, body: { available: true } })
  expect(await look(newAddress())).toMatchObject({ status: 200 })
})

test('one flood leaves the others alone', async () => {
  const address = newAddress()
  await expectLimit(network.vestibule, 'xrpc', address, () =>
    send(`${network.url}/xrpc/com.atproto.server.describeServer`, { headers: from(address) }),
  )
  const key = await makeDpopKey()
  expect(await app.push(key, { headers: from(address) })).toMatchObject({ status: 201 })
  const health = await send(`${network.url}/_health`, { headers: from(address) })
  expect(health.status).toBe(200)
})

test('scripts of other sites may read how they stand', async () => {
  const headers = { ...from(newAddress()), origin: 'https://app.example' }
  const answers = [
    await send(`${network.url}/xrpc/com.atproto.server.describeServer`, { headers }),
    await app.push(await makeDpopKey(), { headers }),
  ]
  for (const answer of answers) {
    expect(answer.headers.get('access-control-expose-headers')).toContain('RateLimit-Remaining')
  }
})
