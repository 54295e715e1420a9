import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isThere } from '../base/files/files.ts'
import { giveToOwnerOf } from '../base/files/ownership.ts'
import { readAccount, setHandle } from '../database/account/profile.ts'
import { accountSchema } from '../database/account/schema.ts'
import { type Claims, readClaims, readDid } from '../database/check/account.ts'
import { openAsItIs, openUpToDate } from '../database/check/database.ts'
import { listAllEntries } from '../database/check/directory.ts'
import { claimsOf } from '../database/check/held_names.ts'
import { closeDatabase, type Db, openDatabase, transact } from '../database/database.ts'
import { type DirectoryEntry, deleteEntry } from '../database/directory/account.ts'
import { replaceNameClaims } from '../database/directory/name_claim.ts'
import { readPart, writePart } from '../database/directory/part.ts'
import { replaceEntries } from '../database/directory/rebuild.ts'
import { directorySchema } from '../database/directory/schema.ts'
import { readSpread } from '../database/flow/spread.ts'
import { isUnreadable } from '../database/named_error.ts'
import { partitionOf } from '../database/partition.ts'
import { databasePath } from '../database/paths.ts'
import { type DatabaseKind, listDatabases } from './data_folder/files.ts'
import { holdData } from './data_folder/hold.ts'

export type Rebuilt = ReturnType<typeof replaceEntries> & {
  accounts: number
  /** DIDs of the entries that no account is behind. */
  removed: string[]
  /** Names that two accounts had; the DID is the one that lost the name. */
  lost: { did: string; name: string }[]
  /** Paths of databases that cannot be read, or hold another account: what the directory knew of those accounts stays. */
  unreadable: string[]
  /** Paths of databases that are gone or empty: likewise, since the database of who was deleted is there. */
  missing: string[]
  /** Where what could not be read of it was moved. */
  movedTo: string | null
}

/**
 * Rebuilds the directory from the accounts, which are the truth. What only the directory holds
 * (PDSes, invite codes) is kept where the directory can still be read.
 *
 * Where two accounts have a name, as after a restore of copies that were made at different times,
 * it goes to the one that took it later: the other one had given it up by then.
 *
 * @throws {DataInUseError} while a program runs on the data directory
 */
export function rebuildDirectory(dataDir: string): Rebuilt {
  const hold = holdData(dataDir)
  try {
    return rebuildDirectoryIn(dataDir)
  } finally {
    hold.release()
  }
}

/** The same in a directory that the caller holds. */
export function rebuildDirectoryIn(dataDir: string): Rebuilt {
  const parts = countParts(dataDir)
  const paths = Array.from({ length: parts }, (_, part) =>
    databasePath.directory({ dataDir }, part),
  )
  const moved = paths.flatMap((path) => setDamagedAside(path) ?? [])
  const { entries, lost, unreadable } = readAccounts(dataDir)
  const dbs = paths.map((path) => openDatabase(path, directorySchema))
  try {
    const missing: string[] = []
    const useless = new Set(unreadable)
    const isLost = (path: string) => {
      if (useless.has(path)) return true
      const found = statSync(join(dataDir, path), { throwIfNoEntry: false })
      if (found?.isFile() && found.size > 0) return false
      missing.push(path)
      return true
    }
    const all = [...entries, ...entriesOfLost(isLost, dbs, entries)]
    const removed = removeOthers(dbs, all)
    const replaced = dbs.map((db, number) => {
      writePart(db, { number, parts })
      return replaceEntries(
        db,
        all.filter(({ did }) => partitionOf(did, parts) === number),
      )
    })
    if (parts > 1) rebuildClaims(dbs)
    return {
      added: replaced.flatMap(({ added }) => added),
      changed: replaced.flatMap(({ changed }) => changed),
      removed,
      accounts: entries.length,
      lost,
      unreadable,
      missing,
      movedTo: moved.length > 0 ? moved.join(', ') : null,
    }
  } finally {
    for (const db of dbs) closeDatabase(db)
    for (const path of paths) giveToOwnerOf(dataDir, path)
  }
}

/**
 * Removes whom no account is behind, whichever part lists them. The first part has their invite codes and their
 * trail, so it comes first: what is interrupted is found again.
 */
