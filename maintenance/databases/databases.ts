import { join } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { type DatabaseKind, listDatabases, listStrayDatabases } from '../data_folder/files.ts'
import { pathOf } from './database_name.ts'
import { copyOnline } from './online_copy.ts'

/** A database of an installation; there may be a million of them. */
export type Database = {
  readonly kind: DatabaseKind
  /** Where it lies in a data directory. */
  readonly path: string
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
  /** Paths of what looks like the database of an account, and is of none. */
  strays(): string[]
}

class DatabaseInFile implements Database {
  readonly kind: DatabaseKind
  readonly path: string
  readonly #dataDir: string

  constructor(dataDir: string, kind: DatabaseKind, path: string) {
    this.#dataDir = dataDir
    this.kind = kind
    this.path = path
  }

  async copy(to: string): Promise<boolean> {
    if (!isThere(this.#file)) return false
    await copyOnline(this.#file, to)
    return true
  }

  async look<T>(look: (file: string) => T): Promise<T | null> {
    return isThere(this.#file) ? look(this.#file) : null
  }

  get #file(): string {
    return join(this.#dataDir, this.path)
  }
}

/** Those in the files of a data directory. */
export function databasesIn(dataDir: string): Databases {
  const at = (kind: DatabaseKind, path: string) => new DatabaseInFile(dataDir, kind, path)
  return {
    place: dataDir,
    atOnce: 1,
    list: async (kind) => listDatabases(dataDir, kind).map((path) => at(kind, path)),
    account: (did) => at('account', pathOf('', { kind: 'account', did })),
    strays: () => listStrayDatabases(dataDir),
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
  const found = await from.list('account')
  const paths = new Set(found.map(({ path }) => path))
  const others = known.map((did) => from.account(did)).filter(({ path }) => !paths.has(path))
  return [...found, ...others]
}
