import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REFRESH_RETRY_GRACE } from '../../base/lifetimes.ts'
import { accountSchema } from '../../database/account/schema.ts'
import {
  createSession,
  findSessionByRefreshToken,
  listSessions,
  type Rotation,
  rotateSession,
} from '../../database/account/session.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { databasePath } from '../../database/paths.ts'
import { type HostedClient, hostNativeClient } from '../../lab/clients/hosted_client.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import {
  Attacker,
  makeDpopKey,
  newPerson,
  type Person,
  refreshed,
  SCOPE,
  type Session,
  toSession,
} from './attacker.ts'
import { providerInProcess } from './provider_in_process.ts'

let network: Network
let hosted: HostedClient
let attacker: Attacker
let other: Attacker
let kim: Person

beforeAll(async () => {
  network = await startNetwork()
  hosted = await hostNativeClient(network.ca, SCOPE)
  attacker = new Attacker(network)
  other = new Attacker(network, hosted)
  kim = await newPerson(network, 'refreshing')
})
afterAll(async () => {
  await hosted?.close()
  await network?.close()
})

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

async function expectDead(session: Session): Promise<void> {
  expect(await attacker.refresh(session)).toMatchObject(INVALID_GRANT)
}

async function expectAlive(session: Session): Promise<void> {
  const next = await refreshed(attacker, session)
  expect(await attacker.refresh(next)).toMatchObject({ status: 200 })
}

const expectLoginWorks = async () => expectAlive(await attacker.signIn(kim))

describe('16. a refresh token from the past', () => {
  test('two rotations old: invalid_grant, and the whole session dies', async () => {
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const third = await refreshed(attacker, second)
    await expectDead(first)
    await expectDead(third)
    await expectLoginWorks()
  })

  test('one whose successor has been used: the whole session dies', async () => {
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const third = await refreshed(attacker, second)
    const fourth = await refreshed(attacker, third)
    await expectDead(second)
    await expectDead(fourth)
    await expectLoginWorks()
  })

  test('one that was never issued ends nothing', async () => {
    const session = await attacker.signIn(kim)
    const [secret, id, did, mac] = session.refreshToken.split('.') as [
      string,
      string,
      string,
      string,
    ]
    const guesses = [
      `ref-${'0'.repeat(64)}`,
      `ref-${'0'.repeat(64)}.${id}.${did}.${mac}`,
      `${secret}.${id}.did:plc:${'a'.repeat(24)}.${mac}`,
      `${secret}.${id}.${did}.${'A'.repeat(22)}`,
      `${secret}.${id}.${did}`,
      'x',
    ]
    for (const refreshToken of guesses) await expectDead({ ...session, refreshToken })
    await expectAlive(session)
  })
})

