import {
  KNOWN_DEVICE,
  OPENID_GRANT,
  PROOF_AGAIN,
  REPLAYED_CODE_MEMORY,
  SESSION_UNUSED,
  SIGN_OUT_LINK,
  TRUSTED_DEVICE,
} from '../../base/lifetimes.ts'
import { settled } from '../../base/time/settled_clock.ts'
import { type Db, sql } from '../database.ts'

type Table = {
  /** Rows of one account. */
  rows: number
  key: string
  /** SQL: what comes first in this order stays longest. */
  order: string
  /**
   * A column where those who share the table fill it for one another: of whom it has most rows, the first go. What the
   * others have stays, however much one of them adds.
   */
  sharedBy?: string
  /** SQL condition on a time (`@now`, ms): rows that are of no use any more. */
  expired: string
  /** SQL of the bytes of what others say in a row, where they may say much, and how many all have. */
  says?: string
  maxBytes?: number
}

const MB = 1_000_000

/**
 * The tables of an account that a signed-in person can fill, or a stranger with only a spent code: the
 * oldest rows make room. Of app passwords the person decides which one goes.
 */
export const ACCOUNT_BOUNDS = {
  session: {
    rows: 1_000,
    key: 'id',
    order: 'updated_at DESC',
    expired: `updated_at < @now - ${SESSION_UNUSED}`,
    says: 'octet_length(client_id) + octet_length(parameters) + coalesce(octet_length(scope), 0)',
    maxBytes: 4 * MB,
  },
  legacy_session: {
    rows: 2_000,
    key: 'refresh_hash',
    order: 'expires_at DESC',
    expired: 'expires_at <= @now',
  },
  device_account: { rows: 100, key: 'device_id', order: 'updated_at DESC', expired: 'false' },
  authorized_client: {
    rows: 1_000,
    key: 'client_id',
    order: 'updated_at DESC',
    expired: 'false',
    says: 'octet_length(client_id) + octet_length(data)',
    maxBytes: 2 * MB,
  },
  proof: {
    rows: 100,
    key: 'device_id',
    order: 'proven_at DESC',
    expired: `proven_at < @now - ${PROOF_AGAIN}`,
  },
  known_device: {
    rows: 500,
    key: 'mark',
    order: 'seen_at DESC',
    expired: `seen_at < @now - ${KNOWN_DEVICE}`,
  },
  trusted_device: {
    rows: 100,
    key: 'id',
    order: 'created_at DESC',
    expired: `created_at <= @now - ${TRUSTED_DEVICE}`,
  },
  sign_out_link: {
    rows: 200,
    key: 'secret_hash',
    order: 'made_at DESC',
    expired: `made_at < @now - ${SIGN_OUT_LINK}`,
  },
  replayed_code: {
    rows: 1_000,
    key: 'code_hash',
    order: 'replayed_at DESC',
    expired: `replayed_at < @now - ${REPLAYED_CODE_MEMORY}`,
  },
  openid_session: {
    rows: 100,
    key: 'uid',
    order: 'updated_at DESC',
    expired: 'expires_at <= @now',
    says: 'octet_length(payload)',
    maxBytes: 2 * MB,
  },
  openid_grant: {
    rows: 1_000,
    key: 'id',
    order: 'updated_at DESC',
    expired: `expires_at <= @now OR updated_at < @now - ${SESSION_UNUSED}`,
    says: 'octet_length(client_id) + octet_length(payload)',
    maxBytes: 4 * MB,
  },
  openid_token: {
    rows: 5_000,
    key: 'token_hash',
    // Of a backup it has no sign of its own.
    order: 'abs(received_at) DESC',
    sharedBy: 'grant_id',
    expired: 'expires_at <= @now',
    says: 'octet_length(payload)',
    maxBytes: 8 * MB,
  },
  openid_consent: {
    rows: 1_000,
    key: 'client_id',
    order: 'updated_at DESC',
    expired: 'false',
    says: 'octet_length(client_id) + octet_length(scope) + octet_length(refused) + octet_length(resources)',
    maxBytes: 2 * MB,
  },
  openid_sign_in: {
    rows: 1_000,
    key: 'id',
    order: 'updated_at DESC',
    expired: `updated_at < @now - ${OPENID_GRANT}`,
  },
} as const satisfies Record<string, Table>

/** Characters of a `User-Agent` header; browsers send about 150. */
export const MAX_USER_AGENT = 256

/** Passkeys of an account. */
export const MAX_PASSKEYS = 50
/** Characters of the name of one. */
export const MAX_PASSKEY_NAME = 64

/** App passwords of an account. */
export const MAX_APP_PASSWORDS = 200
/** Characters of the name of one. */
export const MAX_APP_PASSWORD_NAME = 256

/**
 * Deletes what has expired in a table, and the oldest rows over its bounds. To be called in the
 * transaction that added one.
 *
 * @returns the keys of rows that were deleted to make room
 */
export function trim(db: Db, name: keyof typeof ACCOUNT_BOUNDS, now = Date.now()): unknown[] {
  const { rows, key, order, sharedBy, expired, says, maxBytes = 0 }: Table = ACCOUNT_BOUNDS[name]
  sql(db, `DELETE FROM ${name} WHERE ${expired}`).run({ now: settled(now) })
  const total = `SELECT count(*) AS count, ${says ? `sum(${says})` : '0'} AS bytes FROM ${name}`
  const { count, bytes } = sql(db, total).get() as { count: number; bytes: number }
  const deleted = (keys: string, bound: number): unknown[] =>
    sql(db, `DELETE FROM ${name} WHERE ${key} IN (${keys}) RETURNING ${key}`).pluck().all(bound)
  // The newest of each who shares it come first, then the second ones.
  const share = `SELECT *, row_number() OVER (PARTITION BY ${sharedBy} ORDER BY ${order}) AS place
    FROM ${name}`
  const [all, turn] = sharedBy === undefined ? [name, order] : [`(${share})`, `place, ${order}`]
  const over =
    count <= rows
      ? []
      : deleted(`SELECT ${key} FROM ${all} ORDER BY ${turn} LIMIT -1 OFFSET ?`, rows)
  // With those that went; what is over is counted anew.
  if (!says || bytes <= maxBytes) return over
  const sums = `SELECT ${key}, sum(${says}) OVER newest AS bytes FROM ${all}
     WINDOW newest AS (ORDER BY ${turn} ROWS UNBOUNDED PRECEDING)`
  return [...over, ...deleted(`SELECT ${key} FROM (${sums}) WHERE bytes > ?`, maxBytes)]
}
