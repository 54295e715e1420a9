import { statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { accountFunctions as account } from '../../actors/account/index.ts'
import { insertAppPassword } from '../../database/account/app_password.ts'
import { isKnownDevice, putKnownDevice } from '../../database/account/known_device.ts'
import { insertLegacySession, listLegacySessions } from '../../database/account/legacy_session.ts'
import { insertAccount, readAccount } from '../../database/account/profile.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { insertSignOutLink } from '../../database/account/sign_out_link.ts'
import { laterTables } from '../../database/account/tables.ts'
import {
  hasUnconfirmedFactor,
  hasUselessRecoveryCodes,
  listCodeHashes,
  listSessionFaults,
  readClaims,
} from '../../database/check/account.ts'
import { openAsItIs } from '../../database/check/database.ts'
import {
  closeDatabase,
  type Db,
  listTables,
  openDatabase,
  readAtOnce,
  sql,
  transact,
} from '../../database/database.ts'
import { readReturnedAccount } from '../../database/import/returned_accounts.ts'
import { hasTable, makeTable } from '../../database/lazy_tables.ts'
import { Replica } from '../../database/replication/replica.ts'
import type { Schema } from '../../database/schema.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { basisOf } from '../shared/basis.ts'
import { MemoryKv } from './memory_kv.ts'
import { tablesOf } from './tables.ts'

const DAY = 24 * 60 * 60_000
const { lean: _, ...stepByStep } = accountSchema
/** From this version on an account may lack tables. */
const LEAN = 21

/** Has every table. */
const all = openDatabase(':memory:', stepByStep)
let folder: TemporaryFolder
let path: string
let files = 0
beforeAll(async () => {
  folder = await makeTemporaryFolder('lazy-tables')
})
beforeEach(() => {
  path = join(folder.path, `${files++}.sqlite`)
})
afterAll(async () => {
  closeDatabase(all)
  await folder.remove()
})

/** What a database is made of, but for the text of it. */
function shapeOf(db: Db): unknown {
  return listTables(db).map((table) => {
    const indexes = db.pragma(`index_list(${table})`) as { name: string }[]
    return {
      list: db.prepare('SELECT name, wr, strict FROM pragma_table_list WHERE name = ?').all(table),
      columns: db.pragma(`table_xinfo(${table})`),
      references: db.pragma(`foreign_key_list(${table})`),
      indexes: indexes
        .map((index) => ({ ...index, seq: 0, columns: db.pragma(`index_xinfo(${index.name})`) }))
        .toSorted((a, b) => a.name.localeCompare(b.name)),
      checks: db
        .prepare("SELECT sql LIKE '%CHECK (id = 1)%' FROM sqlite_schema WHERE name = ?")
        .get(table),
    }
  })
}

test('an account has the same tables, whether it is new or was brought up step by step', () => {
  const lean = openDatabase(':memory:', accountSchema)
  expect(listTables(lean)).toEqual(['account', 'audit'])
  for (const table of Object.keys(laterTables)) expect(makeTable(lean, table)).toBe(true)
  expect(shapeOf(lean)).toEqual(shapeOf(all))
  closeDatabase(lean)
})

test('a later step leaves out the tables that are not there', () => {
  for (const step of accountSchema.steps.slice(LEAN)) {
    const named = Object.keys(laterTables).filter(
      (table) => typeof step === 'string' && new RegExp(`\\b${table}\\b`).test(step),
    )
    expect(named).toEqual([])
  }
  const first: Schema = {
    pageSize: 512,
    lean: { first: 'CREATE TABLE a (b)', later: { c: 'CREATE TABLE c (d)' } },
    steps: ['CREATE TABLE a (b); CREATE TABLE c (d)'],
  }
  const next: Schema = {
    ...first,
    lean: { first: 'CREATE TABLE a (b)', later: { c: 'CREATE TABLE c (d, e)' } },
    steps: [...first.steps, { table: 'c', sql: 'ALTER TABLE c ADD COLUMN e' }],
  }
  for (const isThere of [true, false]) {
    const place = `${path}-${isThere}`
    const before = openDatabase(place, first)
    if (isThere) sql(before, 'INSERT INTO c VALUES (1)').run()
    closeDatabase(before)
    const after = openDatabase(place, next)
    expect(hasTable(after, 'c')).toBe(isThere)
    sql(after, 'INSERT INTO c VALUES (2, 3)').run()
    expect(sql(after, 'SELECT * FROM c WHERE e = 3').all()).toEqual([{ d: 2, e: 3 }])
    closeDatabase(after)
  }
})

describe.each(Object.keys(laterTables))('%s', (table) => {
  const rows = (db: Db) => sql(db, `SELECT count(*) FROM ${table}`).pluck().get()
  const add = (db: Db) => {
    const columns = all.pragma(`table_info(${table})`) as { name: string }[]
    const names = columns.map(({ name }) => name)
    const text = `INSERT INTO ${table} (${names}) VALUES (${names.map(() => 1)})`
    return sql(db, text).run()
  }
  const open = () => openDatabase(path, accountSchema)

  test('comes with its first row, and stays', () => {
    const db = open()
    expect(rows(db)).toBe(0)
    expect(sql(db, `DELETE FROM ${table}`).run().changes).toBe(0)
    expect(hasTable(db, table)).toBe(false)
    db.pragma('foreign_keys = OFF')
    add(db)
    expect(hasTable(db, table)).toBe(true)
    expect(rows(db)).toBe(1)
    closeDatabase(db)
    const again = open()
    expect(rows(again)).toBe(1)
    expect(sql(again, `DELETE FROM ${table}`).run().changes).toBe(1)
    closeDatabase(again)
  })

  test('is asked for and comes again after it was rolled back', () => {
    const db = open()
    db.pragma('foreign_keys = OFF')
    for (const before of [() => {}, () => rows(db)]) {
      before()
      const fail = () => {
        add(db)
        expect(rows(db)).toBe(1)
        throw new Error('on purpose')
      }
      expect(() => transact(db, fail)).toThrow('on purpose')
      expect(() => transact(db, () => transact(db, fail))).toThrow('on purpose')
      expect(hasTable(db, table)).toBe(false)
    }
    expect(() =>
      readAtOnce(db, () => {
        expect(rows(db)).toBe(0)
        throw new Error('on purpose')
      }),
    ).toThrow('on purpose')
    expect(rows(db)).toBe(0)
    transact(db, () => add(db))
    closeDatabase(db)
    const again = open()
    expect(rows(again)).toBe(1)
    closeDatabase(again)
  })
})

test('a table that the disk had no room for is made when it has', () => {
  const db = openDatabase(path, accountSchema)
  const put = () => putKnownDevice(db, 'mark', null, Date.now())
  const isKnown = () => isKnownDevice(db, 'mark', Date.now())
  expect(isKnown()).toBe(false)
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
  for (const work of [put, () => transact(db, put), () => transact(db, () => transact(db, put))]) {
    expect(work).toThrow('full')
    expect([isKnown(), hasTable(db, 'known_device'), db.inTransaction]).toEqual([
      false,
      false,
      false,
    ])
  }
  db.pragma('max_page_count = 100')
  transact(db, put)
  expect(isKnown()).toBe(true)
  closeDatabase(db)
})

test('no row can get into what stands in for a table', () => {
  const db = openDatabase(path, accountSchema)
  expect(isKnownDevice(db, 'mark', 0)).toBe(false)
  const past = db.prepare('INSERT INTO known_device (mark, seen_at) VALUES (?, ?)')
  expect(() => past.run('mark', 1)).toThrow('what stands in for known_device')
  transact(db, () => putKnownDevice(db, 'mark', null, Date.now()))
  expect(isKnownDevice(db, 'mark', Date.now())).toBe(true)
  closeDatabase(db)
})

test('a session of an app password ends with it, whichever table came first', () => {
  const db = openDatabase(path, accountSchema)
  const now = Date.now()
  const open = (jti: string, appPasswordName: string | null) =>
    transact(db, () => {
      insertLegacySession(db, { id: jti, jti, expiresAt: now + DAY, appPasswordName })
    })
  open('one', null)
  insertAppPassword(db, { name: 'app', privileged: false, createdAt: now, passwordScrypt: 'x' })
  open('two', 'app')
  expect(() => open('three', 'another')).toThrow('FOREIGN KEY')
  sql(db, 'DELETE FROM app_password').run()
  expect(listLegacySessions(db, now).map(({ id }) => id)).toEqual(['one'])
  closeDatabase(db)
})

test('a table comes with the one that it refers to, for any statement that changes it', () => {
  const db = openDatabase(path, accountSchema)
  expect(makeTable(db, 'legacy_session')).toBe(true)
  expect(makeTable(db, 'openid_token')).toBe(true)
  expect(listTables(db)).toContain('app_password')
  expect(listTables(db)).toContain('openid_grant')
  for (const table of ['legacy_session', 'openid_token']) db.exec(`DELETE FROM ${table}`)
  closeDatabase(db)
})

describe('a database of before', () => {
  const before: Schema = {
    ...stepByStep,
    pageSize: 1024,
    steps: stepByStep.steps.slice(0, LEAN - 1),
  }
  const did = 'did:plc:abcdefghijklmnopqrstuvwx'
  /** `legacy_session` refers to `app_password`, in which there is no row. */
  const left = ['account', 'app_password', 'audit', 'known_device', 'legacy_session']
  const fill = (db: Db) => {
    // As a program of then wrote it.
    db.prepare(
      `INSERT INTO account (id, did, handle, email, password_scrypt, pds_did, created_at)
       VALUES (1, ?, 'kim.test', 'kim@mail.test', 'salt:hash', 'did:web:pds.test', ?)`,
    ).run(did, Date.now())
    transact(db, () => putKnownDevice(db, 'mark', null, Date.now()))
    insertLegacySession(db, {
      id: 'id',
      jti: 'jti',
      expiresAt: Date.now() + DAY,
      appPasswordName: null,
    })
  }
  const make = () => {
    const db = openDatabase(path, before)
    fill(db)
    closeDatabase(db)
  }

  test('keeps its rows, and gives back what its empty tables took', () => {
    make()
    const { size } = statSync(path)
    const db = openDatabase(path, accountSchema)
    expect(listTables(db)).toEqual(left)
    expect(readAccount(db)?.did).toBe(did)
    expect(isKnownDevice(db, 'mark', Date.now())).toBe(true)
    const next = { jti: 'next', expiresAt: Date.now() + DAY, from: null }
    expect(account.rotateLegacySession(db, 'jti', next, Date.now())).toMatchObject({
      session: { id: 'id' },
    })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    // As a step to come may.
    db.exec('DELETE FROM legacy_session')
    closeDatabase(db)
    expect(statSync(path).size).toBeLessThan(size / 2)
  })

  test('is opened on a disk that has no room to make it smaller', () => {
    make()
    const { exec } = Sqlite.prototype
    const full = vi.spyOn(Sqlite.prototype, 'exec').mockImplementation(function (this: Db, text) {
      if (text === 'VACUUM') throw new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL')
      return exec.call(this, text)
    })
    const db = openDatabase(path, accountSchema)
    full.mockRestore()
    expect([listTables(db), isKnownDevice(db, 'mark', Date.now())]).toEqual([left, true])
    closeDatabase(db)
    closeDatabase(openDatabase(path, accountSchema))
  })

  test('is kept by an engine as it is then, smaller', async () => {
    const kv = new MemoryKv()
    const wake = (schema: Schema, place: string) => Replica.open(kv, `${path}-${place}`, schema)
    const former = await wake(before, 'former')
    fill(former.db)
    await former.close()
    const lost = await wake(accountSchema, 'lost')
    await lost.settle()
    const found = await wake(accountSchema, 'found')
    expect(tablesOf(found.db)).toEqual(tablesOf(lost.db))
    expect(listTables(found.db)).toEqual(left)
    expect(found.db.pragma('page_count', { simple: true })).toBeLessThan(20)
    transact(found.db, () => {
      for (let i = 0; i < 200; i++) putKnownDevice(found.db, `mark ${i}`, null, Date.now())
      insertSignOutLink(found.db, 'secret', Date.now())
    })
    await found.settle()
    const whole = tablesOf(found.db)
    await found.close()
    const again = await wake(accountSchema, 'again')
    expect(tablesOf(again.db)).toEqual(whole)
    expect(whole).toMatchObject({ integrity: 'ok', sign_out_link: [expect.anything()] })
    await again.close()
  })
})

test('what looks at the file of an account asks for tables that are not there', () => {
  const made = openDatabase(path, accountSchema)
  const names = { did: 'did:plc:a', handle: 'kim.test', email: 'kim@mail.test' }
  insertAccount(made, { ...names, passwordScrypt: null, pdsDid: 'did:web:pds.test' })
  closeDatabase(made)
  const before = statSync(path)
  const db = openAsItIs(path, accountSchema)
  expect(readReturnedAccount(db)).toMatchObject({ did: 'did:plc:a', appPasswords: [] })
  expect(readClaims(db, 1)).toEqual({ handle: 1, email: 1 })
  expect([listSessionFaults(db), listCodeHashes(db)]).toEqual([[], []])
  expect([hasUnconfirmedFactor(db), hasUselessRecoveryCodes(db)]).toEqual([false, false])
  expect(listTables(db)).toEqual(['account', 'audit'])
  closeDatabase(db)
  expect(statSync(path).size).toBe(before.size)
})

/** What an account keeps that was made on the page, and signs in to one app, in one browser. */
function fillAsUsual(db: Db): void {
  const now = Date.now()
  const did = 'did:plc:abcdefghijklmnopqrstuvwx'
  const deviceId = `dev-${'0'.repeat(32)}`
  const clientId = 'https://app.example.com/oauth/client-metadata.json'
  const scope = 'atproto transition:generic transition:email'
  const names = { handle: 'someone.example.com', email: 'someone@mail.example.com' }
  const passwordScrypt = `${'0'.repeat(32)}:${'0'.repeat(128)}`
  account.create(db, { did, ...names, passwordScrypt, pdsDid: 'did:web:pds.example.com' })
  const basis = basisOf(db)
  account.rememberDevice(db, deviceId, basis, ['pwd'])
  account.learnDevice(db, [`device ${deviceId}`, `browser ${'0'.repeat(43)}`], deviceId)
  account.issueEmailToken(db, 'confirm_email', basis, names.email)
  account.authorizeClient(
    db,
    clientId,
    JSON.stringify({ authorizedScopes: scope.split(' ') }),
    now,
    basis,
  )
  const parameters = {
    ...{ client_id: clientId, response_type: 'code', redirect_uri: 'https://app.example.com/back' },
    ...{
      scope,
      dpop_jkt: '0'.repeat(43),
      code_challenge: '0'.repeat(43),
      code_challenge_method: 'S256',
    },
    ...{ state: '0'.repeat(22), login_hint: names.handle, response_mode: 'query' },
  }
  const sessionId = account.createSession(
    db,
    {
      ...{
        tokenId: `tok-${'0'.repeat(32)}`,
        createdAt: now,
        updatedAt: now,
        expiresAt: now,
        clientId,
      },
      ...{
        clientAuth: '{"method":"none"}',
        deviceId,
        parameters: JSON.stringify(parameters),
        scope,
      },
      ...{ code: 'cod-1', refreshToken: 'ref-1' },
      from: { address: '203.0.113.77', userAgent: 'Mozilla/5.0 '.padEnd(120, 'x') },
    },
    basis,
  ) as string
  account.rotateSession(db, {
    ...{ sessionId, presentedRefreshToken: 'ref-1', refreshToken: `ref-${'0'.repeat(64)}` },
    ...{ updatedAt: now, expiresAt: now, clientAuth: '{"method":"none"}', scope },
    provenAt: Math.floor(now / 1_000),
    from: { address: '203.0.113.77', userAgent: 'Mozilla/5.0 '.padEnd(120, 'x') },
  })
  for (const event of ['signed_in', 'client_authorized'] as const) {
    account.audit(db, { at: now, event, detail: { clientId, address: '203.0.113.77', deviceId } })
  }
}

test('an account with a browser and an app takes less than 10 KiB', () => {
  const db = openDatabase(path, accountSchema)
  fillAsUsual(db)
  closeDatabase(db)
  expect(statSync(path).size).toBeLessThan(10 * 1024)
})
