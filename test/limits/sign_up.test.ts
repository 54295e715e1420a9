import { expect, test } from 'vitest'
import type { Limit } from '../../app/limits/limit.ts'
import { LIMITS } from '../../app/limits/table.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { SoftAuthenticator } from '../../lab/world/browser/passkeys.ts'
import { callPage } from '../attacks/provider_pages.ts'
import { endWindows, expectLimit, expectRefused, from, newAddress, spend } from '../shared/limit.ts'
import { sharedNetwork } from '../shared/network.ts'
import { send } from '../shared/people/attacker.ts'
import { answerOf, asked } from '../shared/people/passkey_owner.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { running } from '../sign_in/running.ts'

const network = sharedNetwork()

const onPage = (address: string, person: object = newCredentials('page')) =>
  callPage(network.url, 'sign-up', { locale: 'en', ...person }, from(address))

const byMethod = (address: string, person: object = newCredentials('method')) =>
  send(`${network.url}/xrpc/com.atproto.server.createAccount`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address) },
    body: JSON.stringify(person),
  })

test('sign-ups from one address, also those that fail', async () => {
  const address = newAddress()
  const invalid = { ...newCredentials('bad'), handle: 'not a handle' }
  const last = await expectLimit(network.vestibule, 'sign-up', address, () =>
    byMethod(address, invalid),
  )
  expect(last).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })

  expectRefused(await byMethod(address), 'sign-up')
  expect(await byMethod(newAddress())).toMatchObject({ status: 200 })
})

test('the page and the method share their points', async () => {
  const address = newAddress()
  const last = await expectLimit(network.vestibule, 'sign-up', address, () => onPage(address))
  expect(last.status).toBe(200)
  expectRefused(await byMethod(address), 'sign-up')
  expect(await onPage(newAddress())).toMatchObject({ status: 200 })
})

test('an address of IPv6 is its /64', async () => {
  let host = 0
  await expectLimit(network.vestibule, 'sign-up', '2001:db8:7:7::', () =>
    byMethod(`2001:db8:7:7::${++host}`),
  )
  expectRefused(await byMethod('2001:db8:7:7:ffff:ffff:ffff:ffff'), 'sign-up')
  expect(await byMethod('2001:db8:7:8::1')).toMatchObject({ status: 200 })
})

test('of many at once no more pass than may', async () => {
  const address = newAddress()
  spend(network.vestibule, 'sign-up', address, 3)
  const answers = await Promise.all(Array.from({ length: 8 }, () => byMethod(address)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, ...Array(5).fill(429)])
  expect(await byMethod(newAddress())).toMatchObject({ status: 200 })
})

test('sign-ups of everybody, until the window ends', async () => {
  spend(network.vestibule, 'sign-up, everybody', '', 1)
  expect(await onPage(newAddress())).toMatchObject({ status: 200 })
  expectRefused(await onPage(newAddress()), 'sign-up, everybody')
  expectRefused(await byMethod(newAddress()), 'sign-up, everybody')
  const handle = newCredentials('free').handle
  const other = callPage(network.url, 'verify-handle-availability', { handle }, from(newAddress()))
  expect(await other).toMatchObject({ status: 200 })

  endWindows(network.vestibule)
  expect(await onPage(newAddress())).toMatchObject({ status: 200 })
})

test('sign-ups that come to nothing use up none of everybody', async () => {
  spend(network.vestibule, 'sign-up, everybody', '', 1)
  const bad = { ...newCredentials('bad'), handle: 'not a handle' }
  for (const signUp of [byMethod, onPage, byMethod]) {
    expect((await signUp(newAddress(), bad)).status).toBe(400)
  }
  expect(await byMethod(newAddress())).toMatchObject({ status: 200 })
  expectRefused(await byMethod(newAddress()), 'sign-up, everybody')
  endWindows(network.vestibule)
})

test('the steps of one with a passkey use up none of everybody, what it creates does', async () => {
  const { visitor, page } = await atPasskey()
  spend(network.vestibule, 'sign-up, everybody', '', 1)
  const back = await visitor.send(page, { back: '1' })
  const again = await visitor.send(back)
  expect([back, again].map(({ status }) => status)).toEqual([200, 200])
  const made = new SoftAuthenticator(network.url).create(asked(again))
  expect((await visitor.send(again, answerOf(made))).text.match(/<code>/g)).toHaveLength(10)
  expectRefused(await byMethod(newAddress()), 'sign-up, everybody')
  endWindows(network.vestibule)
})

/** In a browser, at the step in which a passkey is made. */
async function atPasskey() {
  const visitor = new Visitor(running(network.url, undefined, from(newAddress())))
  const names = await visitor.open('/account/passkey-sign-up')
  const { handle, email } = newCredentials('passkey')
  return { visitor, page: await visitor.send(names, { handle, email }) }
}

test('what strangers ask for in vain uses up no limit on everybody', () => {
  const shared = LIMITS.filter(({ per }) => per === 'everybody')
  const others = shared.filter(({ counts }) => counts !== 'creations')
  // What comes of it the PDS knows alone.
  expect(others.map(({ name }) => name)).toEqual(['reserved signing key, everybody'])
  expect(shared.length).toBeGreaterThan(2)
})

test('of each limit on everybody one site uses up a tenth at most', () => {
  for (const { name, points, per: _, ...limit } of LIMITS.filter(
    (each) => each.per === 'everybody',
  )) {
    const isOfSite = (each: Limit) => each.per === 'site' && each.on === limit.on
    expect(LIMITS.filter(isOfSite), name).toMatchObject([{ ...limit, points: points / 10 }])
  }
})

test('sign-ups of one site, which has many networks', async () => {
  spend(network.vestibule, 'sign-up, one site', '2001:db8:9::', 1)
  expect(await byMethod('2001:db8:9:1::1')).toMatchObject({ status: 200 })
  expectRefused(await byMethod('2001:db8:9:2::1'), 'sign-up, one site')
  expectRefused(await onPage('2001:db8:9:3::1'), 'sign-up, one site')
  expect(await byMethod('2001:db8:a:1::1')).toMatchObject({ status: 200 })
})
