import { type Db, sql } from '../database.ts'

/**
 * A sign-up in progress. `step` is what was about to be tried when it was last recorded:
 * `reserved` holds the names only; from `creating` on, the DID may exist on PLC and the PDS.
 */
export type SignUp = {
  id: string
  handle: string
  email: string
  /** With what the account is signed in to: the hash of a password, or a passkey as JSON. */
  passwordScrypt: string | null
  passkey: string | null
  pdsDid: string
  /** Sealed, as the code itself is (`invite.ts`). */
  sealedInvite: string | null
  did: string | null
  /** For a DID that exists: what PLC said of it before, as JSON, to be restored if this fails. */
  movedFrom: string | null
  step: 'reserved' | 'creating'
  createdAt: number
  updatedAt: number
}

const columns = `id, handle, email, password_scrypt AS passwordScrypt, passkey, pds_did AS pdsDid,
  invite_code AS sealedInvite, did, moved_from AS movedFrom, step, created_at AS createdAt, updated_at AS updatedAt`

export function insertSignUp(db: Db, signUp: SignUp): void {
  sql(
    db,
    `INSERT INTO sign_up (id, handle, email, password_scrypt, passkey, pds_did, invite_code, did,
       moved_from, step, created_at, updated_at)
     VALUES (@id, @handle, @email, @passwordScrypt, @passkey, @pdsDid, @sealedInvite, @did,
       @movedFrom, @step, @createdAt, @updatedAt)`,
  ).run(signUp)
}

export function setSignUpCreating(
  db: Db,
  id: string,
  identity: Pick<SignUp, 'did' | 'movedFrom'>,
  now: number,
): boolean {
  const { changes } = sql(
    db,
    `UPDATE sign_up SET did = @did, moved_from = @movedFrom, step = 'creating', updated_at = @now
     WHERE id = @id`,
  ).run({ id, ...identity, now })
  return changes > 0
}

export function readSignUp(db: Db, id: string): SignUp | null {
  const row = sql(db, `SELECT ${columns} FROM sign_up WHERE id = ?`).get(id)
  return (row as SignUp | undefined) ?? null
}

export function findSignUpByName(db: Db, handle: string, email: string): SignUp | null {
  const row = sql(db, `SELECT ${columns} FROM sign_up WHERE handle = ? OR email = ?`).get(
    handle,
    email,
  )
  return (row as SignUp | undefined) ?? null
}

/** Whether another one is for that DID. */
export function hasOtherSignUp(db: Db, id: string, did: string): boolean {
  return sql(db, 'SELECT 1 FROM sign_up WHERE did = ? AND id <> ?').get(did, id) !== undefined
}

export function countSignUpsWithInvite(db: Db, sealedInvite: string): number {
  return sql(db, 'SELECT count(*) FROM sign_up WHERE invite_code = ?')
    .pluck()
    .get(sealedInvite) as number
}

/** Those that have not changed since `before` (ms). */
export function listSignUps(db: Db, before: number): SignUp[] {
  return sql(db, `SELECT ${columns} FROM sign_up WHERE updated_at < ?`).all(before) as SignUp[]
}

/** @returns what it held; null where there is none */
export function deleteSignUp(
  db: Db,
  id: string,
): Pick<SignUp, 'handle' | 'email' | 'sealedInvite'> | null {
  const deleted = sql(
    db,
    'DELETE FROM sign_up WHERE id = ? RETURNING handle, email, invite_code AS sealedInvite',
  ).get(id)
  return (deleted as Pick<SignUp, 'handle' | 'email' | 'sealedInvite'> | undefined) ?? null
}
