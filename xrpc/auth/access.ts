import { AuthRequiredError, InvalidRequestError } from '@atproto/xrpc-server'
import type { AccountRow } from '../../database/account/profile.ts'
import { LegacyScope } from '../../tokens/legacy_tokens.ts'
import { knownAccount } from '../accounts.ts'
import type { Verifier } from '../method.ts'
import { answerPrivately, readBearer } from './header.ts'

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
}

/** Somebody who proved to be the owner of an account, and how. */
export type UserCredentials = { account: AccountRow; by: 'access token' | 'PDS' }

/** An access JWT of this entryway, for the PDS that the account lives on. */
export function access({
  scopes = STANDARD,
  checkTakedown = false,
}: AccessOptions = {}): Verifier<UserCredentials> {
  return async (call, { services, tokens }) => {
    answerPrivately(call)
    const claims = await tokens.verifyAccess(readBearer(call))
    if (!scopes.includes(claims.scope)) {
      throw new InvalidRequestError('Bad token scope', 'InvalidToken')
    }
    const account = await knownAccount(services, claims.did)
    if (claims.audience !== account.pdsDid) {
      throw new InvalidRequestError('Token could not be verified', 'InvalidToken')
    }
    if (checkTakedown) refuseTakenDown(account)
    return { account, by: 'access token' }
  }
}

/** @throws {AuthRequiredError} AccountTakedown */
export function refuseTakenDown({ takedownRef }: AccountRow): void {
  if (takedownRef !== null) {
    throw new AuthRequiredError('Account has been taken down', 'AccountTakedown')
  }
}
