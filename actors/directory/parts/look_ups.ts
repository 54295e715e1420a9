import { readSubject } from '../../../identity/subject.ts'
import { nameTaken } from '../names.ts'
import type { DirectoryPart, DirectoryStub } from '../stub.ts'
import type { Names } from './names.ts'

type LookUps = Pick<
  DirectoryStub,
  'find' | 'assertAvailable' | 'listAccounts' | 'searchAccounts' | 'listUnderWay'
>

export function lookUpsIn(names: Names): LookUps {
  return {
    /** By its name: that part says whose it is, and the part of the DID whether that is so. */
    async find(typed, kinds = ['did', 'handle', 'email']) {
      const { kind, name } = readSubject(typed)
      if (!kinds.includes(kind)) return null
      const did = kind === 'did' ? name : await names.accountOf(name)
      const entry = did === null ? null : await names.partOf(did).find(did, ['did'])
      return entry?.[kind] === name ? entry : null
    },
    assertAvailable: (wanted) => assertAvailable(names, wanted),
    listAccounts: (after, limit) =>
      firstOfEach(names, limit, (part) => part.listAccounts(after, limit)),
    searchAccounts: (text, after, limit) =>
      firstOfEach(names, limit, (part) => part.searchAccounts(text, after, limit)),
    async listUnderWay(before) {
      const each = await Promise.all(names.all.map((part) => part.listUnderWay(before)))
      return {
        signUps: each.flatMap(({ signUps }) => signUps),
        handleChanges: each.flatMap(({ handleChanges }) => handleChanges),
        emailChanges: each.flatMap(({ emailChanges }) => emailChanges),
        deletions: each.flatMap(({ deletions }) => deletions),
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

/** Of what each part lists in the order of the DIDs, the first over all of them. */
async function firstOfEach<T extends { did: string }>(
  { all }: Names,
  limit: number,
  list: (part: DirectoryPart) => Promise<T[]>,
): Promise<T[]> {
  const each = await Promise.all(all.map(list))
  return each
    .flat()
    .sort((a, b) => (a.did < b.did ? -1 : 1))
    .slice(0, limit)
}
