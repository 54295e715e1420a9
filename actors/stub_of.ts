import type { Db } from '../database/database.ts'

/** An actor as its callers see it: its functions without the database, and asynchronous. */
export type StubOf<F> = {
  [K in keyof F]: F[K] extends (db: Db, ...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never
}
