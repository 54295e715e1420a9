import type { DidDocument } from '@atproto/identity'
import { INVALID_HANDLE } from '@atproto/syntax'
import type { Services } from '../actors/services.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'

/** What `createSession`, `refreshSession` and `getSession` say of an account. */
export type SessionBody = {
  did: string
  handle: string
  email: string
  emailConfirmed: boolean
  emailAuthFactor: boolean
  active: boolean
  status?: 'takendown' | 'deactivated'
  didDoc?: DidDocument
}

export async function sessionBody(services: Services, account: AccountRow): Promise<SessionBody> {
  const didDoc = await services.identity.did
    .resolve(account.did)
    .catch((err) => void services.log.warn({ err, did: account.did }, 'DID document not resolved'))
  return {
    did: account.did,
    handle: account.handle ?? INVALID_HANDLE,
    email: account.email,
    emailConfirmed: account.emailConfirmedAt !== null,
    emailAuthFactor: account.emailAuthFactor,
    ...accountStatus(account),
    ...(didDoc ? { didDoc } : {}),
  }
}

export function accountStatus(account: AccountRow): Pick<SessionBody, 'active' | 'status'> {
  if (account.takedownRef !== null) return { active: false, status: 'takendown' }
  if (account.deactivatedAt !== null) return { active: false, status: 'deactivated' }
  return { active: true }
}
