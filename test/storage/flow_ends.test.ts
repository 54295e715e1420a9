import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownEndings } from '../../actors/auth/own_endings.ts'
import { MINUTE } from '../../base/lifetimes.ts'
import { closeDatabase, type Db } from '../../database/database.ts'
import {
  findCarriedToken,
  insertCarriedSecret,
  insertCarriedToken,
  readCarriedSecret,
} from '../../database/flow/carried.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

/** What an auth actor keeps until something comes to its end. */
let db: Db
const did = 'did:plc:a'

beforeEach(() => {
  db = openSealed(':memory:', flowSchema)
})
afterEach(() => closeDatabase(db))

test('an ending that begins while clients are told of another is told, too, and no later', async () => {
  const own = ownEndings(db)
  const first = await own.note(did)
  const second = await own.note(did)
  expect(second).toBeGreaterThan(first)
  for (const dueAt of [null, 1]) await own.settle({ did, notedAt: first }, dueAt)
  expect(await own.listDue(10)).toEqual([])
  await own.settle({ did, notedAt: second }, 1)
  expect(await own.listDue(10)).toEqual([{ did, notedAt: second }])
  const third = await own.note(did)
  expect(await own.listDue(10)).toEqual([{ did, notedAt: third }])
  await own.settle({ did, notedAt: third }, null)
  expect(db.prepare('SELECT count(*) FROM openid_ending').pluck().get()).toBe(0)
})

test.each([
  ['is good', MINUTE, { did, sessionId: 'session' }, 'secret'],
  ['has expired', -1, null, null],
])('what was carried over and %s', (_, lasts, token, secret) => {
  const expiresAt = Date.now() + lasts
  insertCarriedToken(db, { token: 'ref', did, sessionId: 'session', expiresAt })
  insertCarriedSecret(db, { pdsDid: 'did:web:pds', secret: 'secret', expiresAt })
  expect([findCarriedToken(db, 'ref'), readCarriedSecret(db, 'did:web:pds')]).toEqual([
    token,
    secret,
  ])
})
