import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashSecret } from '../../database/hash.ts'
import { startFloor } from '../../lab/bench/servers/servers.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { isRunning } from '../../lab/world/processes/is_running.ts'
import { until } from '../../lab/world/until.ts'
import * as attacker from '../shared/people/attacker.ts'

type Floor = Awaited<ReturnType<typeof startFloor>>

/** Somebody with an account at a server, and the client that they use there. */
type Side = { url: string; person: attacker.Person; client: attacker.Attacker }

let network: Network
let program: Side
let floor: Side
const floors: Floor[] = []

async function newFloor(preloads: string[] = []): Promise<Floor> {
  const started = await startFloor(network.url, preloads)
  floors.push(started)
  return started
}

async function sideOf({ url }: { url: string }): Promise<Side> {
  return {
    url,
    person: await attacker.newPerson({ url }, 'floor'),
    client: new attacker.Attacker({ url }),
  }
}

beforeAll(async () => {
  network = await startNetwork({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  program = await sideOf(network)
  floor = await sideOf(await newFloor())
})
afterAll(async () => {
  for (const started of floors) await started.close()
  await network?.close()
})

const JSON_TYPE = { 'content-type': 'application/json' }
const server = (side: Side, method: string) => `${side.url}/xrpc/com.atproto.server.${method}`
const bearing = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })

function createSession(side: Side, { handle, password } = side.person): Promise<attacker.Answer> {
  const body = JSON.stringify({ identifier: handle, password })
  return attacker.send(server(side, 'createSession'), { method: 'POST', headers: JSON_TYPE, body })
}

const refreshSession = (side: Side, refreshJwt: unknown): Promise<attacker.Answer> =>
  attacker.send(server(side, 'refreshSession'), { method: 'POST', ...bearing(refreshJwt) })

const getSession = (side: Side, accessJwt: unknown): Promise<attacker.Answer> =>
  attacker.send(server(side, 'getSession'), bearing(accessJwt))

const push = async ({ client }: Side): Promise<attacker.Answer> =>
  client.push(await attacker.makeDpopKey())

/** What each measured operation is answered with. */
const operations: Record<string, (side: Side) => Promise<attacker.Answer>> = {
  'server metadata': ({ url }) => attacker.send(`${url}/.well-known/oauth-authorization-server`),
  PAR: push,
  'exchange of a code': async ({ client, person }) => client.exchange(await client.grant(person)),
  refresh: async ({ client, person }) => client.refresh(await client.signIn(person)),
  revoke: async ({ client, person }) => client.revoke(await client.signIn(person)),
  createSession,
  refreshSession: async (side) => refreshSession(side, (await createSession(side)).body.refreshJwt),
  getSession: async (side) => getSession(side, (await createSession(side)).body.accessJwt),
}

/** The answer with the length of each text and number in its place: secrets, names, signatures and seconds differ. */
function shapeOf({ status, headers, body }: attacker.Answer) {
  const shape = (value: unknown): unknown => {
    if (typeof value === 'string' || typeof value === 'number') return String(value).length
    if (Array.isArray(value)) return value.map(shape)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, shape(of)]))
  }
  const own = new Map([...headers].filter(([name]) => name !== 'date'))
  for (const name of ['dpop-nonce', 'etag'])
    if (own.has(name)) own.set(name, `${own.get(name)?.length}`)
  return { status, headers: Object.fromEntries(own), body: shape(body) }
}

test.each(Object.entries(operations))(
  '%s: the floor answers as the program does',
  async (_, ask) => {
    expect(shapeOf(await ask(floor))).toEqual(shapeOf(await ask(program)))
  },
)

test('the floor takes no proof but a good one, and each once', async () => {
  const { client, person } = floor
  const session = await client.signIn(person)
  const other = await attacker.makeDpopKey()
  const shown = await client.proof('/oauth/token', session.key)
  const used = await client.proof('/oauth/par', other)
  expect(await client.push(other, { proof: used })).toMatchObject({ status: 201 })
  const bad: Record<string, attacker.Change['proof']> = {
    'none at all': null,
    'no proof': 'x.y.z',
    'signed by another key': { signedBy: other.privateKey },
    'for another endpoint': { claims: { htu: `${floor.url}/oauth/par` } },
    'for another method': { claims: { htm: 'GET' } },
    'an hour old': { claims: { iat: Math.floor(Date.now() / 1_000) - 3_600 } },
    'with another nonce': { claims: { nonce: 'x'.repeat(43) } },
    'a letter of it is another': shown.replace(/.(?=.{9}$)/, (letter) =>
      letter === 'A' ? 'B' : 'A',
    ),
  }
  const refused = { status: 400, body: { error: 'invalid_dpop_proof' } }
  for (const [what, proof = null] of Object.entries(bad)) {
    expect(await client.refresh(session, { proof }), what).toMatchObject(refused)
    if (proof !== null) expect(await client.revoke(session, { proof }), what).toMatchObject(refused)
  }
  expect(await client.push(other, { proof: used })).toMatchObject(refused)
  const elsewhere = await client.refresh({ ...session, key: other })
  expect(elsewhere).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(await client.refresh(session, { proof: shown })).toMatchObject({ status: 200 })
})

