import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as appPasswords from '../../database/account/app_password.ts'
import {
  listAuthorizedClients,
  upsertAuthorizedClient,
} from '../../database/account/authorized_client.ts'
import { readDeviceAccount, upsertDeviceAccount } from '../../database/account/device.ts'
import * as emailTokens from '../../database/account/email_token.ts'
import { readFactors } from '../../database/account/factors.ts'
import { isKnownDevice, putKnownDevice } from '../../database/account/known_device.ts'
import * as legacy from '../../database/account/legacy_session.ts'
import * as consents from '../../database/account/openid_consent.ts'
import * as grants from '../../database/account/openid_grant.ts'
import * as openidSessions from '../../database/account/openid_session.ts'
import * as signIns from '../../database/account/openid_sign_in.ts'
import * as tokens from '../../database/account/openid_token.ts'
import * as passkeys from '../../database/account/passkey.ts'
import { eraseAccount, insertAccount } from '../../database/account/profile.ts'
import { hasProof, putProof } from '../../database/account/proof.ts'
import * as recoveryCodes from '../../database/account/recovery_code.ts'
import { accountSchema } from '../../database/account/schema.ts'
import * as sessions from '../../database/account/session.ts'
import { hasSignOutLink, insertSignOutLink } from '../../database/account/sign_out_link.ts'
import { laterTables } from '../../database/account/tables.ts'
import * as totps from '../../database/account/totp.ts'
import * as trusted from '../../database/account/trusted_device.ts'
import { listDamages } from '../../database/check/database.ts'
import {
  closeDatabase,
  type Db,
  listTables,
  openDatabase,
  readAtOnce,
  sql,
  transact,
} from '../../database/database.ts'
import { hasTable, makeTable } from '../../database/lazy_tables.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

const DAY = 24 * 60 * 60_000
const NOW = Date.UTC(2026, 10, 26)
const SEEDS = 25
const STEPS = 80
const { lean: _, ...stepByStep } = accountSchema
const tables = ['account', 'audit', ...Object.keys(laterTables)]

let folder: TemporaryFolder
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  folder = await makeTemporaryFolder('lazy-tables-model')
})
afterAll(async () => {
  vi.useRealTimers()
  await folder.remove()
})

type Work = (db: Db) => unknown

/** The same numbers for the same seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What it gives back or throws: a fault of SQLite by its code and text. */
function outcomeOf(work: Work, db: Db): unknown {
  try {
    return { came: work(db) ?? null }
  } catch (err) {
    const { code, message } = err as { code?: string; message: string }
    return { code, message }
  }
}

/** One thing that an account is asked for, with few names, so that rows meet. */
function pickWork(next: () => number): Work {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
  const [a, b, c] = ['one', 'two', 'three']
  const [name, other] = [pick([a, b, c] as string[]), pick([a, b, c] as string[])]
  const nameOrNone = pick([name, null])
  const table = pick(tables)
  const expiresAt = NOW + pick([-1, DAY])
  const session = {
    ...{ id: name, tokenId: other, createdAt: NOW, updatedAt: NOW, expiresAt, clientId: name },
    ...{ clientAuth: '{}', deviceId: null, parameters: '{}', scope: null },
    ...{ code: other, refreshToken: name },
  }
  const passkey = {
    ...{ id: name, name: other, publicKey: new Uint8Array(3), counter: 1, transports: [] },
    ...{ isSynced: true, isBackedUp: false, createdAt: NOW },
  }
  const openidSession = { uid: name, payload: '{}', deviceId: other, isRemembered: true, expiresAt }
  const token = { kind: 'RefreshToken', grantId: name, chain: other, payload: '{}', expiresAt }
  const consent = { scope: name, refused: other, resources: {} }
  return pick<Work>([
    (db) => sql(db, `SELECT * FROM ${table}`).all(),
    (db) => sql(db, `SELECT count(*) FROM ${table}`).pluck().get(),
    (db) => sql(db, `DELETE FROM ${table} WHERE true`).run().changes,
    (db) =>
      appPasswords.insertAppPassword(db, {
        ...{ name, privileged: true, createdAt: NOW, passwordScrypt: other },
      }),
    (db) => appPasswords.listAppPasswords(db),
    (db) => appPasswords.deleteAppPassword(db, name),
    (db) =>
      legacy.insertLegacySession(db, {
        ...{ id: other, jti: name, expiresAt, appPasswordName: nameOrNone },
      }),
    (db) => legacy.rotateLegacySession(db, name, { jti: other, expiresAt, from: null }, NOW),
    (db) => legacy.listLegacySessions(db, NOW),
    (db) => legacy.deleteLegacySession(db, name, other),
    (db) => sessions.insertSession(db, session),
    (db) => sessions.findSessionByCode(db, name),
    (db) => sessions.deleteSessionByTokenId(db, name),
    (db) =>
      sessions.rotateSession(db, {
        ...{ sessionId: name, presentedRefreshToken: other, refreshToken: name, updatedAt: NOW },
        ...{ expiresAt, clientAuth: '{}', scope: 'atproto', provenAt: null },
      }),
    (db) =>
      grants.insertOpenidGrant(
        db,
        { id: name, clientId: other, payload: '{}', expiresAt },
        null,
        NOW,
      ),
    (db) => grants.deleteOpenidGrant(db, name),
    (db) => consents.upsertOpenidConsent(db, name, consent, NOW),
    (db) => consents.readOpenidConsent(db, name, NOW),
    (db) => tokens.upsertOpenidTokens(db, [{ ...token, secret: other }], null, NOW),
    (db) => tokens.rotateOpenidToken(db, name, other, null, NOW),
    (db) => tokens.findOpenidToken(db, 'RefreshToken', name, null, NOW),
    (db) => openidSessions.upsertOpenidSession(db, openidSession, name, NOW),
    (db) => openidSessions.deleteOpenidSessionsOn(db, name),
    (db) =>
      signIns.upsertOpenidSignIns(db, name, [{ clientId: name, sid: other, grantId: name }], NOW),
    (db) => signIns.endOpenidSignInsOfSession(db, name, NOW),
    (db) => signIns.listEndedOpenidSignIns(db, NOW, 9),
    (db) => passkeys.insertPasskey(db, passkey),
    (db) => passkeys.notePasskeyUse(db, name, passkey, NOW),
    (db) => passkeys.listPasskeys(db),
    (db) =>
      sql(db, 'INSERT OR REPLACE INTO totp (id, secret, begun_at) VALUES (1, ?, 1)').run(name)
        .changes,
    (db) => totps.setTotpAdded(db, NOW),
    (db) => recoveryCodes.insertRecoveryCode(db, name, NOW),
    (db) => recoveryCodes.deleteRecoveryCode(db, name),
    (db) => readFactors(db),
    (db) => putKnownDevice(db, name, other, NOW),
    (db) => isKnownDevice(db, name, NOW),
    (db) =>
      trusted.insertTrustedDevice(
        db,
        { deviceId: name, userAgent: null },
        { id: name, secret: other },
        NOW,
      ),
    (db) => trusted.useTrustedDevice(db, name, other, NOW),
    (db) => putProof(db, name, 'any', NOW),
    (db) => hasProof(db, name, 'any', NOW),
    (db) => emailTokens.putEmailToken(db, 'sign_in', name, NOW),
    (db) => emailTokens.checkEmailToken(db, 'sign_in', name, NOW),
    (db) => insertSignOutLink(db, name, NOW),
    (db) => hasSignOutLink(db, name, NOW),
    (db) => upsertAuthorizedClient(db, name, other, NOW),
    (db) => listAuthorizedClients(db),
    (db) => upsertDeviceAccount(db, name, NOW),
    (db) => readDeviceAccount(db, name),
    eraseAccount,
  ])
}

