import type { ComAtprotoServerDefs } from '@atproto/api'
import type { InviteCode } from '../database/directory/invite.ts'

/** An invite code as the lexicons have it. */
export function toInviteCode(invite: InviteCode): ComAtprotoServerDefs.InviteCode {
  return {
    code: invite.code,
    available: invite.availableUses,
    disabled: invite.disabled,
    forAccount: invite.forAccount,
    createdBy: invite.createdBy,
    createdAt: new Date(invite.createdAt).toISOString(),
    uses: invite.uses.map(({ usedBy, usedAt }) => ({
      usedBy,
      usedAt: new Date(usedAt).toISOString(),
    })),
  }
}
