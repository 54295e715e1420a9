import { appendFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import { sayUnlessMounted } from '../shared/left_out.ts'
import {
  Attacker,
  makeDpopKey,
  newPerson,
  type Person,
  refreshed,
  send,
} from '../shared/people/attacker.ts'

const MB = 1024 * 1024
const DAY = 24 * 60 * 60 * 1_000

/** Not in every container. */
const canMount = sayUnlessMounted('a small disk')

let network: Network
let person: Person
let client: Attacker

/** A file on the disk of the program, which only it has mounted. */
const filler = () => `/proc/${network.vestibule.pid}/root${network.vestibule.dataDir}/filler`

function fill(): void {
  for (let bytes = MB; bytes >= 512; ) {
    try {
      appendFileSync(filler(), Buffer.alloc(bytes))
    } catch (err) {
      expect(err).toMatchObject({ code: 'ENOSPC' })
      bytes /= 2
    }
  }
}

/** An account that falls asleep leaves some room. */
const whenFull =
  <T>(ask: () => T) =>
  () => {
    fill()
    return ask()
  }

const count = (line: string) => network.vestibule.logs.split(line).length - 1
const push = async () => (await client.push(await makeDpopKey())).status
const xrpc = (method: string) => `${network.url}/xrpc/com.atproto.${method}`
const createSession = () =>
  send(xrpc('server.createSession'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: person.handle, password: person.password }),
  })
const signIn = async () => (await createSession()).status

describe.runIf(canMount)('on a small disk', () => {
  beforeAll(async () => {
    const preloads = [fileURLToPath(new URL('./quick_time.ts', import.meta.url))]
    network = await startNetwork({ program: { preloads, disk: 48 * MB } })
    person = await newPerson(network, 'full')
    client = new Attacker(network)
  })
  afterAll(() => network?.close())

  test('a program whose disk was full serves again without a restart', async () => {
    const { vestibule } = network
    const { pid } = vestibule
    const session = await client.signIn(person)
    const revoked = await client.signIn(person)
    // What is to be swept takes more than one page.
    for (let i = 0; i < 40; i++) expect(await push()).toBe(201)

    await expect.poll(whenFull(push)).toBe(503)
    await expect.poll(whenFull(signIn)).toBe(503)
    const refresh = async () => (await client.refresh(session)).status
    await expect.poll(whenFull(refresh)).toBe(503)
    // What needs no write is answered.
    const read = async (url: string) => (await fetch(url)).status
    expect(await whenFull(() => read(xrpc('server.describeServer')))()).toBe(200)
    const listed = await whenFull(() => cliJsonHere(vestibule.env, ['account', 'list']))()
    expect(listed).toMatchObject([{ did: person.did }])
    const health = () => read(`${network.url}/_health`)
    await expect.poll(whenFull(health)).toBe(503)
    const { status } = await whenFull(() => client.revoke(revoked))()
    expect([200, 503]).toContain(status)

    await vestibule.ask({ ahead: DAY })
    await expect.poll(whenFull(() => count('the sweep of what has expired failed'))).toBe(1)
    // Hundreds of sweeps more.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(count('the sweep of what has expired failed')).toBe(1)
    expect(count('the sweep of what has expired succeeds again')).toBe(0)
    rmSync(filler())
    await expect.poll(() => count('the sweep of what has expired succeeds again')).toBe(1)
    await vestibule.ask({ ahead: 0 })
    await expect.poll(health).toBe(200)
    expect(await push()).toBe(201)
    expect(await signIn()).toBe(200)
    expect((await client.refresh(revoked)).status).toBe(status === 200 ? 400 : 200)
    const next = await refreshed(client, session)
    expect(await client.refresh(next)).toMatchObject({ status: 200 })
    expect(vestibule.pid).toBe(pid)
  })
})
