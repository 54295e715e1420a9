import type { DirectoryEntry } from '../../../database/directory/account.ts'
import { shortened } from '../../../database/directory/account_search.ts'
import { keptAs, readSubject } from '../../../identity/subject.ts'
import { nameTaken } from '../names.ts'
import type { DirectoryStub } from '../stub.ts'
import type { Names } from './names.ts'

type LookUps = Pick<
  DirectoryStub,
  'find' | 'assertAvailable' | 'listAccounts' | 'listBeginning' | 'listContaining' | 'listUnderWay'
>

export function lookUpsIn(names: Names): LookUps {
  return {
    /** By its name: that part says whose it is, and the part of the DID whether that is so. */
    async find(typed, kinds = ['did', 'handle', 'email']) {
      const { kind, name } = readSubject(typed)
      if (!kinds.includes(kind)) return null
      for (const kept of keptAs(name)) {
        const did = kind === 'did' ? kept : await names.accountOf(kept)
        const entry = did === null ? null : await names.partOf(did).find(did, ['did'])
        if (entry?.[kind] === kept) return entry
      }
      return null
    },
    assertAvailable: (wanted) => assertAvailable(names, wanted),
    async listAccounts(after, limit) {
      const each = await Promise.all(names.all.map((part) => part.listAccounts(after, limit)))
      return inOrder(each).slice(0, limit)
    },
    async listBeginning(text, after, limit) {
      const asked = names.all.map((part) => part.listBeginning(text, after, limit))
      const each = await Promise.all(asked)
      const few = each.filter((found) => found !== null)
      return few.length < each.length ? null : inOrder(few).slice(0, limit)
    },
    async listContaining(text, wanted) {
      const each = await Promise.all(names.all.map((part) => part.listContaining(text, wanted)))
      // What comes after the DID up to which one of them has looked is found when all have.
      const [upTo = null] = each.flatMap((stretch) => stretch.upTo ?? []).sort()
      const found = inOrder(each.map(({ entries }) => entries))
      const seen = found.filter(({ did }) => upTo === null || did <= upTo)
      return shortened(seen, upTo, wanted.limit)
    },
    async listUnderWay(before) {
      const each = await Promise.all(names.all.map((part) => part.listUnderWay(before)))
      return {
        signUps: each.flatMap(({ signUps }) => signUps),
        handleChanges: each.flatMap(({ handleChanges }) => handleChanges),
        emailChanges: each.flatMap(({ emailChanges }) => emailChanges),
        deletions: each.flatMap(({ deletions }) => deletions),
        standingChanges: each.flatMap(({ standingChanges }) => standingChanges),
      }
    },
  }
}

/** @throws {Refusal} HandleTaken, EmailTaken */
export async function assertAvailable(
  names: Names,
  { handle, email, did }: Parameters<DirectoryStub['assertAvailable']>[0],
): Promise<void> {
  const wanted = [handle, email].filter((name) => name !== undefined)
  const taken = await Promise.all(wanted.map((name) => names.isTaken(name, did)))
  const [first] = wanted.filter((_, i) => taken[i])
  if (first !== undefined) throw nameTaken(first)
}

/** What the parts list, in the order of the DIDs. */
function inOrder(each: DirectoryEntry[][]): DirectoryEntry[] {
  return each.flat().sort((a, b) => (a.did < b.did ? -1 : 1))
}
