import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { databasePath } from '../../database/paths.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { runProgram } from '../../lab/world/vestibule/program.ts'
import { expectRefused, from, limit, newAddress } from '../shared/limit.ts'
import {
  type Answer,
  Attacker,
  consent,
  makeDpopKey,
  newPerson,
  type Person,
  send,
  toSession,
} from '../shared/people/attacker.ts'

/** More than any other number, so that what is done once is soon done by each of them. */
const AUTH_ACTORS = 3
/** Requests at once, some for each. */
const AT_ONCE = 9

let network: Network
let attacker: Attacker
let kim: Person

beforeAll(async () => {
  const number = String(AUTH_ACTORS)
  network = await startNetwork({
    env: { ENTRYWAY_AUTH_ACTORS: number, ENTRYWAY_DIRECTORIES: number },
  })
  attacker = new Attacker(network)
  kim = await newPerson(network, 'spread')
})
afterAll(() => network?.close())

const INVALID_PROOF = { status: 401, body: { error: 'invalid_dpop_proof' } }
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }
const atOnce = <T>(work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(i)))

test('a proof is good for one of them, at once and after a restart', async () => {
  const key = await makeDpopKey()
  const proof = await attacker.proof('/oauth/par', key)
  const answers = await atOnce(() => attacker.push(key, { proof }))
  const [accepted, refused] = [
    answers.filter(({ status }) => status === 201),
    answers.filter(({ status }) => status !== 201),
  ]
  expect(accepted).toHaveLength(1)
  for (const answer of refused) expect(answer).toMatchObject(INVALID_PROOF)
  await network.vestibule.restart()
  for (const answer of await atOnce(() => attacker.push(key, { proof }))) {
    expect(answer).toMatchObject(INVALID_PROOF)
  }
  expect(await attacker.push(key)).toMatchObject({ status: 201 })
})

test('a code is exchanged once, and its replay ends the session', async () => {
  const lee = await newPerson(network, 'spread')
  const grant = await attacker.grant(lee)
  const first = await attacker.exchange(grant)
  expect(first).toMatchObject({ status: 200 })
  for (const answer of await atOnce(() => attacker.exchange(grant))) {
    expect(answer).toMatchObject(INVALID_GRANT)
  }
  expect(await attacker.refresh(toSession(first, grant.key))).toMatchObject(INVALID_GRANT)
})

test('a code that is hidden in another form is exchanged once, too', async () => {
  for (let round = 0; round < AUTH_ACTORS; round++) {
    const lee = await newPerson(network, 'spread')
    const grant = await attacker.grant(lee)
    const answers = await atOnce((i) => attacker.exchange(grant, { json: i % 2 === 0 }))
    const won = answers.filter(({ status }) => status === 200)
    expect(won.length).toBeLessThanOrEqual(1)
    for (const { body } of won) {
      const session = toSession({ status: 200, headers: new Headers(), body }, grant.key)
      expect(await attacker.refresh(session)).toMatchObject(INVALID_GRANT)
    }
  }
})

test('a request is granted once', async () => {
  const pushed = await attacker.push(await makeDpopKey())
  const url = attacker.authorizeUrl(pushed.body.request_uri)
  const granted = await Promise.allSettled(Array.from({ length: 3 }, () => consent(url, kim)))
  const codes = granted.filter(({ status }) => status === 'fulfilled')
  expect(codes).toHaveLength(1)
  await expect(consent(url, kim)).rejects.toThrow()
})

test('a refresh token has one successor, over all auth actors', async () => {
  const session = await attacker.signIn(kim)
  const answers = await atOnce(() => attacker.refresh(session))
  const successors = new Set(answers.map(({ body }) => body.refresh_token))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(successors.size).toBe(1)
})

test('a limit holds over all of them', async () => {
  const name = 'reset, one address at one account'
  const address = newAddress()
  const reset = () =>
    attackerSend('/xrpc/com.atproto.server.requestPasswordReset', address, {
      email: 'nobody@mail.vestibule.internal',
    })
  const { points } = limit(name)
  const answers = await Promise.all(Array.from({ length: 3 * points }, reset))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(points)
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused).toHaveLength(2 * points)
  for (const answer of refused) expectRefused(answer, name)
})

test('a wrong password counts, and a right one does not, over all auth actors', async () => {
  const lee = await newPerson(network, 'spread')
  const address = newAddress()
  const signIn = (password: string) =>
    attackerSend('/xrpc/com.atproto.server.createSession', address, {
      identifier: lee.handle,
      password,
    })
  const { points } = limit('password, one address at one account')
  for (let i = 0; i < 2 * AUTH_ACTORS; i++) {
    expect(await signIn(lee.password)).toMatchObject({ status: 200 })
  }
  for (let i = 0; i < points; i++) expect(await signIn('wrong')).toMatchObject({ status: 401 })
  expect(await signIn(lee.password)).toMatchObject({ status: 429 })
})

test('a new handle is in every answer at once', async () => {
  const lee = await newPerson(network, 'spread')
  const agent = new AtpAgent({ service: network.url })
  await agent.login({ identifier: lee.handle, password: lee.password })
  const documents = async () => {
    const sessions = await atOnce(() => agent.com.atproto.server.getSession())
    const names = sessions.map(({ data }) => data.didDoc as { alsoKnownAs: string[] })
    return new Set(names.map(({ alsoKnownAs }) => String(alsoKnownAs)))
  }
  expect(await documents()).toEqual(new Set([`at://${lee.handle}`]))
  await agent.com.atproto.identity.updateHandle({ handle: `new-${lee.handle}` })
  expect(await documents()).toEqual(new Set([`at://new-${lee.handle}`]))
})

test('each of them keeps a part', () => {
  for (let number = 0; number < AUTH_ACTORS; number++) {
    const db = openDatabase(databasePath.auth(network.vestibule, String(number)), flowSchema)
    expect(db.prepare('SELECT count(*) FROM replay').pluck().get()).toBeGreaterThan(0)
    closeDatabase(db)
  }
})

describe('with another number', () => {
  beforeAll(() => network.vestibule.stop())

  test.each([
    ['ENTRYWAY_AUTH_ACTORS', 1],
    ['ENTRYWAY_AUTH_ACTORS', 2],
    ['ENTRYWAY_AUTH_ACTORS', 4],
    ['ENTRYWAY_DIRECTORIES', 1],
    ['ENTRYWAY_DIRECTORIES', 4],
  ])('%s=%i instead of 3: the program does not start', async (setting, number) => {
    const program = runProgram('start.ts', {
      ...network.vestibule.env,
      [setting]: String(number),
    })
    try {
      expect(await program.ended()).toBe(1)
      expect(program.logs).toContain(`${setting}: this installation has 3`)
    } finally {
      await program.end('SIGKILL')
    }
  })

  test('with 3 it does, as if nothing had been tried', async () => {
    await network.vestibule.start()
    expect(await attacker.push(await makeDpopKey())).toMatchObject({ status: 201 })
  })
})

function attackerSend(path: string, address: string, body: object): Promise<Answer> {
  return send(network.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address) },
    body: JSON.stringify(body),
  })
}
