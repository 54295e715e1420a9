import { type Basis, renewed } from '../../actors/account/basis.ts'
import type { EndedBy } from '../../actors/account/sessions.ts'
import type { DeviceAccountRow } from '../../database/account/device.ts'
import type { OpenLegacySession } from '../../database/account/legacy_session.ts'
import type { OpenidGrantInUse } from '../../database/account/openid_grant.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Session } from '../../database/account/session.ts'
import type { Services } from '../services/services.ts'

/** Everything that is signed in to an account; times are milliseconds since the epoch. */
export type SignedInEverywhere = {
  oauth: Pick<Session, 'id' | 'clientId' | 'scope' | 'createdAt' | 'updatedAt' | 'from'>[]
  legacy: OpenLegacySession[]
  /** What OpenID clients were granted. */
  openid: OpenidGrantInUse[]
  /** The browsers that remember the account, and others in which somebody is signed in to OpenID clients. */
  devices: DeviceAccountRow[]
}

export async function listSignedIn(
  { actors }: Pick<Services, 'actors'>,
  did: string,
): Promise<SignedInEverywhere> {
  const account = actors.account(did)
  const [sessions, legacy, openid, remembered, passing] = await Promise.all([
    account.listSessions(),
    account.listLegacySessions(Date.now()),
    account.listOpenidGrants(),
    account.listDevices(),
    account.listPassingBrowsers(),
  ])
  const oauth = sessions.map(({ session }) => {
    const { id, clientId, scope, createdAt, updatedAt, from } = session
    return { id, clientId, scope, createdAt, updatedAt, from }
  })
  const devices = [...remembered, ...passing.map((each) => ({ ...each, amr: null }))]
  return { oauth, legacy, openid, devices }
}

/**
 * Ends one OAuth or legacy session, or what an OpenID client was granted. Where a PDS takes its access tokens until they
 * expire, that is refused what lasts until then, as after a sign-out everywhere (`xrpc/auth/service.ts`).
 *
 * @param basis null where the operator asks
 * @returns whether there was one of that id
 * @throws {Refusal} AccountNotFound, SignedOut
 */
export function endSession(
  { actors, pdses }: Pick<Services, 'actors' | 'pdses'>,
  did: string,
  id: string,
  basis: Basis | null,
  by: EndedBy,
): Promise<boolean> {
  return actors.account(did).endSession(id, basis, by, pdses.takeEnded)
}

/**
 * Signs out a browser, from another one or by the operator.
 *
 * @param basis null where the operator asks
 * @returns the account as it is from then on; null where nobody is signed in there
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function endBrowser(
  { actors }: Pick<Services, 'actors'>,
  did: string,
  deviceId: string,
  basis: Basis | null,
  by: EndedBy,
): Promise<AccountRow | null> {
  return actors.account(did).endBrowser(deviceId, basis, by)
}

/**
 * Ends everything that is signed in but the browser that asks, as "sign out everywhere" does: with
 * consents, mailed codes and what is under way. App passwords stay.
 *
 * @param deviceId of that browser
 * @returns the sign-in there, as it is from then on
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export async function signOutElsewhere(
  { actors }: Pick<Services, 'actors'>,
  did: string,
  deviceId: string,
  basis: Basis,
  by: EndedBy,
): Promise<Basis> {
  const account = await actors.account(did).signOutElsewhere(deviceId, basis, by)
  return renewed(basis, account)
}
