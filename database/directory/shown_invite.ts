import { type Db, sql } from '../database.ts'
import { openIn } from '../sealed_columns.ts'
import {
  INVITE_CODE,
  type InviteCode,
  type InvitePosition,
  positionIn,
  writePosition,
} from './invite.ts'

/** A code as people are shown it, with names. Times are milliseconds since the epoch. */
export type ShownInvite = Omit<InviteCode, 'uses'> & {
  /** Of the account whose code it is; null where that is none, or has no handle. */
  forHandle: string | null
  used: number
  /** The newest {@link USES_SHOWN}. */
  uses: { usedBy: string; handle: string | null; usedAt: number }[]
}

const USES_SHOWN = 20

export type InviteFilter = {
  /** DID of the account whose codes are wanted. */
  of?: string | undefined
  /** Whether only those are that can be used. */
  usable?: boolean
  after: InvitePosition | null
  limit: number
}

type Stored = Omit<ShownInvite, 'disabled' | 'uses'> & { disabled: number }

const USED = '(SELECT count(*) FROM invite_use WHERE invite_use.code = invite_code.code)'

/**
 * Those after a position, the newest first; it reads no more than a page, by the indexes
 * `invite_code_created` and `invite_code_for_account`.
 *
 * @returns `next` is the position of the last, where there may be more
 */
export function listShownInvites(
  db: Db,
  { of, usable = false, after, limit }: InviteFilter,
): { codes: ShownInvite[]; next: string | null } {
  const rows = sql(
    db,
    `SELECT code, available_uses AS availableUses, disabled, for_account AS forAccount,
       created_by AS createdBy, created_at AS createdAt, ${USED} AS used,
       (SELECT handle FROM account WHERE did = for_account) AS forHandle
     FROM invite_code WHERE (created_at, code) < (@value, @code)
       ${of === undefined ? '' : 'AND for_account = @of'}
       ${usable ? `AND disabled = 0 AND ${USED} < available_uses` : ''}
     ORDER BY created_at DESC, code DESC LIMIT @limit`,
  ).all({ ...positionIn(db, after), limit, ...(of !== undefined && { of }) }) as Stored[]
  const codes = rows.flatMap((row) => shown(db, row))
  const last = codes.at(-1)
  const isMore = rows.length === limit && last !== undefined
  const next = isMore ? writePosition({ value: last.createdAt, code: last.code }) : null
  return { codes, next }
}

/** Nothing where it was sealed under another secret: then it opens nothing any more. */
function shown(db: Db, row: Stored): ShownInvite[] {
  const code = openIn(db, INVITE_CODE, row.code)
  if (code === null) return []
  const uses = row.used === 0 ? [] : newestUses(db, row.code)
  return [{ ...row, code, disabled: row.disabled === 1, uses }]
}

function newestUses(db: Db, sealed: string): ShownInvite['uses'] {
  return sql(
    db,
    `SELECT used_by AS usedBy, handle, used_at AS usedAt FROM invite_use
       LEFT JOIN account ON did = used_by
     WHERE code = ? ORDER BY used_at DESC LIMIT ${USES_SHOWN}`,
  ).all(sealed) as ShownInvite['uses']
}

/** Who let an account in, and whom it let in: the newest {@link USES_SHOWN}. Times are milliseconds. */
export type Invitations = {
  /** The code it signed up with, and whose that was; `admin` where it was the operator's. */
  by: { code: string | null; account: string; handle: string | null } | null
  count: number
  newest: { did: string; handle: string | null; at: number }[]
}

export function readInvitations(db: Db, did: string): Invitations {
  const by = sql(
    db,
    `SELECT invite_code.code, for_account AS account, handle FROM invite_use
       JOIN invite_code ON invite_code.code = invite_use.code LEFT JOIN account ON did = for_account
     WHERE used_by = ?`,
  ).get(did) as { code: string; account: string; handle: string | null } | undefined
  const ofIts = `FROM invite_code JOIN invite_use ON invite_use.code = invite_code.code
     WHERE for_account = ?`
  return {
    by: by ? { ...by, code: openIn(db, INVITE_CODE, by.code) } : null,
    count: sql(db, `SELECT count(*) ${ofIts}`).pluck().get(did) as number,
    newest: sql(
      db,
      `SELECT used_by AS did, (SELECT handle FROM account WHERE did = used_by) AS handle,
         used_at AS at ${ofIts} ORDER BY used_at DESC LIMIT ${USES_SHOWN}`,
    ).all(did) as Invitations['newest'],
  }
}
