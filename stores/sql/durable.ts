import type { Db } from './database.ts'

/** Keeps a database's commits somewhere safer than this machine. */
export type Keeper = {
  /** Resolves when every commit so far is kept. @throws {Error} when that is not certain */
  settle(): Promise<void>
}

const keepers = new WeakMap<Db, Keeper>()

/** From now on `keeper` keeps what is committed to `db`. */
export function keep(db: Db, keeper: Keeper): void {
  keepers.set(db, keeper)
}

/**
 * What to await before an answer leaves that was made with `db`: that everything it may have read
 * or written is kept. Nothing to await (`undefined`) where the file itself is the truth.
 */
export function durable(db: Db): Promise<void> | undefined {
  return keepers.get(db)?.settle()
}
