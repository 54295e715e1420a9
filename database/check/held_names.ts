import type { Db } from '../database.ts'
import type { DirectoryEntry } from '../directory/account.ts'
import { listUnderWay, type UnderWay } from '../directory/under_way.ts'
import { listAllEntries } from './directory.ts'

/** A name that somebody has or is about to have: a DID, or a sign-up by its id where that has none yet. */
export type HeldName = { name: string; holder: string; whose: string; isEntry: boolean }

/** All names that a directory, or a part of it, holds; those of the entries last. */
export function listHeldNames(entries: readonly DirectoryEntry[], underWay: UnderWay): HeldName[] {
  const { signUps, handleChanges, emailChanges } = underWay
  const held = (
    names: (string | null)[],
    holder: string,
    { whose = holder, isEntry = false }: { whose?: string; isEntry?: boolean } = {},
  ) => names.filter((name) => name !== null).map((name) => ({ name, holder, whose, isEntry }))
  return [
    ...signUps.flatMap(({ id, did, handle, email }) =>
      held([handle, email], id, { whose: did ?? id }),
    ),
    ...handleChanges.flatMap(({ did, newHandle }) => held([newHandle], did)),
    ...emailChanges.flatMap(({ did, newEmail }) => held([newEmail], did)),
    ...entries.flatMap(({ did, handle, email }) => held([handle, email], did, { isEntry: true })),
  ]
}

/** The claim on each name that directory databases hold; what an account has is the account's. */
export function claimsOf(dbs: readonly Db[]): Map<string, string> {
  const held = dbs.map((db) => [listAllEntries(db), listUnderWay(db)] as const)
  const names = held.flatMap(([entries, underWay]) => listHeldNames(entries, underWay))
  const inOrder = names.toSorted((a, b) => Number(a.isEntry) - Number(b.isEntry))
  return new Map(inOrder.map(({ name, holder }) => [name, holder]))
}
