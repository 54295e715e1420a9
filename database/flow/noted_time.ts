import type { Db } from '../database.ts'
import { joining } from '../group_commit.ts'

/** Where it is noted since when something given counts, by tables. */
const TIMES = {
  client: 'registered_at',
  openid_client: 'registered_at',
  openid_removal: 'removed_at',
  openid_resource: 'registered_at',
} as const

/**
 * When a row of such a table was noted; what was given before counts no more. One that is ahead was noted while the clock
 * was. Until that time nothing given would count, so it is noted anew.
 *
 * @param at ms, as it is noted
 * @returns ms
 */
export function notAhead(db: Db, table: keyof typeof TIMES, id: string, at: number): number {
  const now = Date.now()
  if (at <= now) return at
  joining(db, `UPDATE ${table} SET ${TIMES[table]} = ? WHERE id = ?`).run(now, id)
  return now
}
