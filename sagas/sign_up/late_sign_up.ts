import { SIGN_UP_LATE, SIGN_UP_UNSEEN } from '../../base/lifetimes.ts'
import { hasPassed } from '../../base/time/has_passed.ts'
import type { WithdrawnIdentity } from '../../database/directory/withdrawn_identity.ts'
import type { Services } from '../services/services.ts'
import { withdrawIdentity } from './new_identity.ts'
import type { Settlement } from './sign_up.ts'

/**
 * Looks whether a PDS has gone on with a sign-up that was given up, and takes that back: its DID would lead to a PDS where
 * nobody can sign in to it, and the account there would keep the handle. It is forgotten after {@link SIGN_UP_LATE},
 * where its PDS does not answer after {@link SIGN_UP_UNSEEN}, and where the account is here by now.
 *
 * @throws {UnavailableError} when the PDS or PLC does not answer
 */
export function takeBackLate(
  services: Services,
  { did, pdsDid, movedFrom, withdrawnAt }: WithdrawnIdentity,
): Promise<Settlement> {
  const { directory } = services.actors
  const isOnRecord = () => directory.lookAtWithdrawnIdentity(did, Date.now())
  return services.mutex.run(did, async () => {
    // Noted before the PDS is asked: one that does not answer keeps none of the others waiting.
    if (!(await isOnRecord())) return 'open'
    if (hasPassed(withdrawnAt, SIGN_UP_UNSEEN) || (await directory.find(did))) {
      await directory.deleteWithdrawnIdentity(did)
      return 'open'
    }
    const client = await services.pds(pdsDid)
    const isThere = (await client.readStanding(did)) !== null
    const isPublished = (await services.plc.read(did))?.pds === client.pds.url
    // Another sign-up of it takes it over, before it asks the PDS for anything: what was seen is not of that one.
    if (!(await isOnRecord())) return 'open'
    const isOver = hasPassed(withdrawnAt, SIGN_UP_LATE)
    if (isPublished) await withdrawIdentity(services, client, did, movedFrom)
    if (isThere) await client.deleteAccount(did)
    if (isOver) await directory.deleteWithdrawnIdentity(did)
    return isThere || isPublished ? 'given up' : 'open'
  })
}
