import { type Db, sql, transact } from '../database.ts'

/** Deletes authorization requests, spent codes and nonces whose time is over (`now` in ms). */
export function sweepFlow(db: Db, now = Date.now()): void {
  transact(db, () => {
    sql(db, 'DELETE FROM authorization_request WHERE expires_at < ?').run(now)
    sql(db, 'DELETE FROM spent_code WHERE expires_at < ?').run(now)
    sql(db, 'DELETE FROM replay WHERE expires_at < ?').run(now)
  })
}
