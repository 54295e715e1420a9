import type { Db } from '../../database/database.ts'
import type { DatabaseName } from '../database_name.ts'

/** A database as the program opens it, in a file of this machine. */
export type Opened = { db: Db; path: string; close(): Promise<void> }

/** Where the databases of an installation are, to be copied from there. */
export type Source = {
  /** Keeps others from it until {@link Source.end}. @throws {Error} when it is in use */
  begin(): Promise<void>
  end(): void
  /** Over how many auth actors the flow state is spread. */
  authActors(): Promise<number>
  has(name: DatabaseName): Promise<boolean>
  /** @returns a copy of it, or itself; it is not changed */
  open(name: DatabaseName): Promise<Opened>
  /** Accounts that have a database, as far as that can be told without the directory. */
  listAccounts(): Promise<string[]>
}

/** Where databases are copied to. They cannot be served there before {@link Target.finish}. */
export type Target = {
  /**
   * Keeps others from it until {@link Target.end}.
   *
   * @throws {Error} when it is in use, or there is data that is not of an unfinished copy
   */
  begin(): Promise<void>
  has(name: DatabaseName): Promise<boolean>
  /** Makes it where it is not there yet. */
  open(name: DatabaseName): Promise<Opened>
  /** Accounts that were copied here so far, or may have been. */
  listAccounts(): Promise<string[]>
  remove(did: string): Promise<void>
  finish(): Promise<void>
  /** Lets others to it again, finished or not. */
  end(): void
}
