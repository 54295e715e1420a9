import type { Basis } from '../../actors/account/basis.ts'
import { mayInvite } from '../../actors/account/invites.ts'
import type { EndedBy } from '../../actors/account/sessions.ts'
import type { Allowance } from '../../actors/directory/invites.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { ShownInvite } from '../../database/directory/shown_invite.ts'
import { recordAudit } from '../notices/audit.ts'
import type { Services } from '../services/services.ts'

/** How many codes the page shows of an account. */
const SHOWN = 100

/** A person's invite codes, the newest first, and how many more they may make of so many a month. */
export type OwnInvites = { codes: ShownInvite[]; left: number; most: number }

/** @returns null where people make none */
function allowanceOf({ settings }: Pick<Services, 'settings'>): Allowance | null {
  const { userInvites: most } = settings
  if (most === null) return null
  const now = new Date()
  return { most, since: Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) }
}

/** With what a code begins. */
const hostOf = ({ settings }: Pick<Services, 'settings'>) => new URL(settings.publicUrl).hostname

/**
 * Makes invite codes for the operator, within `base/values/value_bounds.ts`.
 *
 * @param wanted.forAccounts DIDs of those whose codes they are, so many codes for each; without, they are nobody's
 * @throws {Refusal} InvalidRequest for too many
 */
export function createInvites(
  services: Pick<Services, 'actors' | 'settings'>,
  { count, useCount, forAccounts = ['admin'] }: NewInvites,
): Promise<{ account: string; codes: string[] }[]> {
  const made = { count, useCount, forAccounts, createdBy: 'admin' }
  return services.actors.directory.createInviteCodes({ host: hostOf(services), ...made })
}

type NewInvites = { count: number; useCount: number; forAccounts?: string[] | undefined }

/** @returns null where people make none */
export async function readOwnInvites(
  services: Services,
  account: AccountRow,
): Promise<OwnInvites | null> {
  const allowance = allowanceOf(services)
  if (!allowance) return null
  const { directory } = services.actors
  const { left, codes } = await directory.readOwnInvites(account.did, allowance, SHOWN)
  return { codes, left: mayInvite(account) ? left : 0, most: allowance.most }
}

/**
 * Makes invite codes for a person. The directory makes them within what is left, and the account then says
 * whether they may be given: an ending that comes between takes them back.
 *
 * @param wanted at most; all that are left unless given
 * @returns none where none are left, or the account may have none
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export async function makeInvites(
  services: Services,
  account: AccountRow,
  basis: Basis,
  by: EndedBy,
  wanted?: number,
): Promise<string[]> {
  const allowance = allowanceOf(services)
  if (!allowance || !mayInvite(account)) return []
  const { directory, account: stubOf } = services.actors
  const count = wanted ?? allowance.most
  const host = hostOf(services)
  const codes = await directory.createOwnInvites(account.did, { host, count, allowance })
  if (codes.length === 0) return []
  return outlasting(async () => {
    let isGiven = false
    try {
      isGiven = await stubOf(account.did).noteInvitesMade(codes.length, basis, by)
    } finally {
      if (!isGiven) await directory.discardInvites(codes)
    }
    return isGiven ? codes : []
  })
}

/** Takes an invite code of a person out of use. @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut */
export async function disableOwnInvite(
  services: Services,
  did: string,
  code: string,
  basis: Basis,
  by: EndedBy,
): Promise<void> {
  await services.actors.account(did).assertGood(basis)
  const isChanged = await services.actors.directory.disableOwnInvite(did, code)
  if (isChanged) await recordAudit(services, did, 'invite_disabled', by)
}
