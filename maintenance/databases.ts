import { join } from 'node:path'
import { isThere } from '../base/files.ts'
import { type DatabaseKind, listDatabases } from './data_folder.ts'
import { pathOf } from './database_name.ts'
import { copyOnline } from './online_copy.ts'

/** A database of an installation. */
export type Database = {
  kind: DatabaseKind
  /** Where it lies in a data directory. */
  path: string
  /**
   * Copies it into a file, as it is at one moment; requests that write do not wait for it.
   *
   * @returns false where it is not there
   */
  copy(to: string): Promise<boolean>
  /** Looks at it, or at a copy of it. @returns null where it is not there */
  look<T>(look: (file: string) => T): Promise<T | null>
}

/** The databases of an installation, which may serve meanwhile. */
export type Databases = {
  /** What holds them, to be named in a message. */
  place: string
  /** How many are to be copied at once. */
  atOnce: number
  /** In order. Of accounts, those that can be found without the directory. */
  list(kind: DatabaseKind): Promise<Database[]>
  account(did: string): Database
}

/** Those in the files of a data directory. */
export function databasesIn(dataDir: string): Databases {
  const at = (kind: DatabaseKind, path: string): Database => {
    const file = join(dataDir, path)
    return {
      kind,
      path,
      copy: async (to) => {
        if (!isThere(file)) return false
        await copyOnline(file, to)
        return true
      },
      look: async (look) => (isThere(file) ? look(file) : null),
    }
  }
  return {
    place: dataDir,
    atOnce: 1,
    list: async (kind) => listDatabases(dataDir, kind).map((path) => at(kind, path)),
    account: (did) => at('account', pathOf('', { kind: 'account', did })),
  }
}

/**
 * All databases of accounts: those that are found without the directory, and those of accounts that it
 * knows.
 *
 * @param known DIDs
 */
export async function listAccountDatabases(
  from: Databases,
  known: readonly string[],
): Promise<Database[]> {
  const all = [...(await from.list('account')), ...known.map((did) => from.account(did))]
  return [...new Map(all.map((each) => [each.path, each])).values()]
}
