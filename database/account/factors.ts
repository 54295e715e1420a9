import type { Factors } from '../../factors/kinds.ts'
import { type Db, sql } from '../database.ts'

export function readFactors(db: Db): Factors {
  const row = sql(
    db,
    `SELECT email_auth_factor AS mail, password_scrypt IS NOT NULL AS password,
       (SELECT count(*) FROM passkey) AS passkeys,
       (SELECT added_at FROM totp WHERE added_at IS NOT NULL) AS addedAt,
       (SELECT count(*) FROM recovery_code) AS recoveryCodes
     FROM account`,
  ).get() as
    | {
        mail: number
        password: number
        passkeys: number
        addedAt: number | null
        recoveryCodes: number
      }
    | undefined
  if (!row) return { password: false, passkeys: 0, totp: null, mail: false, recoveryCodes: 0 }
  const { mail, password, passkeys, addedAt, recoveryCodes } = row
  return {
    password: password === 1,
    passkeys,
    totp: addedAt === null ? null : { addedAt },
    mail: mail === 1,
    recoveryCodes,
  }
}
