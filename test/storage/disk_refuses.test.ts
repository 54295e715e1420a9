import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { Attacker, newPerson, type Person, refreshed } from '../shared/people/attacker.ts'

let network: Network
let person: Person
let client: Attacker

beforeAll(async () => {
  const preloads = [fileURLToPath(new URL('./refuse_to_sync.ts', import.meta.url))]
  network = await startNetwork({ program: { preloads } })
  person = await newPerson(network, 'disk')
  client = new Attacker(network)
})
afterAll(() => network?.close())

test('a refresh that the disk does not take is not answered, and costs no session', async () => {
  const session = await client.signIn(person)
  await network.vestibule.ask({ refuse: 'accounts' })
  const { status, body } = await client.refresh(session)
  expect(status).toBe(503)
  expect(body).toMatchObject({ error: 'server_error' })
  expect(network.vestibule.logs).toContain('a database can no longer be kept')

  const next = await refreshed(client, session)
  expect(await client.refresh(next)).toMatchObject({ status: 200 })
})

test('no token is made of a code whose spending the disk does not take', async () => {
  const grant = await client.grant(person)
  await network.vestibule.ask({ refuse: 'auth' })
  const { status, body } = await client.exchange(grant)
  expect(status).toBe(503)
  expect(body).not.toHaveProperty('access_token')

  expect(await client.exchange(grant)).toMatchObject({ body: { error: 'invalid_grant' } })
  expect(await client.refresh(await client.signIn(person))).toMatchObject({ status: 200 })
})
