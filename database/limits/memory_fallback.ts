import { closeDatabase, type Db, openDatabase } from '../database.ts'
import { isUnwritable } from '../named_error.ts'
import { isWide } from './bounds.ts'
import { type Counter, takePoints } from './counter.ts'
import { limitsSchema } from './schema.ts'

/** What is counted while nothing can be written to the database that is the key. */
const inMemory = new WeakMap<Db, Db>()

/**
 * {@link takePoints}, also where the disk is full: wide limits are counted in memory then, so that what needs no write
 * is answered. What the narrow ones are against is not tried without them.
 */
export function takePointsAnyway(db: Db, counters: Counter[]) {
  try {
    const taken = takePoints(db, counters)
    forget(db)
    return taken
  } catch (err) {
    if (!isUnwritable(err) || !counters.every(isWide)) throw err
    return takePoints(memoryOf(db), counters)
  }
}

function memoryOf(db: Db): Db {
  const kept = inMemory.get(db) ?? openDatabase(':memory:', limitsSchema, 'nothing')
  inMemory.set(db, kept)
  return kept
}

function forget(db: Db): void {
  const kept = inMemory.get(db)
  if (!kept) return
  inMemory.delete(db)
  closeDatabase(kept)
}
