import { setImmediate } from 'node:timers/promises'
import type { DirectoryStub } from '../../actors/directory/stub.ts'
import type { DirectoryEntry } from '../../database/directory/account.ts'
import type { Where } from '../../database/directory/account_search.ts'

/** How many entries are gone through before others have their turn. */
const AT_ONCE = 10_000
/** And for an answer that has something already. */
const FOR_AN_ANSWER = 50_000

/** Some accounts in the order of their DIDs, and where the next ones are; null where there are none. */
type Page = { accounts: DirectoryEntry[]; next: string | null }

/** A place in what is found: those that begin with the text come first, and the others after them. */
const BEGINNING = 'begin:'
const FURTHER = 'further:'

/**
 * Accounts that have `typed`, in any letters, in the handle or the address, or as their DID; all where it is empty.
 * First come those with a name that begins with it, unless they are very many: an index finds them. For the others
 * the directory is read a piece at a time, so that others are answered meanwhile, until something is found. So a page
 * may have less than `limit` and not be the last.
 *
 * @param cursor `next` of the page before; empty for the first
 */
export async function searchAccounts(
  directory: Pick<DirectoryStub, 'listAccounts' | 'listBeginning' | 'listContaining'>,
  typed: string,
  cursor: string,
  limit: number,
): Promise<Page> {
  const text = typed.toLowerCase()
  if (text === '') {
    const accounts = await directory.listAccounts(cursor, limit)
    return { accounts, next: accounts.length === limit ? (accounts.at(-1)?.did ?? null) : null }
  }
  const accounts: DirectoryEntry[] = []
  let where: Where = cursor.startsWith(FURTHER) ? 'further' : 'anywhere'
  let after = where === 'further' ? cursor.slice(FURTHER.length) : cursor
  if (cursor === '' || cursor.startsWith(BEGINNING)) {
    after = cursor.slice(BEGINNING.length)
    const found = await directory.listBeginning(text, after, limit)
    if (found !== null) {
      const last = found[limit - 1]
      if (last) return { accounts: found, next: BEGINNING + last.did }
      accounts.push(...found)
      where = 'further'
    }
    // Where they have become very many since the page before, what began with it is found once more, and nothing is
    // left out.
    after = ''
  }
  for (let looked = 0; ; looked += AT_ONCE) {
    const { entries, upTo } = await directory.listContaining(text, {
      ...{ where, after, look: AT_ONCE },
      limit: limit - accounts.length,
    })
    accounts.push(...entries)
    if (upTo === null) return { accounts, next: null }
    after = upTo
    const isEnough = accounts.length > 0 && looked + AT_ONCE >= FOR_AN_ANSWER
    if (accounts.length === limit || isEnough) {
      return { accounts, next: where === 'further' ? FURTHER + after : after }
    }
    await setImmediate()
  }
}
