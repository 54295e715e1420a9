import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions as account } from '../../actors/account/index.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { basisOf } from '../shared/basis.ts'

let db: Db
beforeEach(() => {
  db = openDatabase(':memory:', accountSchema)
  const names = { did: 'did:plc:a', handle: 'a.test', email: 'a@mail.internal' }
  account.create(db, { ...names, pdsDid: 'did:web:pds', passwordScrypt: 'salt:hash' })
})
afterEach(() => closeDatabase(db))

const isProven = (provenBy: 'any' | 'passkey', proof = 'dev-1') => {
  try {
    account.assertGood(db, { ...basisOf(db), proof, provenBy })
    return true
  } catch (err) {
    expect(err).toMatchObject({ code: 'ProofRequired' })
    return false
  }
}

test('who has proven by a passkey has, whatever they prove by after it', () => {
  expect([isProven('any'), isProven('passkey')]).toEqual([false, false])
  account.proveOn(db, 'dev-1', 'any', basisOf(db))
  expect([isProven('any'), isProven('passkey')]).toEqual([true, false])
  account.proveOn(db, 'dev-1', 'passkey', basisOf(db))
  account.proveOn(db, 'dev-1', 'any', basisOf(db))
  expect([isProven('any'), isProven('passkey')]).toEqual([true, true])
  expect([isProven('any', 'dev-2'), isProven('passkey', 'dev-2')]).toEqual([false, false])
})

test('a form may be sent again until its own browser signs out, and no other ends that', () => {
  const at = Date.now()
  const detail = { form: 'a form', deviceId: 'dev-1' }
  account.audit(db, { at, event: 'app_password_created', detail })
  const newest = () => account.listAudit(db, 1)[0]?.event
  account.forgetDevice(db, 'dev-2')
  expect(newest()).toBe('app_password_created')
  account.forgetDevice(db, 'dev-1')
  expect(newest()).toBe('browser_signed_out')
})
