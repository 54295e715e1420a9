import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { runnerKeys } from '../../actors/hosting/engine/membership.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { openClient, refresh, send } from '../../lab/clients/lean_client.ts'
import { signIn } from '../../lab/clients/lean_sign_in.ts'
import { type Cluster, startCluster } from '../../lab/world/cluster.ts'
import { Attacker, makeDpopKey, newPerson, toSession } from '../shared/people/attacker.ts'
import { failOver } from './failover.ts'

/** `ENGINE_ACCOUNTS=500` for the full size; see docs/scale.md. */
const accounts = Number(process.env.ENGINE_ACCOUNTS ?? 8)
const full = accounts > 100

/**
 * Milliseconds. The engine notices a death after one to two times as long; half of it is enough for a runner of a
 * quiet machine, and a busy one would lose runners that are well.
 */
const RUNNER_LOST = 8_000

let cluster: Cluster
beforeAll(async () => {
  const env = { ENTRYWAY_DIRECTORIES: '3' }
  cluster = await startCluster({
    ...{ runners: 2, gateways: 2, authActors: 3, oneName: true, env },
    runnerLost: RUNNER_LOST,
  })
})
afterAll(() => cluster?.close())

test('signs up, signs in, refreshes and revokes through gateways, engine and runners', async () => {
  const person = newCredentials('engine')
  await headlessSignUp(cluster.url, person)
  const client = await openClient(cluster.url, 1)
  const first = (await signIn(client, person)).refreshToken
  const second = await refresh(client, first)
  expect(second).not.toBe(first)
  expect((await send(client, '/oauth/revoke', { token: second })).status).toBe(200)
  await expect(refresh(client, second)).rejects.toThrow('invalid_grant')
  const third = (await signIn(client, person)).refreshToken
  expect(await refresh(client, third)).not.toBe(third)
})

test('under one name who signed out at a gateway is out at each, streams too', async () => {
  const call = (url: string, nsid: string, init: RequestInit) =>
    fetch(`${url}/xrpc/com.atproto.${nsid}`, init)
  const as = (jwt: string) => ({ headers: { authorization: `Bearer ${jwt}` } })
  const signUp = async () => {
    const { handle, email, password } = newCredentials('engine')
    const body = JSON.stringify({ handle, email, password })
    const headers = { 'content-type': 'application/json' }
    const answer = await call(cluster.url, 'server.createAccount', {
      method: 'POST',
      headers,
      body,
    })
    return (await answer.json()) as { accessJwt: string; refreshJwt: string }
  }
  const [leaves, stays] = [await signUp(), await signUp()]
  const everywhere = async ({ accessJwt }: typeof leaves) => {
    // More often than there are auth actors, so that each gateway asks each.
    const times = cluster.gatewayUrls.flatMap((url) => Array<string>(6).fill(url))
    const answers = times.map((url) => call(url, 'repo.listMissingBlobs', as(accessJwt)))
    return [...new Set((await Promise.all(answers)).map(({ status }) => status))]
  }
  const listen = async (url: string, { accessJwt }: typeof leaves) => {
    const stream = `${url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos`
    const socket = new WebSocket(stream, as(accessJwt))
    await once(socket, 'open')
    return socket
  }
  expect(await everywhere(leaves)).toEqual([200])
  expect(await everywhere(stays)).toEqual([200])
  const streams = await Promise.all(cluster.gatewayUrls.map((url) => listen(url, leaves)))
  const others = await Promise.all(cluster.gatewayUrls.map((url) => listen(url, stays)))
  const over = streams.map((stream) => once(stream, 'close'))
  const [first] = cluster.gatewayUrls as [string]
  const out = { method: 'POST', ...as(leaves.refreshJwt) }
  expect((await call(first, 'server.deleteSession', out)).status).toBe(200)
  expect(await everywhere(leaves)).toEqual([400])
  await Promise.all(over)
  expect(await everywhere(stays)).toEqual([200])
  expect(others.map(({ readyState }) => readyState)).toEqual(others.map(() => WebSocket.OPEN))
  for (const other of others) other.terminate()
})

