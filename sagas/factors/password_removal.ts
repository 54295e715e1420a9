import type { Basis } from '../../actors/account/basis.ts'
import type { FactorsChanged } from '../../actors/account/factors.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import { changedFrom } from './factors.ts'

/**
 * Takes the password off an account, whose passkeys sign in alone then. The proof that it is the person has
 * to be by a passkey, so that one works here. The owner gets a mail.
 *
 * @param basis with its proof
 * @throws {Refusal} LastWayIn where there is no passkey; ProofRequired, SignedOut
 */
export async function removePassword(
  services: Services,
  did: string,
  basis: Basis,
): Promise<FactorsChanged> {
  const changed = await services.actors
    .account(did)
    .removePassword({ ...basis, provenBy: 'passkey' }, changedFrom(basis))
  if (changed.isChanged) notify(services, 'passwordRemoved', changed.account, occasionNow())
  return changed
}
