import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { Attacker, newPerson, type Person, refreshed, send } from '../shared/people/attacker.ts'

let network: Network
let [awake, asleep, other]: Person[] = []

beforeAll(async () => {
  network = await startNetwork()
  awake = await newPerson(network, 'awake')
  asleep = await newPerson(network, 'asleep')
  other = await newPerson(network, 'other')
  // All accounts are asleep then, and their databases closed.
  await network.vestibule.restart()
})
afterAll(() => network?.close())

const createSession = async (person: Person) => {
  const { status } = await send(`${network.url}/xrpc/com.atproto.server.createSession`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: person.handle, password: person.password }),
  })
  return status
}

test('a data folder that goes away costs no session, and none is begun in its place', async () => {
  const { vestibule } = network
  const client = new Attacker(network)
  const session = await client.signIn(awake as Person)
  const { pid, dataDir } = vestibule
  const away = `${dataDir}-away`
  renameSync(dataDir, away)
  // As where a disk was mounted.
  mkdirSync(dataDir)

  expect(await client.refresh(session)).toMatchObject({ status: 503 })
  expect(await createSession(asleep as Person)).toBe(502)
  await expect(newPerson(network, 'late')).rejects.toMatchObject({ status: 503 })
  expect(vestibule.logs).toContain('is not there any more')
  expect(existsSync(`${dataDir}/accounts`)).toBe(false)

  rmdirSync(dataDir)
  renameSync(away, dataDir)
  const next = await refreshed(client, session)
  expect(await client.refresh(next)).toMatchObject({ status: 200 })
  expect(await createSession(asleep as Person)).toBe(200)
  expect(vestibule.pid).toBe(pid)
})

test('nor does the folder of the accounts alone, and nobody signs up in its place', async () => {
  const { vestibule } = network
  const accounts = `${vestibule.dataDir}/accounts`
  const away = `${accounts}-away`
  renameSync(accounts, away)
  mkdirSync(accounts)

  expect(await createSession(other as Person)).toBe(502)
  await expect(newPerson(network, 'later')).rejects.toMatchObject({ status: 503 })
  expect(vestibule.logs).toContain(`${accounts} is not there any more`)
  expect(readdirSync(accounts)).toEqual([])

  rmdirSync(accounts)
  renameSync(away, accounts)
  expect(await createSession(other as Person)).toBe(200)
  await newPerson(network, 'latest')
})
