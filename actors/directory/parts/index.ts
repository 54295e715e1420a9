import type { DirectoryPart, DirectoryStub } from '../stub.ts'
import { changesIn } from './changes.ts'
import { inFirstPart } from './first_part.ts'
import { lookUpsIn } from './look_ups.ts'
import { Names } from './names.ts'
import { operatorsIn } from './operators.ts'
import { signUpsIn, sumOf } from './sign_ups.ts'

/** The directory, by its parts in their order: everything that asks it goes through here. */
export function directoryOf(parts: readonly DirectoryPart[]): DirectoryStub {
  const [first] = parts
  if (!first) throw new Error('A directory has at least one part')
  // One part decides alone, in one transaction each.
  return parts.length === 1 ? first : inParts(new Names(parts))
}

function inParts(names: Names): DirectoryStub {
  const { all, first } = names
  return {
    ...lookUpsIn(names),
    ...signUpsIn(names),
    ...changesIn(names),
    ...operatorsIn(names),
    ...inFirstPart(names),

    isKept: (did) => names.partOf(did).isKept(did),
    beginDeletion: (did, now) => names.partOf(did).beginDeletion(did, now),
    abandonDeletion: (did) => names.partOf(did).abandonDeletion(did),

    putFollowedTakedown: (did, ref) => names.partOf(did).putFollowedTakedown(did, ref),
    readFollowedTakedown: (did) => names.partOf(did).readFollowedTakedown(did),
    deleteFollowedTakedown: (did) => names.partOf(did).deleteFollowedTakedown(did),
    listFollowedTakedowns: async (pdsDid) =>
      (await Promise.all(all.map((part) => part.listFollowedTakedowns(pdsDid)))).flat(),

    beginStandingChange: (did, decision, generation) =>
      names.partOf(did).beginStandingChange(did, decision, generation),
    listStandingChangesOf: (did) => names.partOf(did).listStandingChangesOf(did),
    endStandingChange: (change) => names.partOf(change.did).endStandingChange(change),

    putResetToken: (token, did, now) => names.partOf(token).putResetToken(token, did, now),
    findResetToken: (token) => names.partOf(token).findResetToken(token),

    listPdses: () => first.listPdses(),
    readPds: (did) => first.readPds(did),
    addPds: (pds) => first.addPds(pds),
    setPdsPlacement: (did, placement) => first.setPdsPlacement(did, placement),
    removePds: async (did) => {
      // A sign-up ends here after its account is there: one that is not seen here is seen there.
      await first.assertPdsEmpty(did)
      const elsewhere = await Promise.all(all.slice(1).map((part) => part.countAccounts()))
      await first.removePds(did, sumOf(elsewhere))
    },
    countAccounts: async () => sumOf(await Promise.all(all.map((part) => part.countAccounts()))),
  }
}
