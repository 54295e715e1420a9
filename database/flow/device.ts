import { type Db, sql, transact } from '../database.ts'
import { joining } from '../group_commit.ts'
import { makeRoom } from '../room.ts'
import { openIn, sealIn } from '../sealed_columns.ts'
import { STRANGE_DEVICES } from './bounds.ts'

/** A browser that has been here. `lastSeenAt` is milliseconds since the epoch. */
export type Device = {
  sessionId: string
  userAgent: string | null
  ipAddress: string
  lastSeenAt: number
  /** 1 where the browser has a cookie besides that no other host can set (`stores/device_cookies.ts`). */
  guarded?: 0 | 1
}

/** The same as its person sees it. */
export type Browser = Pick<Device, 'userAgent' | 'ipAddress' | 'lastSeenAt'>

const columns = `session_id AS sessionId, previous_session_id AS previous, user_agent AS userAgent,
  ip_address AS ipAddress, last_seen_at AS lastSeenAt, guarded`

/** The cookie of a browser opens it, so that the database keeps it sealed. */
const SESSION_ID = 'device.session_id'

export function insertDevice(db: Db, id: string, device: Device): void {
  makeRoom(db, STRANGE_DEVICES, 600 + (device.userAgent?.length ?? 0))
  joining(
    db,
    `INSERT INTO device (id, session_id, user_agent, ip_address, last_seen_at, guarded)
     VALUES (@id, @sessionId, @userAgent, @ipAddress, @lastSeenAt, @guarded)`,
  ).run({ id, guarded: 0, ...device, sessionId: sealIn(db, SESSION_ID, device.sessionId) })
}

/** One that was read. */
export type FoundDevice = Device & {
  /** Whether the session that was shown is its own, or the one before it, which requests of a moment ago may show. */
  isShown: boolean
}

/**
 * @param shown the session that the browser shows
 * @returns null also where the secret of this entryway has changed since, which ends the cookie
 */
export function readDevice(db: Db, id: string, shown?: string): FoundDevice | null {
  const row = sql(db, `SELECT ${columns} FROM device WHERE id = ?`).get(id)
  if (!row) return null
  const { previous, ...device } = row as Device & { previous: string | null }
  const open = (sealed: string) => openIn(db, SESSION_ID, sealed)
  const sessionId = open(device.sessionId)
  if (!sessionId) return null
  const isPrevious = () => previous !== null && open(previous) === shown
  const isShown = shown !== undefined && (shown === sessionId || isPrevious())
  return { ...device, sessionId, isShown }
}

export function updateDevice(db: Db, id: string, change: Partial<Device>): void {
  joining(
    db,
    `UPDATE device SET
       previous_session_id = iif(@sessionId IS NULL, previous_session_id, session_id),
       session_id = coalesce(@sessionId, session_id),
       user_agent = coalesce(@userAgent, user_agent),
       ip_address = coalesce(@ipAddress, ip_address),
       last_seen_at = coalesce(@lastSeenAt, last_seen_at),
       guarded = max(guarded, @guarded)
     WHERE id = @id`,
  ).run({
    userAgent: null,
    ipAddress: null,
    lastSeenAt: null,
    guarded: 0,
    ...change,
    sessionId: change.sessionId === undefined ? null : sealIn(db, SESSION_ID, change.sessionId),
    id,
  })
}

/** Its links to accounts go with it. @returns the accounts that were linked */
export function deleteDevice(db: Db, id: string): string[] {
  return transact(db, () => {
    const dids = listAccountsOnDevice(db, id)
    joining(db, 'DELETE FROM device WHERE id = ?').run(id)
    return dids
  })
}

export function linkAccount(db: Db, deviceId: string, did: string): void {
  transact(db, () => {
    joining(db, 'INSERT OR IGNORE INTO device_account (device_id, did) VALUES (?, ?)').run(
      deviceId,
      did,
    )
    joining(db, 'UPDATE device SET linked = 1 WHERE id = ?').run(deviceId)
  })
}

export function unlinkAccount(db: Db, deviceId: string, did: string): void {
  transact(db, () => {
    joining(db, 'DELETE FROM device_account WHERE device_id = ? AND did = ?').run(deviceId, did)
    joining(
      db,
      `UPDATE device SET linked = 0
       WHERE id = @deviceId AND @deviceId NOT IN (SELECT device_id FROM device_account)`,
    ).run({ deviceId })
  })
}

export function listAccountsOnDevice(db: Db, deviceId: string): string[] {
  return sql(db, 'SELECT did FROM device_account WHERE device_id = ?')
    .pluck()
    .all(deviceId) as string[]
}
