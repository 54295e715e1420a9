import type { Move } from '../../base/files/move.ts'
import type { Db } from '../../database/database.ts'
import type { DatabaseName } from '../databases/database_name.ts'

/** A database as the program opens it, in a file of this machine. */
export type Opened = { db: Db; path: string; close(): Promise<void> }

/** Where the databases of an installation are, to be copied from there. */
export type Source = {
  /** For a sentence. */
  place: string
  /**
   * Keeps others from it until {@link Source.end}, unless they serve it.
   *
   * @returns whether it is served meanwhile
   * @throws {Error} when it holds no data
   */
  begin(): Promise<'stopped' | 'serving'>
  /**
   * Has those end who serve it, after they have written down that it moves: when this returns, everything that
   * was answered is kept, and nothing is answered any more.
   */
  handOver(move: Move): Promise<void>
  /** Lets others to it again. */
  end(): void
  readMove(): Promise<Move | null>
  /** Durable before it returns. @param move null where it is to be served again */
  setMove(move: Move | null): Promise<void>
  /** Over how many auth actors the flow state is spread. */
  authActors(): Promise<number>
  has(name: DatabaseName): Promise<boolean>
  /**
   * Something that is another after every change, and costs less than a copy.
   *
   * @returns null where that is not certain: it changed a moment ago
   */
  sign(name: DatabaseName): Promise<string | null>
  /** Copies it into a file, as it is at one moment. @returns false where it is not there */
  copy(name: DatabaseName, path: string): Promise<boolean>
  /** Accounts that have a database and are not among these, as far as that can be told. */
  listOthers(dids: ReadonlySet<string>): Promise<string[]>
}

/** Where databases are copied to. They cannot be served there before {@link Target.finish}. */
export type Target = {
  /** For a sentence. */
  place: string
  readMove(): Promise<Move | null>
  /**
   * Keeps others from it until {@link Target.end}, and marks it.
   *
   * @throws {Error} when it is in use, or there is data that is not of an unfinished copy
   */
  begin(move: Move): Promise<void>
  has(name: DatabaseName): Promise<boolean>
  /** Makes it where it is not there yet. */
  open(name: DatabaseName): Promise<Opened>
  /** Accounts that were copied here so far, or may have been. */
  listAccounts(): Promise<string[]>
  remove(did: string): Promise<void>
  /** What is whole may be served from now on; again, after that was interrupted, also without {@link Target.begin}. */
  finish(): Promise<void>
  /**
   * Marks what has finished as taken back, durably: it is not served any more. Keeps others from it until
   * {@link Target.end}.
   *
   * @throws {Error} when it is in use, or went on from there to elsewhere
   * @throws {EndIsAwayError} when it cannot be reached, or holds nothing of this program
   */
  takeBack(move: Move): Promise<void>
  /** Lets others to it again, finished or not. */
  end(): void
}
