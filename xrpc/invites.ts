import type { ComAtprotoServerDefs } from '@atproto/api'
import type { InviteCode } from '../database/directory/invite.ts'
import type { Services } from '../sagas/services.ts'

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

/** Makes codes as the operator does; without `forAccounts` they belong to no account. */
export function createInviteCodes(
  { actors, settings }: Services,
  input: { count: number; useCount: number; forAccounts: string[] | undefined },
): Promise<{ account: string; codes: string[] }[]> {
  const { hostname } = new URL(settings.publicUrl)
  return actors.directory.createInviteCodes({
    host: hostname,
    count: input.count,
    useCount: input.useCount,
    forAccounts: input.forAccounts ?? ['admin'],
    createdBy: 'admin',
  })
}
