import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { accountFunctions as account } from '../../actors/account/index.ts'
import { DAY, OPENID_GRANT, OPENID_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { hashSecret } from '../../database/hash.ts'
import type { Schema } from '../../database/schema.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { basisOf } from '../shared/basis.ts'

/** One grant holds several chains of refresh tokens, each of which ends alone. */
let db: Db

/** The last version of the schema in which tokens had no chains. */
const FORMER = 19

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  db = open()
})
afterEach(() => {
  closeDatabase(db)
  vi.useRealTimers()
})

function open(path = ':memory:', schema: Schema = accountSchema): Db {
  const db = openDatabase(path, schema)
  // As programs of before wrote it, too.
  db.exec(`INSERT INTO account (id, did, handle, email, password_scrypt, pds_did, created_at, generation)
    VALUES (1, 'did:plc:a', 'a.test', 'a@mail.internal', 'salt:hash', 'did:web:pds', 1, 1)`)
  const expiresAt = Date.now() + OPENID_GRANT
  for (const clientId of ['forum', 'wiki']) {
    const grant = { id: `of ${clientId}`, clientId, payload: '{}', expiresAt }
    account.putOpenidGrant(db, grant, basisOf(db), null, null)
  }
  return db
}

/** A device on which the client is signed in: the tokens that it got, the newest first. */
class Device {
  readonly tokens: string[] = []
  readonly #origin: { grantId: string; chain: string }
  readonly #clientId: string

