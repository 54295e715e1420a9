import { type Db, sql } from '../database.ts'
import { hashSecret } from '../hash.ts'

export function insertRecoveryCode(db: Db, code: string, now: number): void {
  sql(db, 'INSERT INTO recovery_code (code_hash, created_at) VALUES (?, ?)').run(
    hashSecret(code),
    now,
  )
}

/** Spends a code. @returns whether there was one */
export function deleteRecoveryCode(db: Db, code: string): boolean {
  return sql(db, 'DELETE FROM recovery_code WHERE code_hash = ?').run(hashSecret(code)).changes > 0
}

export function deleteAllRecoveryCodes(db: Db): void {
  sql(db, 'DELETE FROM recovery_code').run()
}
