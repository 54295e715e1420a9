import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../base/lifetimes.ts'
import { ACCOUNT_BOUNDS } from '../../database/account/bounds.ts'
import { insertOpenidGrant } from '../../database/account/openid_grant.ts'
import {
  findOpenidToken,
  findProven,
  markOpenidTokensOfBackup,
  rotateOpenidToken,
  spentOpenidStanding,
  upsertOpenidTokens,
} from '../../database/account/openid_token.ts'
import { accountSchema } from '../../database/account/schema.ts'
import {
  createSession,
  findSessionByRefreshToken,
  markSessionsOfBackup,
  rotateSession,
} from '../../database/account/session.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'

/** A restore marks of which sessions clients may have later tokens. Nothing else of them is forgotten. */
const NOW = Date.UTC(2026, 10, 28)
const seconds = (ms: number) => ms / 1_000

let db: Db
beforeEach(() => {
  db = openDatabase(':memory:', accountSchema)
})
afterEach(() => closeDatabase(db))

/** Of both protocols. */
type Chain = {
  /** @param madeAt by the client's clock, ms */
  refresh(from: number, at: number, madeAt: number): void
  standing(of: number, at: number, madeAt: number): string | undefined
  mark(): void
}

function session(begunAt: number, madeAt: number): Chain {
  const times = { createdAt: begunAt, updatedAt: begunAt, expiresAt: begunAt + HOUR }
  const client = { clientId: 'https://app.test/client.json', clientAuth: '{}', deviceId: null }
  const provenAt = seconds(madeAt)
  const sessionId = createSession(db, {
    ...{ ...times, ...client, tokenId: 'tok', parameters: '{}', scope: 'atproto', code: null },
    ...{ refreshToken: 'ref-1', provenAt },
  }) as string
  const shown = (token: number, madeAt: number, receivedAt: number) => ({
    ...{ presentedRefreshToken: `ref-${token}`, provenAt: seconds(madeAt), receivedAt },
  })
  return {
    refresh: (from, at, madeAt) => {
      rotateSession(db, {
        ...{ ...shown(from, madeAt, at), sessionId, refreshToken: `ref-${from + 1}` },
        ...{ updatedAt: at, expiresAt: at + HOUR, clientAuth: '{}', scope: 'atproto' },
      })
    },
    standing: (of, at, madeAt) =>
      findSessionByRefreshToken(db, sessionId, shown(of, madeAt, at), at)?.standing,
    mark: () => markSessionsOfBackup(db),
  }
}

const CHAIN = { grantId: 'grant', chain: 'chain' }

function openidToken(secret: string, at: number, madeAt: number | null, kind = 'RefreshToken') {
  const provenAt = madeAt === null ? null : seconds(madeAt)
  const payload = JSON.stringify({ jkt: 'key' })
  return { ...CHAIN, kind, payload, secret, expiresAt: NOW + 9 * HOUR, provenAt, receivedAt: at }
}

function grant(): void {
  const of = { id: CHAIN.grantId, clientId: 'client', payload: '{}', expiresAt: NOW + 9 * HOUR }
  insertOpenidGrant(db, of, null, NOW)
}

function openidChain(begunAt: number, madeAt: number): Chain {
  grant()
  upsertOpenidTokens(db, [openidToken('1', begunAt, madeAt)], null, begunAt)
  const proof = (at: number, madeAt: number) => ({
    ...{ provenAt: seconds(madeAt), receivedAt: at, isAuthenticated: false, jkt: 'key' },
  })
  return {
    refresh: (from, at, madeAt) => {
      const [token, next] = [`${from}`, `${from + 1}`]
      rotateOpenidToken(db, token, next, proof(at, madeAt), at)
      upsertOpenidTokens(db, [openidToken(next, at, madeAt)], findProven(db, token), at)
    },
    standing: (of, at, madeAt) => spentOpenidStanding(db, `${of}`, CHAIN, proof(at, madeAt), at),
    mark: () => markOpenidTokensOfBackup(db),
  }
}

const chains = test.each([
  ['of atproto', session],
  ['of OpenID', openidChain],
] as const)

chains('%s: a refresh that a cut network held is late, as before', (_, begin) => {
  const { refresh, standing, mark } = begin(NOW, NOW)
  refresh(1, NOW + 2_000, NOW + 2_000)
  mark()
  const at = NOW + 2 * MINUTE
  expect(standing(1, at, NOW + 1_000)).toBe('late')
  expect(standing(1, at, at)).toBe('reused')
})

chains('%s: a thief makes no owner late whose clock is behind', (_, begin) => {
  const BEHIND = 100_000
  const { refresh, standing, mark } = begin(NOW, NOW - BEHIND)
  mark()
  const at = NOW + 2 * MINUTE
  refresh(1, at, at)
  const later = at + 65_000
  expect(standing(1, later, later - BEHIND)).toBe('reused')
})

chains('%s: a token that is not known tells of no theft, until the next refresh', (_, begin) => {
  const { refresh, standing, mark } = begin(NOW, NOW)
  const unknown = 9
  mark()
  mark()
  expect(standing(unknown, NOW + MINUTE, NOW + MINUTE)).toBe('lost')
  refresh(1, NOW + MINUTE, NOW + MINUTE)
  expect(standing(unknown, NOW + 3 * MINUTE, NOW + 3 * MINUTE)).toBe('reused')
})

chains('%s: as a program of before has marked it', (_, begin) => {
  const { standing } = begin(NOW, NOW)
  for (const table of ['session', 'openid_token']) {
    const isThere = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)
    if (isThere) db.prepare(`UPDATE ${table} SET received_at = 0`).run()
  }
  expect(standing(9, NOW + MINUTE, NOW + MINUTE)).toBe('lost')
})

test('the oldest tokens of a backup are the first that make room', () => {
  const { rows } = ACCOUNT_BOUNDS.openid_token
  const name = (n: number) => `token ${n}`
  const token = (n: number, at: number) => openidToken(name(n), at, null, 'AccessToken')
  grant()
  const all = Array.from({ length: rows }, (_, n) => token(n, NOW + n))
  upsertOpenidTokens(db, all, null, NOW)
  markOpenidTokensOfBackup(db)
  const later = Array.from({ length: 50 }, (_, n) => token(rows + n, NOW + HOUR))
  upsertOpenidTokens(db, later, null, NOW)
  const isThere = (n: number) => findOpenidToken(db, 'AccessToken', name(n), null, NOW) !== null
  const gone = Array.from({ length: rows + 50 }, (_, n) => n).filter((n) => !isThere(n))
  expect(gone).toEqual(Array.from({ length: 50 }, (_, n) => n))
})