describe('17. an answer that was lost', () => {
  test('the previous refresh token gets the same successor again, until that was used', async () => {
    const first = await attacker.signIn(kim)
    const lost = await refreshed(attacker, first)
    const again = await refreshed(attacker, first)
    expect(again.refreshToken).toBe(lost.refreshToken)
    const next = await refreshed(attacker, again)
    await expectDead(first)
    await expectDead(next)
    await expectLoginWorks()
  })

  test('20 refreshes at once: one chain, and every answer can go on or sign out', async () => {
    for (const end of ['refresh', 'sign out'] as const) {
      const first = await attacker.signIn(kim)
      const answers = await Promise.all(Array.from({ length: 20 }, () => attacker.refresh(first)))
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
      const sessions = answers.map((answer) => toSession(answer, first.key))
      expect(new Set(sessions.map(({ refreshToken }) => refreshToken)).size).toBe(1)

      const some = sessions[7] as Session
      if (end === 'refresh') {
        await expectAlive(some)
        continue
      }
      await attacker.revoke({ ...some, refreshToken: some.accessToken })
      for (const session of sessions) await expectDead(session)
    }
  })

  test('with another DPoP key: invalid_grant', async () => {
    const first = await attacker.signIn(kim)
    await refreshed(attacker, first)
    await expectDead({ ...first, key: await makeDpopKey() })
    await expectLoginWorks()
  })

  test('by another client: invalid_grant', async () => {
    const first = await attacker.signIn(kim)
    await refreshed(attacker, first)
    expect(await other.refresh(first)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks()
  })

  test.each(['the previous', 'the current'])('revoked meanwhile, with %s token', async (which) => {
    const first = await attacker.signIn(kim)
    const lost = await refreshed(attacker, first)
    const token = which === 'the current' ? lost : first
    expect(await attacker.revoke(token)).toMatchObject({ status: 200 })
    await expectDead(first)
    await expectDead(lost)
    await expectLoginWorks()
  })

  test('after 60 seconds: no more', () => {
    const db = openDatabase(':memory:', accountSchema)
    const start = 1_000_000
    const id = createSession(db, {
      tokenId: 'tok-1',
      createdAt: start,
      updatedAt: start,
      expiresAt: start,
      clientId: 'https://app.internal/client.json',
      clientAuth: '{}',
      deviceId: null,
      parameters: '{}',
      scope: 'atproto',
      code: null,
      refreshToken: 'ref-1',
    }) as string
    const rotate = (from: string, to: string, now: number) => {
      const rotation: Rotation = {
        sessionId: id,
        presentedRefreshToken: `ref-${from}`,
        refreshToken: `ref-${to}`,
        tokenId: `tok-${to}`,
        updatedAt: now,
        expiresAt: now,
        clientAuth: '{}',
        scope: 'atproto',
      }
      return rotateSession(db, rotation)
    }
    expect(REFRESH_RETRY_GRACE).toBe(60_000)
    expect(rotate('1', '2', start)).toEqual({ refreshToken: 'ref-2', tokenId: 'tok-2' })
    expect(rotate('1', '3', start + 60_000)).toEqual({ refreshToken: 'ref-2', tokenId: 'tok-2' })
    expect(rotate('1', '4', start + 60_001)).toBeNull()
    const answers = (token: string, now: number) =>
      findSessionByRefreshToken(db, id, token, now)?.answers
    expect(answers('ref-1', start + 60_000)).toBe(true)
    expect(answers('ref-1', start + 60_001)).toBe(false)
    expect(answers('ref-2', start + 60_001)).toBe(true)
    expect(listSessions(db)).toHaveLength(1)
    closeDatabase(db)
  })

  test('the database does not hold a refresh token that works', async () => {
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const db = openDatabase(databasePath.account(network.vestibule, kim.did), accountSchema)
    const stored = JSON.stringify(db.prepare('SELECT * FROM session').all(), (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    )
    closeDatabase(db)
    expect(stored).toContain(first.refreshToken.split('.')[1])
    for (const { refreshToken, accessToken } of [first, second]) {
      expect(stored).not.toContain(refreshToken.split('.')[0])
      expect(stored).not.toContain(accessToken)
    }
    await expectAlive(second)
  })
})

describe('18. a live refresh token in the wrong hands is invalid_grant', () => {
  test('wrong DPoP key', async () => {
    const session = await attacker.signIn(kim)
    await expectDead({ ...session, key: await makeDpopKey() })
    await expectLoginWorks()
  })

  test('wrong client', async () => {
    const session = await attacker.signIn(kim)
    expect(await other.refresh(session)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks()
  })
})

describe('19. revocation', () => {
  const REVOKED = { status: 200, body: {} }

  test('of an unknown token: 200, nothing else revoked', async () => {
    const session = await attacker.signIn(kim)
    for (const refreshToken of ['x', `ref-${'0'.repeat(64)}`, `tok-${'0'.repeat(32)}`, 'a.b.c']) {
      expect(await attacker.revoke({ ...session, refreshToken })).toMatchObject(REVOKED)
    }
    await expectAlive(session)
  })

  test('of a foreign token: 200, nothing revoked', async () => {
    const session = await attacker.signIn(kim)
    for (const token of [session.refreshToken, session.accessToken]) {
      expect(await other.revoke({ ...session, refreshToken: token })).toMatchObject(REVOKED)
      const key = await makeDpopKey()
      expect(await attacker.revoke({ ...session, key, refreshToken: token })).toMatchObject(REVOKED)
    }
    await expectAlive(session)
  })

  test('by the token id alone, which is in every access token: nothing revoked', async () => {
    const session = await attacker.signIn(kim)
    const { jti } = decodeJwt(session.accessToken)
    expect(await other.revoke({ ...session, refreshToken: String(jti) })).toMatchObject(REVOKED)
    await expectAlive(session)
  })

  const tokens: [string, (before: Session, now: Session) => string][] = [
    ['the refresh token', (_, now) => now.refreshToken],
    ['the access token', (_, now) => now.accessToken],
    ['the access token before it', (before) => before.accessToken],
    ['the refresh token before it', (before) => before.refreshToken],
  ]
  test.each(tokens)('with %s: refresh is refused at once', async (_, choose) => {
    const bystander = await attacker.signIn(kim)
    const before = await attacker.signIn(kim)
    const now = await refreshed(attacker, before)
    expect(await attacker.revoke({ ...now, refreshToken: choose(before, now) })).toMatchObject(
      REVOKED,
    )
    await expectDead(now)
    await expectAlive(bystander)
  })

  test('an access token is dead within 15 minutes', async () => {
    const session = await refreshed(attacker, await attacker.signIn(kim))
    const { iat = 0, exp = Number.POSITIVE_INFINITY } = decodeJwt(session.accessToken)
    expect(exp - iat).toBeLessThanOrEqual(15 * 60)
    expect(exp - iat).toBeGreaterThan(0)
  })
})

describe('28. trouble after the rotation does not orphan the session', () => {
  test.each(['a plain error', 'an OAuth error'])('%s in a hook', async (which) => {
    const world = await providerInProcess()
    const session = await world.signIn()
    world.failHook(which === 'an OAuth error' ? 'oauth' : 'plain')
    await expect(world.refresh(session)).rejects.toThrow()
    world.failHook(null)
    const next = await world.refresh(session)
    expect(await world.refresh(next)).not.toBe(next)
    expect(world.sessions()).toHaveLength(1)
    world.close()
  })

  test.each(['rotateSession', 'findSessionByRefreshToken'] as const)(
    'an account that does not answer (%s) costs no session',
    async (action) => {
      const world = await providerInProcess()
      const session = await world.signIn()
      world.failAction(action)
      await expect(world.refresh(session)).rejects.toThrow()
      world.failAction(null)
      expect(world.sessions()).toHaveLength(1)
      expect(await world.refresh(session)).not.toBe(session)
      world.close()
    },
  )
})
