import { type Db, sql } from '../database.ts'

/** Hashes of the codes that could be exchanged now; `id` is the request's. */
export function listOpenCodes(db: Db, now: number): { id: string; codeHash: Buffer }[] {
  return sql(
    db,
    `SELECT id, code_hash AS codeHash FROM authorization_request
     WHERE code_hash IS NOT NULL AND expires_at > ?`,
  ).all(now) as { id: string; codeHash: Buffer }[]
}

/** Requests whose code was exchanged already. */
export function countReusableCodes(db: Db): number {
  return sql(db, 'SELECT count(*) FROM authorization_request JOIN spent_code USING (code_hash)')
    .pluck()
    .get() as number
}

/** Ends every sign-in under way, by OpenID and of devices, too. */
export function deleteAllRequests(db: Db): void {
  sql(db, 'DELETE FROM authorization_request').run()
  sql(db, 'DELETE FROM openid_request').run()
  sql(db, 'DELETE FROM openid_device_code').run()
}
