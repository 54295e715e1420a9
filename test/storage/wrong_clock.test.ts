import { afterEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { learnImported } from '../../actors/account/known_devices.ts'
import { DAY, HOUR, OPENID_LOGOUT_PAUSES, SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { settled } from '../../base/time/settled_clock.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { ACCOUNT_BOUNDS, trim } from '../../database/account/bounds.ts'
import {
  endAllOpenidSignIns,
  listEndedOpenidSignIns,
  postponeOpenidSignIn,
  upsertOpenidSignIns,
} from '../../database/account/openid_sign_in.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, listTables, openDatabase } from '../../database/database.ts'
import { deleteOldEvents, insertEvent } from '../../database/directory/event.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { readClient, upsertClient } from '../../database/flow/client.ts'
import {
  readOpenidClient,
  readOpenidRemoval,
  removeOpenidClient,
  upsertOpenidClient,
} from '../../database/flow/openid_client.ts'
import { listOpenidEndings, noteOpenidEnding } from '../../database/flow/openid_ending.ts'
import { readOpenidResource, upsertOpenidResource } from '../../database/flow/openid_resource.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { sweepFlow } from '../../database/flow/sweep.ts'
import { makeTable } from '../../database/lazy_tables.ts'
import { type Counter, takePoints } from '../../database/limits/counter.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import type { Schema } from '../../database/schema.ts'
import { fakeClock } from '../base/fake_clock.ts'

const YEAR = 365 * DAY
const NOW = Date.UTC(2026, 10, 27)
/** What was given at `NOW` is good for ten days more. */
const GOOD_UNTIL = NOW + 10 * DAY

const opened: Db[] = []
const open = (schema: Schema) => {
  const db = openDatabase(':memory:', schema)
  db.pragma('foreign_keys = OFF')
  opened.push(db)
  return db
}

const { pass, set } = fakeClock(NOW)
afterEach(() => {
  for (const db of opened.splice(0)) closeDatabase(db)
})

/** A clock that is two years ahead, and one that has been so for a while. */
const goAhead = () => set(NOW + 2 * YEAR)
const stayAhead = () => {
  settled(Date.now())
  pass(HOUR)
}

type Column = { name: string; type: string; pk: number }

/** A row of any table: its times are of now, or some days later where it expires then. */
function addRow(db: Db, table: string): void {
  makeTable(db, table)
  const columns = db.pragma(`table_info(${table})`) as Column[]
  const values = columns.map(({ name, type }) => {
    if (name === 'linked' || name === 'self_registered') return 1
    if (type === 'INTEGER') return name.startsWith('expires') ? GOOD_UNTIL : NOW
    return type === 'BLOB' ? Buffer.from('x') : 'x'
  })
  db.pragma('ignore_check_constraints = ON')
  db.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`).run(values)
}
const count = (db: Db, table: string) =>
  db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number

test.each(Object.entries(ACCOUNT_BOUNDS))(
  'a clock that is ahead for a while deletes nothing of an account: %s',
  (table, { expired }) => {
    const db = open(accountSchema)
    const name = table as keyof typeof ACCOUNT_BOUNDS
    addRow(db, table)
    goAhead()
    trim(db, name)
    expect(count(db, table)).toBe(1)
    stayAhead()
    trim(db, name)
    expect(count(db, table)).toBe((expired as string) === 'false' ? 1 : 0)
  },
)

test('nor of what is kept between requests, in any table', () => {
  const db = open(flowSchema)
  const tables = listTables(db)
  const swept = [
    ...['authorization_request', 'spent_code', 'carried_token', 'carried_secret', 'device'],
    ...['replay', 'openid_request', 'openid_device_code', 'openid_initial_token', 'openid_client'],
  ]
  for (const table of tables) addRow(db, table)
  goAhead()
  sweepFlow(db)
  for (const table of tables) expect([table, count(db, table)]).toEqual([table, 1])
  stayAhead()
  sweepFlow(db)
  for (const table of swept) expect([table, count(db, table)]).toEqual([table, 0])
})

test('nor of the trails', () => {
  const account = open(accountSchema)
  const directory = open(directorySchema)
  const happens = () => {
    const at = Date.now()
    appendAudit(account, { at, event: 'signed_in', detail: {} })
    insertEvent(directory, {
      ...{ at, event: 'signed_in', did: 'did:plc:a', address: null, operator: null },
      detail: {},
    })
    deleteOldEvents(directory, at)
    return [count(account, 'audit'), count(directory, 'event')]
  }
  expect(happens()).toEqual([1, 1])
  goAhead()
  expect(happens()).toEqual([2, 2])
  set(NOW + HOUR)
  expect(happens()).toEqual([3, 3])
})

test('a limit that was used up while the clock was ahead stops nobody afterwards', () => {
  const db = open(limitsSchema)
  const counter = (who: string) => ({ key: `guesses\n${who}`, points: 2, seconds: 3_600 })
  const [one, other] = [counter('a'), counter('b')]
  const take = (counters: Counter[]) => takePoints(db, counters).isAllowed
  goAhead()
  for (const isAllowed of [true, true, false]) expect(take([one])).toBe(isAllowed)
  expect(take([other])).toBe(true)
  set(NOW)
  for (const isAllowed of [true, true, false]) expect(take([one])).toBe(isAllowed)
  for (const isAllowed of [true, true, false]) expect(take([other])).toBe(isAllowed)
})

test('an account that was made while the clock was ahead has its owner told of new devices afterwards', () => {
  const arrival = { deviceId: null, language: null, detail: {} }
  const isTold = (db: Db, mark: string) =>
    accountFunctions.noteSignIn(db, { ...arrival, marks: [mark] }) !== null
  const signUp = (did: string) => {
    const db = open(accountSchema)
    const names = { did, handle: `${did.slice(8)}.test`, email: `${did.slice(8)}@mail.test` }
    accountFunctions.create(db, { ...names, pdsDid: 'did:web:pds.test', passwordScrypt: 'a:b' })
    return db
  }
  goAhead()
  const [kim, imported] = [signUp('did:plc:kim'), signUp('did:plc:imported')]
  expect(isTold(kim, 'own')).toBe(false)
  learnImported(imported, [])
  set(NOW)
  for (const db of [kim, imported]) expect(isTold(db, 'of a thief')).toBe(true)
  expect(isTold(kim, 'own')).toBe(false)

  learnImported(imported, [])
  expect(isTold(imported, 'learned')).toBe(false)
  pass(8 * DAY)
  expect([isTold(imported, 'learned'), isTold(imported, 'another')]).toEqual([false, true])
})

test('what is given to a client counts that was registered or removed while the clock was ahead', () => {
  const flow = open(flowSchema)
  const [id, registeredAt] = ['https://app.test', NOW + 2 * YEAR]
  const resource = { audience: id, name: null, scope: 'read', alg: 'ES256' }
  const counted = () => [
    readClient(flow, id)?.registeredAt,
    readOpenidClient(flow, 'forum')?.registeredAt,
    readOpenidRemoval(flow, id),
    readOpenidResource(flow, id)?.registeredAt,
  ]
  goAhead()
  upsertClient(flow, id, '{}')
  upsertOpenidClient(flow, { id: 'forum', metadata: '{}', secretHash: null, registeredAt })
  removeOpenidClient(flow, id)
  upsertOpenidResource(flow, { id, ...resource, registeredAt })
  expect(counted()).toEqual(Array(4).fill(registeredAt))
  set(NOW)
  expect(counted()).toEqual(Array(4).fill(NOW))
  pass(HOUR)
  expect(counted()).toEqual(Array(4).fill(NOW))
})

test('OpenID clients that were to be told later, by a clock that was ahead, are told at once', () => {
  const [account, flow] = [open(accountSchema), open(flowSchema)]
  const longest = Math.max(...OPENID_LOGOUT_PAUSES)
  const due = () => [
    listEndedOpenidSignIns(account, Date.now(), 9).map(({ tries }) => tries),
    listOpenidEndings(flow, 9).map(({ did }) => did),
  ]
  set(NOW + 2 * DAY)
  upsertOpenidSignIns(account, 'uid', [{ clientId: 'forum', sid: 'sid', grantId: 'g' }], Date.now())
  endAllOpenidSignIns(account, Date.now())
  noteOpenidEnding(flow, 'did:plc:a')
  set(NOW)
  expect(due()).toEqual([[0], ['did:plc:a']])
  // What was put off by the right clock waits as ever.
  postponeOpenidSignIn(account, 1, NOW + longest, NOW)
  flow.exec('DELETE FROM openid_ending')
  noteOpenidEnding(flow, 'did:plc:a')
  expect(due()).toEqual([[], []])
  pass(SAGA_ABANDONED)
  expect(due()).toEqual([[], ['did:plc:a']])
  pass(longest)
  expect(due()).toEqual([[1], ['did:plc:a']])
})