test('the floor takes a code once, the newest token only, and none that was revoked', async () => {
  const { client, person } = floor
  const invalid = { status: 400, body: { error: 'invalid_grant' } }
  const grant = await client.grant(person)
  const first = attacker.toSession(await client.exchange(grant), grant.key)
  expect(await client.exchange(grant)).toMatchObject(invalid)
  const second = await attacker.refreshed(client, first)
  expect(await client.refresh(first)).toMatchObject(invalid)
  const third = await attacker.refreshed(client, second)
  expect(await client.revoke(third, { proof: null })).toMatchObject({ status: 200 })
  expect(await client.refresh(third)).toMatchObject(invalid)
})

test('the floor takes no other password, and no JWT that it did not sign or that was used', async () => {
  const wrong = { ...floor.person, password: 'another' }
  expect(await createSession(floor, wrong)).toMatchObject({ status: 401 })
  const { accessJwt, refreshJwt } = (await createSession(floor)).body
  const others = (await createSession(program)).body
  for (const token of [others.refreshJwt, accessJwt, '']) {
    expect((await refreshSession(floor, token)).status).toBe(400)
  }
  for (const token of [others.accessJwt, refreshJwt, '']) {
    expect((await getSession(floor, token)).status).toBe(400)
  }
  expect(await refreshSession(floor, refreshJwt)).toMatchObject({ status: 200 })
  expect(await refreshSession(floor, refreshJwt)).toMatchObject({ status: 400 })
})

test('what the floor answered is there after it was killed', async () => {
  const started = await newFloor()
  const { client, person } = await sideOf(started)
  const revoked = await client.signIn(person)
  const kept = await client.signIn(person)
  expect(await client.revoke(revoked)).toMatchObject({ status: 200 })
  const { refreshToken } = await attacker.refreshed(client, kept)
  process.kill(started.pid, 'SIGKILL')
  await until(() => !isRunning(started.pid), 'The floor has not ended')

  const db = new Sqlite(join(started.folder, 'floor.sqlite'), { readonly: true })
  const hashes = db.prepare('SELECT hex(secret) FROM session').pluck().all()
  db.close()
  expect(hashes).toEqual([hashOf(refreshToken)])
})

/** Makes an operation that changes something ready; it is done when it is asked for. */
const changes: Record<string, (side: Side) => Promise<() => Promise<attacker.Answer>>> = {
  'exchange of a code': async ({ client, person }) => {
    const grant = await client.grant(person)
    return () => client.exchange(grant)
  },
  refresh: async ({ client, person }) => {
    const session = await client.signIn(person)
    return () => client.refresh(session)
  },
  revoke: async ({ client, person }) => {
    const session = await client.signIn(person)
    return () => client.revoke(session)
  },
  createSession: async (side) => () => createSession(side),
  refreshSession: async (side) => {
    const { refreshJwt } = (await createSession(side)).body
    return () => refreshSession(side, refreshJwt)
  },
}

test.each(Object.entries(changes))(
  '%s: the floor answers nothing that the disk does not take; what is only pushed waits for no disk',
  async (_, prepare) => {
    const started = await newFloor([
      fileURLToPath(new URL('../storage/refuse_to_sync.ts', import.meta.url)),
    ])
    const side = await sideOf(started)
    const ask = await prepare(side)
    await started.ask({ refuse: basename(started.folder) })
    expect(await push(side)).toMatchObject({ status: 201 })
    expect(await ask()).toMatchObject({ status: 503 })
  },
)

const hashOf = (refreshToken: string) =>
  hashSecret(refreshToken.split('.', 1)[0] as string)
    .toString('hex')
    .toUpperCase()
