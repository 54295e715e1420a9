import type { Basis } from '../../actors/account/basis.ts'
import type { Protection } from '../../actors/account/protections.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import { provenOn } from '../sign_in/prove_again.ts'

/**
 * Turns a protection of an account on or off, for a person who is signed in on a device. A thief would turn
 * it off first. So that takes a proof which was given there a moment ago, and the owner gets a mail.
 *
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut, ProofRequired
 */
export async function setProtection(
  services: Services,
  did: string,
  { protection, on }: { protection: Protection; on: boolean },
  basis: Basis,
  by: { address: string; deviceId: string },
): Promise<void> {
  const needed = on ? basis : provenOn(by.deviceId, basis)
  const changed = await services.actors.account(did).setProtection(protection, on, needed, by)
  if (!changed || on) return
  notify(services, 'protectionOff', changed, occasionNow(), { about: { protection } })
}
