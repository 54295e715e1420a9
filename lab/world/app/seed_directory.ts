import { createHash } from 'node:crypto'
import { type Db, transact } from '../../../database/database.ts'
import { insertEntry } from '../../../database/directory/account.ts'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** The account of a number, as {@link seedDirectory} names it. */
export function seededAccount(number: number) {
  const hash = createHash('sha256').update(String(number)).digest()
  const id = Array.from(hash.subarray(0, 24), (byte) => BASE32[byte % 32]).join('')
  const name = `seeded-${number}`
  return { did: `did:plc:${id}`, handle: `${name}.test`, email: `${name}@mail.internal` }
}

/** Puts many accounts into a directory; they have no records of their own. */
export function seedDirectory(directory: Db, count: number, pdsDid: string): void {
  const accounts = Array.from({ length: count }, (_, number) => seededAccount(number))
  // In the order in which they lie there: that takes half the time.
  accounts.sort((a, b) => (a.did < b.did ? -1 : 1))
  const createdAt = Date.now()
  transact(directory, () => {
    for (const account of accounts) insertEntry(directory, { ...account, pdsDid, createdAt })
  })
}