test('what is used is used everywhere: a code, a nonce, a runner with other settings', async () => {
  const attacker = new Attacker(cluster)
  const kim = await newPerson(cluster, 'engine')
  const key = await makeDpopKey()
  const proof = await attacker.proof('/oauth/par', key)
  const pushed = await Promise.all(Array.from({ length: 6 }, () => attacker.push(key, { proof })))
  expect(pushed.filter(({ status }) => status === 201)).toHaveLength(1)

  const invalid = { status: 400, body: { error: 'invalid_grant' } }
  const used = await attacker.grant(kim)
  const first = await attacker.exchange(used)
  expect(first).toMatchObject({ status: 200 })
  const replays = Array.from({ length: 5 }, () => attacker.exchange(used))
  for (const answer of await Promise.all(replays)) expect(answer).toMatchObject(invalid)
  // The replay ended the session.
  expect(await attacker.refresh(toSession(first, used.key))).toMatchObject(invalid)

  const grant = await attacker.grant(await newPerson(cluster, 'engine'))
  const answers = await Promise.all(Array.from({ length: 6 }, () => attacker.exchange(grant)))
  const won = answers.filter(({ status }) => status === 200)
  // A replay that comes between the spending of the code and the making of its session leaves none at all.
  expect(won.length).toBeLessThanOrEqual(1)
  const lost = answers.filter((answer) => !won.includes(answer))
  const again = won.map((answer) => attacker.refresh(toSession(answer, grant.key)))
  for (const answer of [...lost, ...(await Promise.all(again))]) {
    expect(answer).toMatchObject(invalid)
  }
  const lee = await newPerson(cluster, 'engine')
  expect(await attacker.refresh(await attacker.signIn(lee))).toMatchObject({ status: 200 })

  const wrong = { ENTRYWAY_AUTH_ACTORS: '2', ENTRYWAY_DIRECTORIES: '2' }
  const other = cluster.makeRunner('other', wrong)
  await other.start()
  for (const setting of Object.keys(wrong)) {
    const refusal = `${setting}: this installation has 3`
    await expect.poll(() => other.logs, { timeout: 60_000 }).toContain(refusal)
  }
  await other.stop()
})

test(
  `${accounts} sessions outlive the death of either runner`,
  async () => {
    const result = await failOver(cluster, {
      accounts,
      before: full ? 20_000 : 2_000,
      after: full ? 20_000 : 2_000,
      pause: full ? 8_000 : 100,
      say: (line) => console.log(line),
    })
    console.log(JSON.stringify(result))
    expect(result.wrongs).toEqual([])
    expect(result).toMatchObject({ revived: 0, dead: 0 })
    expect(result.revoked).toBeGreaterThan(0)
    if (full) expect(Math.max(...result.backAfter)).toBeLessThan(15)
  },
  full ? 900_000 : 600_000,
)

test('a runner that a stalled engine let go comes back', async () => {
  const person = newCredentials('engine')
  await headlessSignUp(cluster.url, person)
  const client = await openClient(cluster.url, 1)
  const session = (await signIn(client, person)).refreshToken
  const cameBack = () => cluster.runners.find(({ logs }) => logs.includes('it registers anew'))
  // The engine lists those that were killed until it counts them as lost, which does not let go of a runner that lives.
  const listed = () => runnerKeys(cluster.engine.url)
  await expect.poll(listed, { timeout: 60_000 }).toHaveLength(cluster.runners.length)
  const keys = await listed()
  const areKnown = async () => {
    const known = await listed()
    return keys.every((key) => known.includes(key))
  }
  // A sign of life may come before the engine looks for one.
  for (let isLetGo = false; !isLetGo; ) {
    process.kill(cluster.engine.pid as number, 'SIGSTOP')
    await setTimeout(1.5 * RUNNER_LOST)
    process.kill(cluster.engine.pid as number, 'SIGCONT')
    isLetGo = await expect
      .poll(areKnown, { timeout: RUNNER_LOST })
      .toBe(false)
      .then(
        () => true,
        () => false,
      )
  }
  await expect.poll(cameBack, { timeout: 60_000 }).toBeDefined()
  const others = cluster.runners.filter((runner) => runner !== cameBack())
  await Promise.all(others.map((runner) => runner.stop()))
  await expect.poll(() => refresh(client, session).catch(String)).toMatch(/^ref-/)
}, 600_000)
