import { randomStr } from '@atproto/crypto'
import { Refusal } from '../../base/errors.ts'
import { type Db, transact } from '../../database/database.ts'
import * as codes from '../../database/directory/invite.ts'
import { countSignUpsWithInvite } from '../../database/directory/sign_up.ts'

/** As the reference forms them: the host with dashes, then two groups of five letters. */
function randomInviteCode(host: string): string {
  const letters = randomStr(10, 'base32').slice(0, 10)
  return `${host.replaceAll('.', '-')}-${letters.slice(0, 5)}-${letters.slice(5)}`
}

/** Makes `count` codes for each account of `forAccounts` (`admin`: the code belongs to no account). */
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

export const read = codes.readInviteCode
export const list = codes.listInviteCodes
export const page = codes.pageInviteCodes
export const listOf = codes.listInviteCodesOf
export const findUsedBy = codes.findInviteUsedBy

export function disable(db: Db, input: { codes: string[]; accounts: string[] }): void {
  transact(db, () => {
    for (const code of input.codes) codes.disableInviteCode(db, code)
    for (const did of input.accounts) codes.disableInviteCodesOf(db, did)
  })
}

/**
 * Checks that a code can be used once more; sign-ups in progress count as uses.
 *
 * @throws {Refusal} InvalidInviteCode
 */
export function assertUsable(db: Db, code: string): void {
  const invite = codes.readInviteCode(db, code)
  const used = (invite?.uses.length ?? 0) + countSignUpsWithInvite(db, codes.sealInvite(db, code))
  if (!invite || invite.disabled || used >= invite.availableUses) {
    throw new Refusal('InvalidInviteCode', 'Provided invite code not available')
  }
}
