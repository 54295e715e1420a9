import { type Db, sql } from '../database.ts'
import { openIn, sealIn } from '../sealed_columns.ts'

/** An invite code with its uses; `createdAt` and `usedAt` are milliseconds since the epoch. */
export type InviteCode = {
  code: string
  availableUses: number
  disabled: boolean
  forAccount: string
  createdBy: string
  createdAt: number
  uses: { usedBy: string; usedAt: number }[]
}

type Stored = {
  code: string
  available_uses: number
  disabled: number
  for_account: string
  created_by: string
  created_at: number
}

/** A code opens a sign-up, so that the database keeps it sealed. */
export const INVITE_CODE = 'invite_code.code'

/** A code as the database has it, also in what refers to it. */
export const sealInvite = (db: Db, code: string): string => sealIn(db, INVITE_CODE, code)

export function insertInviteCode(
  db: Db,
  invite: Omit<InviteCode, 'uses' | 'disabled'> & { disabled?: boolean },
): void {
  sql(
    db,
    `INSERT INTO invite_code (code, available_uses, disabled, for_account, created_by, created_at)
     VALUES (@code, @availableUses, @disabled, @forAccount, @createdBy, @createdAt)`,
  ).run({ ...invite, code: sealInvite(db, invite.code), disabled: invite.disabled ? 1 : 0 })
}

export function readInviteCode(db: Db, code: string): InviteCode | null {
  return readSealed(db, sealInvite(db, code))
}

function readSealed(db: Db, sealed: string): InviteCode | null {
  const row = sql(db, 'SELECT * FROM invite_code WHERE code = ?').get(sealed)
  return withUses(db, row ? [row] : [])[0] ?? null
}

export function listInviteCodes(db: Db): InviteCode[] {
  const rows = sql(db, 'SELECT * FROM invite_code ORDER BY created_at DESC, code').all()
  return withUses(db, rows)
}

/** A place in a sorted list: its value (a time in ms, or a number of uses), and the code itself. */
export type InvitePosition = { value: number; code: string }

export const writePosition = ({ value, code }: InvitePosition): string => `${value}__${code}`

/** @returns null for what is none */
export function readPosition(text: string): InvitePosition | null {
  const [value = '', code] = text.split('__')
  return /^\d{1,15}$/.test(value) && code ? { value: Number(value), code } : null
}

/** Before the first. */
const TOP: InvitePosition = { value: Number.MAX_SAFE_INTEGER, code: '' }

/** A position as SQL compares it. */
export function positionIn(db: Db, position: InvitePosition | null): InvitePosition {
  return position ? { ...position, code: sealInvite(db, position.code) } : TOP
}

const SORTS = {
  recent: 'created_at',
  usage: '(SELECT count(*) FROM invite_use WHERE invite_use.code = invite_code.code)',
}

/** Those after a position, the newest or the most used first. */
export function pageInviteCodes(
  db: Db,
  sort: keyof typeof SORTS,
  after: InvitePosition | null,
  limit: number,
): InviteCode[] {
  const rows = sql(
    db,
    `SELECT * FROM (SELECT *, ${SORTS[sort]} AS value FROM invite_code)
     WHERE (value, code) < (@value, @code)
     ORDER BY value DESC, code DESC LIMIT @limit`,
  ).all({ ...positionIn(db, after), limit })
  return withUses(db, rows)
}

export function listInviteCodesOf(db: Db, did: string): InviteCode[] {
  const rows = sql(db, 'SELECT * FROM invite_code WHERE for_account = ? ORDER BY created_at').all(
    did,
  )
  return withUses(db, rows)
}

/** The code that an account signed up with. */
export function findInviteUsedBy(db: Db, did: string): InviteCode | null {
  const code = sql(db, 'SELECT code FROM invite_use WHERE used_by = ?').pluck().get(did)
  return code ? readSealed(db, code as string) : null
}

/** @param sealed the code, as the database has it */
export function insertInviteUse(db: Db, sealed: string, did: string, now: number): void {
  sql(db, 'INSERT OR IGNORE INTO invite_use (code, used_by, used_at) VALUES (?, ?, ?)').run(
    sealed,
    did,
    now,
  )
}

export function disableInviteCode(db: Db, code: string): void {
  sql(db, 'UPDATE invite_code SET disabled = 1 WHERE code = ?').run(sealInvite(db, code))
}

/** Takes a code of an account out of use. @returns whether it was in use */
export function disableInviteCodeOf(db: Db, did: string, code: string): boolean {
  const { changes } = sql(
    db,
    'UPDATE invite_code SET disabled = 1 WHERE code = ? AND for_account = ? AND disabled = 0',
  ).run(sealInvite(db, code), did)
  return changes > 0
}

export function deleteInviteCode(db: Db, code: string): void {
  sql(db, 'DELETE FROM invite_code WHERE code = ?').run(sealInvite(db, code))
}

const IS_USED = 'EXISTS (SELECT 1 FROM invite_use WHERE invite_use.code = invite_code.code)'

/** How many codes a person has made since then (ms), and how many of theirs can be used. */
export function countOwnInvites(
  db: Db,
  did: string,
  since: number,
): { made: number; unused: number } {
  return sql(
    db,
    `SELECT count(*) FILTER (WHERE created_at >= @since) AS made,
       count(*) FILTER (WHERE disabled = 0 AND NOT ${IS_USED}) AS unused
     FROM invite_code WHERE for_account = @did AND created_by = @did`,
  ).get({ did, since }) as { made: number; unused: number }
}

/** Forgets what a person made before then (ms) and took out of use, so that it does not add up. */
export function deleteUnusedInvites(db: Db, did: string, before: number): void {
  sql(
    db,
    `DELETE FROM invite_code
     WHERE for_account = @did AND created_by = @did AND created_at < @before AND disabled = 1
       AND NOT ${IS_USED} AND NOT EXISTS (SELECT 1 FROM sign_up WHERE invite_code = invite_code.code)`,
  ).run({ did, before })
}

export function disableInviteCodesOf(db: Db, did: string): void {
  sql(db, 'UPDATE invite_code SET disabled = 1 WHERE for_account = ?').run(did)
}

/** Codes that were sealed under another secret open nothing any more, and are left out. */
function withUses(db: Db, found: unknown[]): InviteCode[] {
  return (found as Stored[]).flatMap((row) => {
    const code = openIn(db, INVITE_CODE, row.code)
    if (code === null) return []
    return {
      code,
      availableUses: row.available_uses,
      disabled: row.disabled === 1,
      forAccount: row.for_account,
      createdBy: row.created_by,
      createdAt: row.created_at,
      uses: sql(
        db,
        'SELECT used_by AS usedBy, used_at AS usedAt FROM invite_use WHERE code = ? ORDER BY used_at',
      ).all(row.code) as InviteCode['uses'],
    }
  })
}
