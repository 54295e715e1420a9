import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, LEGACY_REFRESH_GRACE, MINUTE } from '../../base/lifetimes.ts'
import {
  insertLegacySession,
  isLegacySessionOpen,
  listLegacySessions,
  rotateLegacySession,
} from '../../database/account/legacy_session.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'

const now = Date.now()
const ID = 'session'
let db: Db
beforeEach(() => {
  db = openDatabase(':memory:', accountSchema)
})
afterEach(() => closeDatabase(db))

const open = (jti: string, expiresAt: number) =>
  insertLegacySession(db, { id: ID, jti, expiresAt, appPasswordName: null }, now)
/** @returns the successor */
const rotate = (jti: string, next: string, at: number) =>
  rotateLegacySession(db, jti, { jti: next, expiresAt: at + DAY }, at)?.jti ?? null

test('one that was succeeded answers with its successor for a while, and then no more', () => {
  open('first', now + DAY)
  expect(rotate('first', 'second', now)).toBe('second')
  const last = now + LEGACY_REFRESH_GRACE - 1
  expect(rotate('first', 'another', last)).toBe('second')
  expect(rotate('first', 'another', last + 1)).toBeNull()
  expect(rotate('second', 'third', last + 1)).toBe('third')
  expect(listLegacySessions(db, last + 1)).toMatchObject([{ id: ID }])
})

test('one that is about to expire is not good for longer since it was succeeded', () => {
  open('first', now + MINUTE)
  expect(rotate('first', 'second', now)).toBe('second')
  expect(rotate('first', 'another', now + MINUTE - 1)).toBe('second')
  expect(rotate('first', 'another', now + MINUTE)).toBeNull()
})

test('a session is open until the last of them expires', () => {
  open('first', now + MINUTE)
  const openAt = (at: number) => isLegacySessionOpen(db, ID, at)
  expect([openAt(now + MINUTE - 1), openAt(now + MINUTE)]).toEqual([true, false])
  rotate('first', 'second', now)
  expect([openAt(now + DAY - 1), openAt(now + DAY)]).toEqual([true, false])
})
