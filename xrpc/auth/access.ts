import { type Basis, refuseTakenDown } from '../../actors/account/basis.ts'
import { Refusal } from '../../base/errors.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { badScope, LegacyScope, notVerified } from '../../tokens/legacy_tokens.ts'
import { accountOfSession } from '../accounts.ts'
import type { Verifier } from '../method.ts'
import { readBearer } from './header.ts'

/** Only the account's own password gives this; an app password does not. */
export const FULL: readonly LegacyScope[] = [LegacyScope.Access]

/** App passwords give this, too. */
export const STANDARD: readonly LegacyScope[] = [
  LegacyScope.Access,
  LegacyScope.AppPass,
  LegacyScope.AppPassPrivileged,
]

export type AccessOptions = {
  /** Defaults to {@link STANDARD}. */
  scopes?: readonly LegacyScope[]
  /** Refuses accounts that were taken down. */
  checkTakedown?: boolean
  /**
   * False for what only reads, or sends a mail to the owner: a PDS may ask for it just after a
   * sign-out, too (see `isAfterEnding`). Defaults to true.
   */
  lasting?: boolean
}

/** A caller who proved to be the owner of an account, and how. */
export type UserCredentials = {
  account: AccountRow
  by: 'access token' | 'PDS'
  /** The sign-in, for the grants that follow from it. */
  basis: Basis
  /** Whether they may get what lasts; who asks for what is not {@link AccessOptions.lasting} may not at times. */
  mayLast: boolean
}

/**
 * An access JWT of this entryway, for the PDS that the account lives on. It is refused here when its
 * legacy session has ended. The PDS verifies it alone, and takes it until it expires.
 */
export function access({
  scopes = STANDARD,
  checkTakedown = false,
}: AccessOptions = {}): Verifier<UserCredentials> {
  return async (call, { services, tokens }) => {
    const claims = await tokens.verifyAccess(readBearer(call))
    if (!scopes.includes(claims.scope)) throw badScope()
    const { account, basis, isOpen } = await accountOfSession(services, claims)
    if (claims.audience !== account.pdsDid) throw notVerified()
    if (checkTakedown) refuseTakenDown(account)
    if (!isOpen) throw new Refusal('SignedOut', 'Token has expired: its session has ended')
    return { account, by: 'access token', basis, mayLast: true }
  }
}
