import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, DEVICE_AT_ONCE, DEVICE_RETRY_GRACE, DEVICE_UNUSED } from '../../base/lifetimes.ts'
import { closeDatabase, type Db } from '../../database/database.ts'
import {
  endReplaced,
  insertDevice,
  linkAccount,
  readDevice,
  unlinkAccount,
  updateDevice,
} from '../../database/flow/device.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { sweepFlow } from '../../database/flow/sweep.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

/** A browser, as its auth actor keeps it. */
let db: Db
const NOW = Date.now()
const ID = 'dev-1'
const [ALICE, BOB] = ['did:plc:alice', 'did:plc:bob']

beforeEach(() => {
  db = openSealed(':memory:', flowSchema)
  const seen = { sessionId: 'ses-0', userAgent: null, ipAddress: '192.0.2.1', lastSeenAt: NOW }
  insertDevice(db, ID, { ...seen, guarded: 1 })
})
afterEach(() => closeDatabase(db))

const shown = (sessionId: string, at = NOW) => readDevice(db, ID, sessionId, at)?.shown
/** It gets the sessions up to this one, all at once. */
function change(to: number, at = NOW): void {
  for (let n = 1; n <= to; n++) updateDevice(db, ID, { sessionId: `ses-${n}` }, at)
}

test('one that has its guard keeps it, whatever else is noted of it', () => {
  updateDevice(db, ID, { lastSeenAt: NOW + 1 })
  updateDevice(db, ID, { userAgent: 'other', guarded: 0 })
  expect(readDevice(db, ID)).toMatchObject({ guarded: 1, userAgent: 'other', lastSeenAt: NOW + 1 })
})

test('one without a guard gets it with a new session', () => {
  const of = { userAgent: null, ipAddress: '192.0.2.1', lastSeenAt: NOW }
  insertDevice(db, 'dev-2', { ...of, sessionId: 'ses', guarded: 0 })
  updateDevice(db, 'dev-2', { lastSeenAt: NOW + 1 })
  expect(readDevice(db, 'dev-2')?.guarded).toBe(0)
  updateDevice(db, 'dev-2', { sessionId: 'next', guarded: 1 })
  expect(readDevice(db, 'dev-2')?.guarded).toBe(1)
})

test('the last sessions of before are known for a while, and no others, however many there were', () => {
  change(20)
  const known = Array.from({ length: 21 }, (_, n) => shown(`ses-${n}`))
  expect(known).toEqual([...Array(4).fill('none'), ...Array(16).fill(NOW), 'newest'])
  const late = NOW + DEVICE_RETRY_GRACE + 1
  expect([shown('ses-19', late - 1), shown('ses-19', late)]).toEqual([NOW, 'none'])
  expect(shown('ses-20', late)).toBe('newest')
})

test('the one that the browser shows stays known as long, where no answer reaches it', () => {
  for (let n = 1; n <= 40; n++) {
    updateDevice(db, ID, { sessionId: `ses-${n}`, shown: 'ses-0' }, NOW + n)
  }
  const late = NOW + DEVICE_RETRY_GRACE + 2
  expect([shown('ses-0', late - 1), shown('ses-0', late)]).toEqual([NOW + 1, 'none'])
  expect([shown('ses-23', late), shown('ses-24', late)]).toEqual(['none', NOW + 25])
})

test('those of before end with a sign-in, but for what tabs send at once', () => {
  change(2)
  linkAccount(db, ID, ALICE)
  expect([shown('ses-0'), shown('ses-1')]).toEqual([NOW, NOW])
  const later = Date.now() + DEVICE_AT_ONCE + 1
  expect([shown('ses-0', later), shown('ses-1', later)]).toEqual(['none', 'none'])
  // It makes none last longer.
  endReplaced(db, ID, later)
  expect([shown('ses-1', later), shown('ses-2', later)]).toEqual(['none', 'newest'])
})

test('one on which somebody is signed in is kept for longer, until the last of them is out', () => {
  const isKept = () => readDevice(db, ID) !== null
  for (const did of [ALICE, BOB]) linkAccount(db, ID, did)
  unlinkAccount(db, ID, ALICE)
  sweepFlow(db, NOW + DEVICE_UNUSED + DAY)
  expect(isKept()).toBe(true)
  unlinkAccount(db, ID, BOB)
  sweepFlow(db, NOW + DEVICE_UNUSED - 1)
  expect(isKept()).toBe(true)
  sweepFlow(db, NOW + DEVICE_UNUSED + DAY)
  expect(isKept()).toBe(false)
})