/**
 * A fault of the commit, not of a statement. Alone: SQLite takes a statement that is kept for one of the
 * same kind afterwards, and leaves its row where it fails.
 */
const failAtCommit: Work = (db) =>
  transact(db, () => {
    makeTable(db, 'legacy_session')
    db.pragma('defer_foreign_keys = ON')
    db.exec(`INSERT INTO legacy_session (refresh_hash, expires_at, app_password_name)
      VALUES (x'00', 1, 'none')`)
  })

/** One of these, or several in one transaction, which may be rolled back, inside another one. */
function pickStep(next: () => number, depth = 0): Work {
  if (depth > 2 || next() < 0.6) return pickWork(next)
  const steps = Array.from({ length: 1 + next() * 4 }, () => pickStep(next, depth + 1))
  const fails = next() < 0.5
  const within = next() < 0.85 ? transact : readAtOnce
  return (db) =>
    within(db, () => {
      const came = steps.map((step) => outcomeOf(step, db))
      if (fails) throw new Error(`on purpose, after ${JSON.stringify(came)}`)
      return came
    })
}

const rowsOf = (db: Db, table: string) =>
  hasTable(db, table) ? db.prepare(`SELECT * FROM main.${table}`).raw().all() : []

test.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
  'answers as one with all of its tables does, whatever is rolled back: %i',
  (seed) => {
    const next = numbersOf(seed)
    const path = join(folder.path, `${seed}.sqlite`)
    const whole = openDatabase(':memory:', stepByStep)
    let lean = openDatabase(path, accountSchema, 'program')
    for (const db of [whole, lean]) {
      const names = {
        did: 'did:plc:a',
        handle: 'a.test',
        email: 'a@mail.test',
        pdsDid: 'did:web:b',
      }
      insertAccount(db, { ...names, passwordScrypt: null })
    }
    for (let step = 0; step < STEPS; step++) {
      const work = next() < 0.05 ? failAtCommit : pickStep(next)
      const expected = outcomeOf(work, whole)
      expect(outcomeOf(work, lean), `step ${step}`).toEqual(expected)
      if (next() > 0.05) continue
      closeDatabase(lean)
      lean = openDatabase(path, accountSchema, 'program')
    }
    for (const table of tables) expect(rowsOf(lean, table)).toEqual(rowsOf(whole, table))
    expect(listDamages(lean)).toEqual([])
    for (const table of listTables(lean)) {
      const references = lean.pragma(`foreign_key_list(${table})`) as { table: string }[]
      for (const reference of references) expect(hasTable(lean, reference.table)).toBe(true)
    }
    for (const db of [whole, lean]) closeDatabase(db)
  },
)
