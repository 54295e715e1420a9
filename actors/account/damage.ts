import { DamagedAccountError } from '../../base/errors.ts'
import { isForbidden } from '../../base/files/files.ts'
import { codeOf, pathOf } from '../../base/values/fault_code.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { readAccount } from '../../database/account/profile.ts'
import type { Db } from '../../database/database.ts'
import { forbiddenPart, isDamage } from '../../database/named_error.ts'
import { MissingPartError } from '../../database/replication/restore.ts'
import { SchemaTooNewError } from '../../database/schema.ts'
import type { DirectoryStub } from '../directory/stub.ts'

/** Raised where the database of an account is gone, or holds none or another one, and the directory has it. */
class LostAccountError extends Error {
  constructor(what: string, state: string) {
    super(`${what} ${state}. How to go on: docs/backup.md#a-damaged-database`)
    this.name = 'LostAccountError'
  }
}

/**
 * To be called before an account is answered for that has no records here: one that was never made, or was deleted,
 * is not in the directory. One that was lost would look like it, and apps would throw their sessions away.
 *
 * @param what it is that has no records, and `state` how it was found
 * @throws {LostAccountError}
 */
export async function assertNoneKept(
  directory: Pick<DirectoryStub, 'isKept'>,
  did: string,
  what: string,
  state: string,
): Promise<void> {
  if (await directory.isKept(did)) {
    throw new LostAccountError(what, `${state}, and the directory has the account`)
  }
}

/**
 * The same of a database that was opened, which may also be another account's that was put there; it is closed where
 * this throws.
 *
 * @throws {LostAccountError}
 */
export async function assertNotLost(
  directory: Pick<DirectoryStub, 'isKept'>,
  did: string,
  what: string,
  opened: { db: Db; close(): Promise<void> },
): Promise<void> {
  try {
    const account = readAccount(opened.db)
    if (!account) await assertNoneKept(directory, did, what, 'holds no account')
    if (account && account.did !== did) {
      throw new LostAccountError(what, `holds the account ${account.did}`)
    }
  } catch (err) {
    await opened.close()
    throw err
  }
}

/** An account whose database this process could make no use of; `at` is when it found that last, ms. */
export type DamagedAccount = { did: string; reason: string; kind: Damage; at: number }

/** It is damaged or lost, it or what is around it belongs to another user, or a newer program wrote it. */
export type Damage = 'damaged' | 'forbidden' | 'newer'

/** More are not named. */
const MOST_NAMED = 100

const damaged = new Map<string, DamagedAccount>()

/** Those that were not found well since. */
export const listDamagedAccounts = (): DamagedAccount[] => [...damaged.values()]

/** Tells the operator where `err` is about the database of this account, and not about the disk or the process. */
export function noteDamage(log: Log, did: string, err: unknown): void {
  const found = foundIn(err)
  if (found === null) return
  logEvent(log, 'account_damaged', { did, reason: found.reason }, undefined)
  if (damaged.has(did) || damaged.size < MOST_NAMED) {
    damaged.set(did, { did, ...found, at: Date.now() })
  }
}

/** What callers are told of `err`, which an account failed with: apart from all else where its database is of no use. */
export function asDamaged(err: unknown): unknown {
  return foundIn(err) === null ? err : new DamagedAccountError({ cause: err })
}

/** What the system says where something else is in the place of a database, or of its folder. */
const IN_ITS_PLACE = ['EISDIR', 'ENOTDIR', 'EEXIST', 'ELOOP']

function foundIn(err: unknown): Pick<DamagedAccount, 'kind' | 'reason'> | null {
  const { message } = (err ?? {}) as Error
  const code = codeOf(err)
  const isLost = err instanceof LostAccountError || err instanceof MissingPartError
  if (isLost || isDamage(err) || IN_ITS_PLACE.includes(code)) {
    return { kind: 'damaged', reason: message }
  }
  if (err instanceof SchemaTooNewError) return { kind: 'newer', reason: message }
  const forbidden = isForbidden(err) ? pathOf(err) : forbiddenPart(err)
  return forbidden
    ? { kind: 'forbidden', reason: `${forbidden} is not for the user of the program (${code})` }
    : null
}

/** Wakes an account by `open`, and notes how its database was found. */
export async function wake<T>(log: Log, did: string, open: () => Promise<T>): Promise<T> {
  try {
    const opened = await open()
    damaged.delete(did)
    return opened
  } catch (err) {
    noteDamage(log, did, err)
    throw err
  }
}
