import type { Basis } from '../../actors/account/basis.ts'
import type { FactorsChanged } from '../../actors/account/factors.ts'
import type { MadeBy } from '../../actors/account/idempotent_forms.ts'
import { invalidToken } from '../../base/errors.ts'
import type { FactorKind, Factors } from '../../factors/kinds.ts'
import { readProof } from '../../factors/proof.ts'
import { totpUri } from '../../factors/totp.ts'
import { calledFrom } from '../../http/requester.ts'
import type { Occasion } from '../../mail/occasion.ts'
import { requireAccount } from '../accounts/accounts.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import { guessed } from '../sign_in/second_factor.ts'

/**
 * The second factors of an account, and how they change. Each change begins a new generation of the
 * account: sign-ins that are under way begin anew, and what a door holds it renews (`renewed`). The owner
 * gets a mail, and the audit trail a line. Whether somebody has proven recently enough who they are is for
 * the door to ask.
 */

export function listFactors({ actors }: Services, did: string): Promise<Factors> {
  return actors.account(did).listFactors()
}

/**
 * Begins an authenticator, in the place of one that was begun before. It counts from
 * {@link confirmTotp} on, which has to follow within 15 minutes.
 *
 * @returns the secret in base32, and what an app reads from a QR code; they are not shown again
 * @throws {Refusal} InvalidRequest when there is an authenticator, SignedOut
 */
export async function beginTotp(
  services: Services,
  did: string,
  basis: Basis,
): Promise<{ secret: string; uri: string }> {
  const { handle } = await requireAccount(services, did, ['did'])
  const secret = await services.actors.account(did).beginTotp(basis)
  return { secret, uri: totpUri(secret, services.settings.name, handle ?? did) }
}

/**
 * Adds the authenticator whose code this is.
 *
 * @param begun the secret that the person was shown, and the id of the form, which may be sent again
 * @returns with the recovery codes, if there were none
 * @throws {Refusal} InvalidToken; ExpiredToken when none was begun, or too long ago; RateLimitExceeded,
 *   SignedOut
 */
export async function confirmTotp(
  services: Services,
  did: string,
  typed: string,
  basis: Basis,
  begun: { secret?: string; form?: string } = {},
): Promise<FactorsChanged> {
  const changed = await guessed(services, did, 'totp', async () => {
    const proof = readProof(typed)
    if (proof?.kind !== 'totp') throw invalidToken()
    const by = changedFrom(basis, begun.form)
    return services.actors.account(did).confirmTotp(proof.code, basis, by, begun.secret)
  })
  return tellOfChange(services, 'factorAdded', 'totp', changed, occasionNow())
}

/** Ten new codes; those before end. @throws {Refusal} InvalidRequest without another factor, SignedOut */
export async function renewRecoveryCodes(
  services: Services,
  did: string,
  basis: Basis,
): Promise<FactorsChanged> {
  const account = services.actors.account(did)
  const changed = await account.renewRecoveryCodes(basis, changedFrom(basis))
  return tellOfChange(services, 'factorAdded', 'recovery', changed, occasionNow())
}

/**
 * Switches the code by mail.
 *
 * @param form id of the form, which may be sent again
 * @returns with the recovery codes, if it is on now and there were none
 * @throws {Refusal} InvalidRequest when the address is not confirmed, SignedOut
 */
export async function setMailFactor(
  services: Services,
  did: string,
  on: boolean,
  basis: Basis,
  form?: string,
): Promise<FactorsChanged> {
  const account = services.actors.account(did)
  const changed = await account.setMailFactor(on, basis, changedFrom(basis, form))
  return tellOfChange(
    services,
    on ? 'factorAdded' : 'factorRemoved',
    'mail',
    changed,
    occasionNow(),
  )
}

/**
 * The same as apps ask for it, which cannot show recovery codes: off with a code from a mail, so that a
 * thief of a session cannot switch it off.
 *
 * @throws {Refusal} InvalidRequest, TokenRequired, InvalidToken, ExpiredToken, SignedOut
 */
export async function switchMailFactor(
  services: Services,
  did: string,
  on: boolean,
  token: string | null,
  basis: Basis,
): Promise<void> {
  const account = services.actors.account(did)
  const changed = await account.switchMailFactor(on, token, basis, changedFrom(basis))
  tellOfChange(services, on ? 'factorAdded' : 'factorRemoved', 'mail', changed, occasionNow())
}

/** Removes the authenticator, if there is one. @throws {Refusal} SignedOut */
export async function removeTotp(
  services: Services,
  did: string,
  basis: Basis,
): Promise<FactorsChanged> {
  const changed = await services.actors.account(did).removeTotp(basis, changedFrom(basis))
  return tellOfChange(services, 'factorRemoved', 'totp', changed, occasionNow())
}

/**
 * Removes a factor for somebody who lost it: by the operator, who has found out who asks.
 *
 * @param passkey name of the only one to be removed; else all are
 * @throws {Refusal} InvalidRequest where there is no passkey of that name
 */
export async function removeFactor(
  services: Services,
  did: string,
  kind: FactorKind,
  passkey: string | null = null,
): Promise<FactorsChanged> {
  const account = services.actors.account(did)
  const remove: Record<FactorKind, () => Promise<FactorsChanged>> = {
    passkey: () => account.removePasskeys(passkey),
    totp: () => account.removeTotp(null),
    mail: () => account.setMailFactor(false, null),
    recovery: () => account.removeRecoveryCodes(),
  }
  return tellOfChange(services, 'factorRemoved', kind, await remove[kind](), null)
}

/** Switches the code by mail on, for the operator. @throws {Refusal} InvalidRequest: the address is not confirmed */
export async function addMailFactor(services: Services, did: string): Promise<FactorsChanged> {
  const changed = await services.actors.account(did).setMailFactor(true, null)
  return tellOfChange(services, 'factorAdded', 'mail', changed, null)
}

/** From where a factor is changed, for the audit trail. */
export function changedFrom({ proof, device }: Basis, form?: string): MadeBy {
  return { address: calledFrom()?.address, deviceId: proof ?? device, form }
}

/** Tells the owner of what has changed. */
export function tellOfChange(
  services: Services,
  kind: 'factorAdded' | 'factorRemoved',
  factor: FactorKind,
  changed: FactorsChanged,
  occasion: Occasion | null,
): FactorsChanged {
  const about = { factor: changed.isAgain ? ('recovery' as const) : factor }
  if (changed.isChanged) notify(services, kind, changed.account, occasion, { about })
  return changed
}
