import { type Db, sql, transact } from '../database.ts'
import { joining } from '../group_commit.ts'

/** A browser that has been here. `lastSeenAt` is milliseconds since the epoch. */
export type Device = {
  sessionId: string
  userAgent: string | null
  ipAddress: string
  lastSeenAt: number
}

const columns = `session_id AS sessionId, user_agent AS userAgent, ip_address AS ipAddress,
  last_seen_at AS lastSeenAt`

export function insertDevice(db: Db, id: string, device: Device): void {
  joining(
    db,
    `INSERT INTO device (id, session_id, user_agent, ip_address, last_seen_at)
     VALUES (@id, @sessionId, @userAgent, @ipAddress, @lastSeenAt)`,
  ).run({ id, ...device })
}

export function readDevice(db: Db, id: string): Device | null {
  const row = sql(db, `SELECT ${columns} FROM device WHERE id = ?`).get(id)
  return (row as Device | undefined) ?? null
}

export function updateDevice(db: Db, id: string, change: Partial<Device>): void {
  joining(
    db,
    `UPDATE device SET
       session_id = coalesce(@sessionId, session_id),
       user_agent = coalesce(@userAgent, user_agent),
       ip_address = coalesce(@ipAddress, ip_address),
       last_seen_at = coalesce(@lastSeenAt, last_seen_at)
     WHERE id = @id`,
  ).run({ sessionId: null, userAgent: null, ipAddress: null, lastSeenAt: null, ...change, id })
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
  joining(db, 'INSERT OR IGNORE INTO device_account (device_id, did) VALUES (?, ?)').run(
    deviceId,
    did,
  )
}

export function unlinkAccount(db: Db, deviceId: string, did: string): void {
  joining(db, 'DELETE FROM device_account WHERE device_id = ? AND did = ?').run(deviceId, did)
}

export function listAccountsOnDevice(db: Db, deviceId: string): string[] {
  return sql(db, 'SELECT did FROM device_account WHERE device_id = ?')
    .pluck()
    .all(deviceId) as string[]
}