  constructor(name: string, clientId = 'forum') {
    this.#clientId = clientId
    this.#origin = { grantId: `of ${clientId}`, chain: name }
    const first = this.#next()
    account.putOpenidTokens(db, this.#origin.grantId, [first, this.#access()], null)
    this.tokens.unshift(first.secret)
  }

  #next() {
    const secret = `${this.#origin.chain} ${this.tokens.length}`
    const expiresAt = Date.now() + OPENID_REFRESH_TOKEN
    return { secret, kind: 'RefreshToken', chain: this.#origin.chain, payload: '{}', expiresAt }
  }

  #access() {
    return { ...this.#next(), secret: `access of ${this.#origin.chain}`, kind: 'AccessToken' }
  }

  show(token = this.tokens[0] ?? ''): 'good' | 'reused' | 'refused' {
    const found = account.findOpenidToken(db, 'RefreshToken', token, this.#origin, this.#clientId)
    if (found === 'reused') return found
    if (found === 'late') throw new Error('nothing tells when it was shown')
    const isGood = found !== null && found.token.expiresAt > Date.now()
    return isGood ? 'good' : 'refused'
  }

  /** Shows a token, and gets the next one where it is good. */
  refresh(token = this.tokens[0] ?? ''): 'good' | 'reused' | 'refused' {
    const shown = this.show(token)
    if (shown !== 'good') return shown
    const next = this.#next()
    const spent = { secret: token, next: next.secret, chain: next.chain }
    const kept = account.putOpenidTokens(db, this.#origin.grantId, [next], null, spent)
    if (kept === 'reused') return kept
    if (kept === 'late' || kept === null) return 'refused'
    if (kept.successor !== this.tokens[0]) this.tokens.unshift(kept.successor ?? '')
    return 'good'
  }

  revoke(token = this.tokens[0] ?? '') {
    return account.endOpenidChain(db, token, this.#origin)
  }

  get hasAccess(): boolean {
    const secret = `access of ${this.#origin.chain}`
    const found = account.findOpenidToken(db, 'AccessToken', secret, this.#origin, null)
    return found !== null && typeof found !== 'string'
  }
}

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)
const grants = () => account.listOpenidGrants(db).map(({ clientId }) => clientId)

/** Each token of a chain, from the newest to the first. */
const AGES = [0, 1, 2, 3]

function signedIn(name: string, clientId?: string): Device {
  const device = new Device(name, clientId)
  for (const _ of AGES.slice(1)) expect(device.refresh()).toBe('good')
  return device
}

test.each(AGES.slice(1))('a thief who is %i tokens behind ends that chain alone, once', (age) => {
  const [phone, laptop, wiki] = [signedIn('phone'), signedIn('laptop'), signedIn('w', 'wiki')]
  const stolen = phone.tokens[age]
  pass(DAY)
  expect(phone.show(stolen)).toBe('reused')
  expect([phone.show(stolen), phone.show(), phone.hasAccess]).toEqual(['refused', 'refused', false])
  expect([laptop.refresh(), wiki.refresh(), laptop.hasAccess]).toEqual(['good', 'good', true])
  expect(grants()).toEqual(['forum', 'wiki'])
})

test.each(AGES.slice(1))(
  'an owner who comes after the thief and %i tokens ends that chain',
  (age) => {
    const [phone, laptop] = [signedIn('phone'), signedIn('laptop')]
    const own = phone.tokens[0]
    for (const _ of AGES.slice(0, age)) {
      pass(DAY)
      expect(phone.refresh()).toBe('good')
    }
    pass(DAY)
    expect(phone.show(own)).toBe('reused')
    expect([phone.show(), phone.show(own), laptop.refresh()]).toEqual([
      'refused',
      'refused',
      'good',
    ])
  },
)

test.each(AGES)('a device that comes back after 90 days, %i tokens behind, ends nothing', (age) => {
  const [phone, laptop] = [signedIn('phone'), signedIn('laptop')]
  pass(OPENID_REFRESH_TOKEN - DAY)
  expect(laptop.refresh()).toBe('good')
  pass(2 * DAY)
  // Before its rows are deleted, and after that.
  expect(phone.show(phone.tokens[age])).toBe('refused')
  expect(laptop.refresh()).toBe('good')
  expect(phone.show(phone.tokens[age])).toBe('refused')
  expect(laptop.refresh()).toBe('good')
})

test.each(AGES)('a device that was signed out by token %i ends no other', (age) => {
  const [phone, laptop, wiki] = [signedIn('phone'), signedIn('laptop'), signedIn('w', 'wiki')]
  expect(phone.revoke(phone.tokens[age])).toBe('forum')
  expect(phone.revoke(phone.tokens[age])).toBeNull()
  pass(DAY)
  for (const token of phone.tokens) expect(phone.show(token)).toBe('refused')
  expect([phone.hasAccess, laptop.hasAccess]).toEqual([false, true])
  expect([laptop.refresh(), wiki.refresh()]).toEqual(['good', 'good'])
  expect(laptop.revoke()).toBe('forum')
  expect(grants()).toEqual(['wiki'])
})

test('one whose row made room for others ends nothing', () => {
  const [phone, laptop] = [signedIn('phone'), signedIn('laptop')]
  db.prepare("DELETE FROM openid_token WHERE chain = 'phone'").run()
  for (const token of phone.tokens) expect(phone.show(token)).toBe('refused')
  expect(laptop.refresh()).toBe('good')
})

describe('of before they had chains', () => {
  /** What tokens name that were given then. */
  const origin = { grantId: 'of forum', chain: '' }
  let folder: TemporaryFolder

  beforeEach(async () => {
    folder = await makeTemporaryFolder('chains')
    closeDatabase(db)
    const path = `${folder.path}/account.sqlite`
    const { lean: _, ...former } = accountSchema
    db = open(path, { ...former, steps: former.steps.slice(0, FORMER) })
    const insert = db.prepare(`INSERT INTO openid_token (token_hash, kind, grant_id, payload,
      expires_at, consumed_at, successor_hash) VALUES (?, ?, 'of forum', '{}', ?, ?, ?)`)
    const [now, later] = [Date.now(), Date.now() + OPENID_REFRESH_TOKEN]
    const put = (secret: string, kind: string, spentAt: number | null = null, next?: string) =>
      insert.run(hashSecret(secret), kind, later, spentAt, next ? hashSecret(next) : null)
    put('phone 1', 'RefreshToken', now - DAY, 'phone 2')
    put('phone 2', 'RefreshToken')
    put('laptop 5', 'RefreshToken')
    put('access', 'AccessToken')
    closeDatabase(db)
    db = openDatabase(path, accountSchema)
  })
  afterEach(() => folder.remove())

  const show = (secret: string) => {
    const found = account.findOpenidToken(db, 'RefreshToken', secret, origin, 'forum')
    return typeof found === 'string' || found === null ? found : found.token.chain
  }

  test('they go on, and one that is spent ends its own', () => {
    const [phone, laptop] = [show('phone 2'), show('laptop 5')]
    expect(new Set([phone, laptop, null, 'reused', '']).size).toBe(5)
    const named = { grantId: 'of forum', chain: phone as string }
    const next = {
      ...{ secret: 'phone 3', kind: 'RefreshToken', payload: '{}', chain: named.chain },
      expiresAt: Date.now() + OPENID_REFRESH_TOKEN,
    }
    const spent = { secret: 'phone 2', next: next.secret, chain: next.chain }
    account.putOpenidTokens(db, named.grantId, [next], null, spent)
    pass(DAY)
    expect(show('phone 2')).toBe('reused')
    expect(account.findOpenidToken(db, 'RefreshToken', 'phone 3', named, 'forum')).toBeNull()
    expect(show('laptop 5')).toBe(laptop)
  })

  test('one that is known no more is of no known chain, and ends nothing', () => {
    expect(show('phone 0')).toBeNull()
    expect(show('phone 2')).not.toBeNull()
    expect(show('phone 1')).toBe('reused')
    expect(show('phone 2')).toBeNull()
    expect(show('laptop 5')).not.toBeNull()
  })

  test('a client revokes its own', () => {
    expect(account.endOpenidChain(db, 'phone 1', origin)).toBe('forum')
    expect(show('phone 2')).toBeNull()
    expect(account.endOpenidChain(db, 'phone 0', origin)).toBeNull()
    expect(account.endOpenidChain(db, 'laptop 5', origin)).toBe('forum')
    expect(grants()).toEqual(['wiki'])
  })
})
