import { Refusal } from '../../../base/errors.ts'
import { undoing } from '../../../base/work/undoing.ts'
import type { PdsCounts } from '../placement.ts'
import { hasAccountHere } from '../sign_ups.ts'
import type { DirectoryStub } from '../stub.ts'
import { assertAvailable } from './look_ups.ts'
import type { Names } from './names.ts'

type SignUps = Pick<
  DirectoryStub,
  | 'choosePds'
  | 'reserveSignUp'
  | 'recordSignUpDid'
  | 'completeSignUp'
  | 'abandonSignUp'
  | 'withdrawSignUp'
  | 'isHeldBySignUp'
  | 'listWithdrawnIdentities'
  | 'lookAtWithdrawnIdentity'
  | 'deleteWithdrawnIdentity'
>

/**
 * Sign-ups are recorded in the first part, with invite code and PDS, before they claim their names. How
 * many accounts a PDS has is counted before that: sign-ups that end meanwhile may take a PDS beyond its
 * capacity.
 */
export function signUpsIn(names: Names): SignUps {
  const { first } = names

  async function countElsewhere(): Promise<PdsCounts> {
    return sumOf(await Promise.all(names.all.slice(1).map((part) => part.countAccounts())))
  }

  async function assertNew(did: string): Promise<void> {
    if (await names.partOf(did).find(did, ['did'])) throw hasAccountHere()
  }

  async function abandonSignUp(id: string): Promise<string[]> {
    const held = await first.abandonSignUp(id)
    await names.release(held)
    return held
  }

  return {
    async choosePds(input, at) {
      const { handle, email } = input
      await assertAvailable(names, { handle, email })
      return first.choosePds(input, at, await countElsewhere())
    },
    async reserveSignUp(input, at) {
      const { handle, email } = input
      await assertAvailable(names, { handle, email })
      const reserved = await first.reserveSignUp(input, at, await countElsewhere())
      const { id } = reserved
      await undoing(
        async () => {
          await names.take(handle, id)
          await names.take(email, id)
        },
        () => abandonSignUp(id),
      )
      return reserved
    },
    async recordSignUpDid(id, identity, now) {
      await assertNew(identity.did)
      await first.recordSignUpDid(id, identity, now)
      // Another sign-up of it may have ended before this one was recorded.
      await assertNew(identity.did)
    },
    async completeSignUp(id) {
      const entry = await first.readSignedUp(id)
      const { did, handle, email } = entry
      const home = names.partOf(did)
      await home.putEntry(entry)
      try {
        for (const name of [handle, email]) if (name !== null) await names.take(name, did, id)
      } catch (err) {
        // The sign-up was undone before it got its entry, and the name is another's since.
        if (err instanceof Refusal) await home.withdrawEntry(entry)
        throw err
      }
      await first.endSignUp(id, did)
    },
    abandonSignUp,
    async withdrawSignUp(id) {
      const held = await first.withdrawSignUp(id)
      await names.release(held)
      return held
    },
    isHeldBySignUp: (held) => first.isHeldBySignUp(held),
    listWithdrawnIdentities: (limit) => first.listWithdrawnIdentities(limit),
    lookAtWithdrawnIdentity: (did, now) => first.lookAtWithdrawnIdentity(did, now),
    deleteWithdrawnIdentity: (did) => first.deleteWithdrawnIdentity(did),
  }
}

export function sumOf(counts: readonly PdsCounts[]): PdsCounts {
  const sum: PdsCounts = {}
  for (const [did, number] of counts.flatMap((each) => Object.entries(each))) {
    sum[did] = (sum[did] ?? 0) + number
  }
  return sum
}
