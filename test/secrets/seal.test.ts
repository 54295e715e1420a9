import { expect, test } from 'vitest'
import { directoryFunctions as directory } from '../../actors/directory/index.ts'
import { Seal } from '../../base/secrets/seal.ts'
import { openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { PdsClient } from '../../pds/client.ts'

const seal = new Seal(new Uint8Array(32).fill(1))
const other = new Seal(new Uint8Array(32).fill(2))

test('what is sealed opens with its key, at its place, as it was', () => {
  for (const text of ['', 'a', 'ünï', 'x'.repeat(10_000)]) {
    const sealed = seal.seal('here', text)
    expect(seal.open('here', sealed)).toBe(text)
    expect(seal.seal('here', text)).toBe(sealed)
    expect(seal.seal('there', text)).not.toBe(sealed)
    expect(seal.open('there', sealed)).toBeNull()
    expect(other.open('here', sealed)).toBeNull()
    for (const at of [8, sealed.length >> 1, sealed.length - 2]) {
      const changed = sealed[at] === 'A' ? 'B' : 'A'
      expect(seal.open('here', sealed.slice(0, at) + changed + sealed.slice(at + 1))).toBeNull()
    }
  }
  for (const text of ['', 'sealed.', 'sealed.AAAA', 'in the clear']) {
    expect(seal.open('here', text)).toBeNull()
  }
  expect(seal.open('here', seal.seal('here', 'still'))).toBe('still')
})

const pds = {
  did: 'did:web:pds.test',
  url: 'https://pds.test',
  address: 'http://10.0.0.2:3000',
  adminPassword: 'hunter2hunter2',
}
const invites = {
  host: 'pds.test',
  count: 1,
  useCount: 2,
  forAccounts: ['admin'],
  createdBy: 'admin',
}

function open() {
  const db = openDatabase(':memory:', directorySchema)
  keepSealed(db, directorySchema, seal)
  return db
}

test('a directory gives back what it was given, and stores none of it', () => {
  const db = open()
  directory.addPds(db, pds)
  const [made] = directory.createInviteCodes(db, invites)
  const code = made?.codes[0] as string
  const names = { handle: 'kim.test', email: 'kim@mail.test', passwordScrypt: 'a:b', passkey: null }
  const { id } = directory.reserveSignUp(db, { ...names, inviteCode: code })
  directory.recordSignUpDid(db, id, { did: 'did:plc:kim', movedFrom: null }, 1)
  directory.completeSignUp(db, id)

  expect(directory.readPds(db, pds.did)).toMatchObject(pds)
  expect(directory.findInviteUsedBy(db, 'did:plc:kim')).toMatchObject({ code, uses: [{}] })
  const after = { value: Number.MAX_SAFE_INTEGER, code }
  expect(directory.pageInviteCodes(db, 'recent', after, 9)).toMatchObject([{ code }])
  directory.disableInviteCodes(db, { codes: [code], accounts: [] })
  expect(directory.listInviteCodes(db)).toMatchObject([{ code, disabled: true }])
  const bytes = db.serialize()
  for (const text of [pds.adminPassword, code]) expect(bytes.includes(text)).toBe(false)
})

test('under another key a PDS has no password until it is given again, and codes are gone', async () => {
  const db = open()
  directory.addPds(db, pds)
  const [made] = directory.createInviteCodes(db, invites)
  keepSealed(db, directorySchema, other)

  const found = directory.readPds(db, pds.did)
  expect(found).toMatchObject({ url: pds.url, adminPassword: null })
  const standing = new PdsClient({ ...pds, adminPassword: null }).readStanding('did:plc:kim')
  await expect(standing).rejects.toMatchObject({
    cause: { message: expect.stringContaining('another DPoP secret') },
  })
  expect(directory.listInviteCodes(db)).toEqual([])
  expect(directory.readInviteCode(db, made?.codes[0] as string)).toBeNull()

  directory.addPds(db, pds)
  expect(directory.readPds(db, pds.did)).toMatchObject(pds)
})
