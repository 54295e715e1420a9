import type { ComAtprotoAdminDefs } from '@atproto/api'
import { INVALID_HANDLE } from '@atproto/syntax'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Services } from '../../sagas/services/services.ts'
import { toInviteCode } from '../invites.ts'

const iso = (time: number) => new Date(time).toISOString()

/** An account as administrators see it. */
export async function accountView(
  { actors: { directory } }: Services,
  account: AccountRow,
): Promise<ComAtprotoAdminDefs.AccountView> {
  const [invites, invitedBy] = await Promise.all([
    directory.listInviteCodesOf(account.did),
    directory.findInviteUsedBy(account.did),
  ])
  return {
    did: account.did,
    handle: account.handle ?? INVALID_HANDLE,
    email: account.email,
    indexedAt: iso(account.createdAt),
    invites: invites.map(toInviteCode),
    invitesDisabled: account.invitesDisabled,
    ...(account.inviteNote !== null && { inviteNote: account.inviteNote }),
    ...(invitedBy && { invitedBy: toInviteCode(invitedBy) }),
    ...(account.emailConfirmedAt !== null && { emailConfirmedAt: iso(account.emailConfirmedAt) }),
    ...(account.deactivatedAt !== null && { deactivatedAt: iso(account.deactivatedAt) }),
  }
}
