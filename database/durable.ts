import type { Db } from './database.ts'

/** Keeps a database's commits: on the disk, or somewhere safer than this machine. */
export type Keeper = {
  /**
   * Resolves when every commit so far is kept; undefined where there is nothing to wait for.
   *
   * @throws {Error} when that is not certain
   */
  settle(): Promise<void> | undefined
}

const keepers = new WeakMap<Db, Keeper>()

/** From now on `keeper` keeps what is committed to `db`; without one, each commit does so itself. */
export function keep(db: Db, keeper: Keeper): void {
  keepers.set(db, keeper)
}

const spared = new WeakMap<Db, number>()

/**
 * Says that `changes` of the rows written so far grant and revoke nothing. An answer that follows
 * does not wait for the disk, since a loss of power may lose such rows without harm.
 */
export function spare(db: Db, changes: number): void {
  spared.set(db, sparedChanges(db) + changes)
}

/** How many rows were written that need not be waited for. */
export function sparedChanges(db: Db): number {
  return spared.get(db) ?? 0
}

/**
 * What to await before an answer leaves that was made with `db`: that everything it may have read
 * or written is kept. Undefined where there is nothing to wait for.
 */
export function durable(db: Db): Promise<void> | undefined {
  return keepers.get(db)?.settle()
}
