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

/**
 * What to await before an answer leaves that was made with `db`: that everything it may have read
 * or written is kept. Undefined where there is nothing to wait for.
 */
export function durable(db: Db): Promise<void> | undefined {
  return keepers.get(db)?.settle()
}
