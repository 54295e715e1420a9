import { randomStr } from '@atproto/crypto'
import { accountNotFound, inviteNotAvailable, Refusal } from '../../base/errors.ts'
import { INVITES } from '../../base/values/value_bounds.ts'
import { type Db, readAtOnce, transact } from '../../database/database.ts'
import { findByDid } from '../../database/directory/account.ts'
import * as codes from '../../database/directory/invite.ts'
import { listShownInvites, type ShownInvite } from '../../database/directory/shown_invite.ts'
import { countSignUpsWithInvite } from '../../database/directory/sign_up.ts'

/** As the reference forms them: the host with dashes, then two groups of five letters. */
function randomInviteCode(host: string): string {
  const letters = randomStr(10, 'base32').slice(0, 10)
  return `${host.replaceAll('.', '-')}-${letters.slice(0, 5)}-${letters.slice(5)}`
}

/**
 * Makes `count` codes for each account of `forAccounts` (`admin`: the code belongs to no account). All is one
 * transaction, in which nobody else is answered.
 *
 * @throws {Refusal} InvalidRequest
 */
export function create(
  db: Db,
  input: {
    host: string
    count: number
    useCount: number
    forAccounts: string[]
    createdBy: string
  },
): { account: string; codes: string[] }[] {
  assertWithin('number of codes', input.count * (input.forAccounts.length || 1), INVITES.codes)
  assertWithin('number of uses', input.useCount, INVITES.uses)
  return transact(db, () =>
    input.forAccounts.map((account) => ({
      account,
      codes: Array.from({ length: input.count }, () => {
        const code = randomInviteCode(input.host)
        codes.insertInviteCode(db, {
          code,
          availableUses: input.useCount,
          forAccount: account,
          createdBy: input.createdBy,
          createdAt: Date.now(),
        })
        return code
      }),
    })),
  )
}

function assertWithin(what: string, given: number, most: number): void {
  if (given >= 1 && given <= most) return
  throw new Refusal('InvalidRequest', `The ${what} must be from 1 to ${most}; it is ${given}`)
}

/** How many codes a person may make from a time on (ms), and have unused. */
export type Allowance = { most: number; since: number }

/** How many more a person may make now. */
function leftOf(db: Db, did: string, { most, since }: Allowance): number {
  const { made, unused } = codes.countOwnInvites(db, did, since)
  return Math.max(0, most - Math.max(made, unused))
}

/**
 * Makes codes of a person's own, each for one sign-up. All is one transaction, so several requests at once
 * make no more than one.
 *
 * @param count how many are wanted; it makes what is left
 * @throws {Refusal} AccountNotFound
 */
export function createOwn(
  db: Db,
  did: string,
  { host, count, allowance }: { host: string; count: number; allowance: Allowance },
): string[] {
  return transact(db, () => {
    if (!findByDid(db, did)) throw accountNotFound()
    return makeOwn(db, did, { host, count, allowance })
  })
}

/** The same where another part of the directory has the account. */
export function makeOwn(
  db: Db,
  did: string,
  { host, count, allowance }: { host: string; count: number; allowance: Allowance },
): string[] {
  return transact(db, () => {
    const wanted = Math.min(count, leftOf(db, did, allowance))
    if (wanted <= 0) return []
    codes.deleteUnusedInvites(db, did, allowance.since)
    const owner = { host, count: wanted, useCount: 1, forAccounts: [did], createdBy: did }
    return create(db, owner).flatMap((made) => made.codes)
  })
}

/** Takes back what was made, and told nobody. */
export function discard(db: Db, made: string[]): void {
  transact(db, () => {
    for (const code of made) codes.deleteInviteCode(db, code)
  })
}

/** Of a person's codes the newest, and how many more they may make now. */
export function readOwn(
  db: Db,
  did: string,
  allowance: Allowance,
  limit: number,
): { left: number; codes: ShownInvite[] } {
  return readAtOnce(db, () => ({
    left: leftOf(db, did, allowance),
    codes: listShownInvites(db, { of: did, after: null, limit }).codes,
  }))
}

export function disable(db: Db, input: { codes: string[]; accounts: string[] }): void {
  transact(db, () => {
    for (const code of input.codes) codes.disableInviteCode(db, code)
    for (const did of input.accounts) codes.disableInviteCodesOf(db, did)
  })
}

/**
 * A code that can be used once more; sign-ups in progress count as uses.
 *
 * @throws {Refusal} InvalidInviteCode
 */
export function readUsable(db: Db, code: string): codes.InviteCode {
  const invite = codes.readInviteCode(db, code)
  const used = (invite?.uses.length ?? 0) + countSignUpsWithInvite(db, codes.sealInvite(db, code))
  if (!invite || invite.disabled || used >= invite.availableUses) {
    throw inviteNotAvailable()
  }
  return invite
}
