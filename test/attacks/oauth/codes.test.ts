import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as lifecycle from '../../../actors/account/lifecycle.ts'
import { findByCode } from '../../../actors/account/sessions.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import { createSession, listSessions } from '../../../database/account/session.ts'
import { closeDatabase, openDatabase } from '../../../database/database.ts'
import { type HostedClient, hostNativeClient } from '../../../lab/clients/hosted_client.ts'
import { sharedNetwork } from '../../shared/network.ts'
import {
  Attacker,
  type Change,
  type Grant,
  makeDpopKey,
  newPerson,
  type Person,
  SCOPE,
  toSession,
} from '../../shared/people/attacker.ts'

const network = sharedNetwork()
let hosted: HostedClient
let attacker: Attacker
let kim: Person

beforeAll(async () => {
  hosted = await hostNativeClient(network.ca, SCOPE)
  attacker = new Attacker(network)
  kim = await newPerson(network, 'coded')
})
afterAll(async () => {
  await hosted?.close()
})

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

/** Replaying a code signs the device out, so a login takes a fresh one afterwards. */
const someone = () => newPerson(network, 'coded')

async function expectLoginWorks(person: Person): Promise<void> {
  const session = await attacker.signIn(person)
  expect(await attacker.refresh(session)).toMatchObject({ status: 200 })
}

describe('13. a code replayed after success', () => {
  test('is invalid_grant, and the session it created is revoked', async () => {
    const lee = await someone()
    const bystander = await attacker.signIn(kim)
    const grant = await attacker.grant(lee)
    const session = toSession(await attacker.exchange(grant), grant.key)
    expect(await attacker.exchange(grant)).toMatchObject(INVALID_GRANT)
    expect(await attacker.refresh(session)).toMatchObject(INVALID_GRANT)
    expect(await attacker.refresh(bystander)).toMatchObject({ status: 200 })
  })

  test('also by somebody else, and after the session was refreshed', async () => {
    const lee = await someone()
    const grant = await attacker.grant(lee)
    const session = toSession(await attacker.exchange(grant), grant.key)
    const next = toSession(await attacker.refresh(session), grant.key)
    const thief = { ...grant, key: await makeDpopKey() }
    expect(await attacker.exchange(thief)).toMatchObject(INVALID_GRANT)
    expect(await attacker.refresh(next)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks(kim)
  })
})

describe('14. two exchanges of one code at once', () => {
  test.each([2, 5])('of %i, exactly one gets 200, and a replay revokes it', async (count) => {
    const lee = await someone()
    const grant = await attacker.grant(lee)
    const answers = await Promise.all(Array.from({ length: count }, () => attacker.exchange(grant)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    for (const answer of answers) {
      if (answer !== won[0]) expect(answer).toMatchObject(INVALID_GRANT)
    }
    const winner = toSession(won[0] as (typeof won)[0], grant.key)
    expect(await attacker.refresh(winner)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks(kim)
  })

  test('a replay between consume and create leaves no session', () => {
    const db = openDatabase(':memory:', accountSchema)
    lifecycle.create(db, {
      did: 'did:plc:abcdefghijklmnopqrstuvwx',
      handle: 'someone.test',
      email: 'someone@mail.internal',
      pdsDid: 'did:web:pds.test',
      passwordScrypt: 'salt:hash',
    })
    const now = Date.now()
    const exchange = (code: string) =>
      createSession(db, {
        tokenId: `tok-${code}`,
        createdAt: now,
        updatedAt: now,
        expiresAt: now + 60_000,
        clientId: 'https://app.internal/client.json',
        clientAuth: '{"method":"none"}',
        deviceId: null,
        parameters: '{}',
        scope: 'atproto',
        code,
        refreshToken: `ref-${code}`,
      })
    expect(findByCode(db, 'cod-1')).toBeNull()
    expect(exchange('cod-1')).toBeNull()
    expect(listSessions(db)).toEqual([])
    expect(exchange('cod-2')).toEqual(expect.any(String))
    expect(findByCode(db, 'cod-2')?.session.tokenId).toBe('tok-cod-2')
    closeDatabase(db)
  })
})

describe('15. a code in the wrong hands is invalid_grant, and burnt', () => {
  const wrong: [string, (grant: Grant) => Promise<[Attacker, Grant, Change]>][] = [
    ['verifier', async (grant) => [attacker, { ...grant, verifier: 'x'.repeat(43) }, {}]],
    [
      'verifier (none)',
      async (grant) => [attacker, grant, { fields: { code_verifier: undefined } }],
    ],
    [
      'redirect',
      async (grant) => [attacker, grant, { fields: { redirect_uri: 'http://127.0.0.1/other' } }],
    ],
    [
      'client',
      async (grant) => [
        new Attacker(network, hosted),
        grant,
        { fields: { redirect_uri: attacker.redirectUri } },
      ],
    ],
    ['key', async (grant) => [attacker, { ...grant, key: await makeDpopKey() }, {}]],
  ]
  test.each(wrong)('wrong %s', async (_, attack) => {
    const grant = await attacker.grant(kim)
    const [client, stolen, change] = await attack(grant)
    expect(await client.exchange(stolen, change)).toMatchObject(INVALID_GRANT)
    expect(await attacker.exchange(grant)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks(kim)
  })

  test('a code that was never issued', async () => {
    const grant = await attacker.grant(kim)
    for (const code of ['', 'cod-', `cod-${'0'.repeat(64)}`, grant.code.slice(0, -1)]) {
      expect((await attacker.exchange(grant, { fields: { code } })).status).toBe(400)
    }
    expect(await attacker.exchange(grant)).toMatchObject({ status: 200 })
  })
})