function removeOthers(dbs: readonly Db[], entries: readonly DirectoryEntry[]): string[] {
  const wanted = new Set(entries.map(({ did }) => did))
  const listed = new Set(dbs.flatMap((db) => listAllEntries(db).map(({ did }) => did)))
  const others = [...listed].filter((did) => !wanted.has(did))
  for (const db of dbs) {
    transact(db, () => {
      for (const did of others) deleteEntry(db, did)
    })
  }
  return others
}

/** What the directory knows of accounts whose databases are of no use, without the names that another one has. */
function entriesOfLost(
  isLost: (path: string) => boolean,
  dbs: readonly Db[],
  others: readonly DirectoryEntry[],
): DirectoryEntry[] {
  const dids = new Set(others.map(({ did }) => did))
  const taken = new Set(others.flatMap(({ handle, email }) => [handle, email]))
  const free = (name: string | null) => (taken.has(name) ? null : name)
  return dbs
    .flatMap(listAllEntries)
    .filter(({ did }) => {
      if (dids.has(did) || !isLost(databasePath.account({ dataDir: '' }, did))) return false
      dids.add(did)
      return true
    })
    .map((entry) => ({ ...entry, handle: free(entry.handle), email: free(entry.email) }))
}

/** As any part says that can be read, or an auth actor; else one for each that is there. */
function countParts(dataDir: string): number {
  const read = (kind: DatabaseKind, numberIn: (db: Db) => number | undefined) =>
    listDatabases(dataDir, kind).map((path) => {
      try {
        const db = openAsItIs(join(dataDir, path))
        try {
          return numberIn(db)
        } finally {
          db.close()
        }
      } catch {
        // Another one may say it.
        return undefined
      }
    })
  const parts = read('directory', (db) => readPart(db)?.parts)
  const known = [...parts, ...read('auth', (db) => readSpread(db)?.directories)]
  return known.find((number) => number !== undefined) ?? Math.max(1, parts.length)
}

/** Each name is claimed in its own part. */
function rebuildClaims(dbs: readonly Db[]): void {
  const claims = [...claimsOf(dbs)]
  for (const [number, db] of dbs.entries()) {
    const its = claims.filter(([name]) => partitionOf(name, dbs.length) === number)
    replaceNameClaims(db, its)
  }
}

function setDamagedAside(path: string): string | null {
  if (!isThere(path)) return null
  try {
    openAsItIs(path).close()
    return null
  } catch {
    const movedTo = `${path}.damaged-${Date.now()}`
    renameSync(path, movedTo)
    return movedTo
  }
}

type Owner = { entry: DirectoryEntry; claims: Claims; path: string }

function readAccounts(
  dataDir: string,
): Pick<Rebuilt, 'lost' | 'unreadable'> & { entries: DirectoryEntry[] } {
  const unreadable: string[] = []
  const owners = listDatabases(dataDir, 'account').flatMap((name): Owner[] => {
    try {
      const owner = readOwner(join(dataDir, name))
      if (!owner) return []
      if (databasePath.account({ dataDir: '' }, owner.entry.did) === name) return [owner]
      unreadable.push(name)
      return []
    } catch (err) {
      if (!isUnreadable(err)) throw err
      unreadable.push(name)
      return []
    }
  })
  return {
    lost: [...settle(owners, 'handle'), ...settle(owners, 'email')],
    entries: owners.map(({ entry }) => entry),
    unreadable,
  }
}

function readOwner(path: string): Owner | null {
  const db = openUpToDate(path, accountSchema)
  try {
    const account = readDid(db) === null ? null : readAccount(db)
    if (!account) return null
    const { did, handle, email, pdsDid, createdAt } = account
    const entry = { did, handle, email, pdsDid, createdAt }
    return { entry, claims: readClaims(db, createdAt), path }
  } finally {
    db.close()
  }
}

/** Leaves each name with one account. */
function settle(owners: Owner[], kind: 'handle' | 'email'): Rebuilt['lost'] {
  const lost: Rebuilt['lost'] = []
  const taken = new Set<string>()
  for (const { entry, path } of owners.toSorted((a, b) => b.claims[kind] - a.claims[kind])) {
    const name = entry[kind]
    if (name === null) continue
    if (taken.has(name)) {
      lost.push({ did: entry.did, name })
      entry[kind] = null
      if (kind === 'handle') dropHandle(path)
    }
    taken.add(name)
  }
  return lost
}

function dropHandle(path: string): void {
  const db = openDatabase(path, accountSchema)
  try {
    setHandle(db, null)
  } finally {
    closeDatabase(db)
  }
}
