import { DEVICE_AT_ONCE, DEVICE_RETRY_GRACE } from '../../base/lifetimes.ts'
import { makeRoom } from '../bounded_table.ts'
import { type Db, sql, transact } from '../database.ts'
import { joining } from '../group_commit.ts'
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

const columns = `session_id AS sessionId, previous_session_id AS replaced, user_agent AS userAgent,
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
  /** Which of its sessions was shown: for one of before, when another took its place, ms. */
  shown: 'newest' | 'none' | number
}

/**
 * @param shown the session that the browser shows
 * @returns null also where the secret of this entryway has changed since, which ends the cookie
 */
export function readDevice(
  db: Db,
  id: string,
  shown?: string,
  now = Date.now(),
): FoundDevice | null {
  const row = sql(db, `SELECT ${columns} FROM device WHERE id = ?`).get(id)
  if (!row) return null
  const { replaced, ...sealed } = row as Row
  const sessionId = openIn(db, SESSION_ID, sealed.sessionId)
  if (!sessionId) return null
  const device = { ...sealed, sessionId }
  if (shown === undefined) return { ...device, shown: 'none' }
  if (shown === sessionId) return { ...device, shown: 'newest' }
  const [, at] = readReplaced(db, replaced, now).find(([before]) => before === shown) ?? []
  return { ...device, shown: at ?? 'none' }
}

type Row = Device & { replaced: string | null }

/** A session of before, when another took its place, and until when it may be shown all the same, ms. */
type Replaced = [sessionId: string, at: number, until: number]

/**
 * So many of a device are known, besides the one that is shown: tabs may send forms at once, and the browser keeps the
 * session of the answer that comes last.
 */
const REPLACED_KNOWN = 16

/** Those whose answer may have been lost, the newest first. */
function readReplaced(db: Db, sealed: string | null, now: number): Replaced[] {
  const text = sealed === null ? null : openIn(db, SESSION_ID, sealed)
  // A program of before has kept the session alone.
  if (!text?.startsWith('[')) return []
  const all = JSON.parse(text) as Replaced[]
  return all.filter(([, , until]) => now <= until)
}

/**
 * The sessions of before, sealed, once another takes the place of the current one. That which the browser shows stays,
 * however many were given since: where no answer reaches it, it has no other.
 */
function replacedBy(db: Db, id: string, shown: string | undefined, now: number): string | null {
  const row = sql(db, `SELECT ${columns} FROM device WHERE id = ?`).get(id) as Row | undefined
  const current = row && openIn(db, SESSION_ID, row.sessionId)
  if (!row || !current) return null
  const newest: Replaced = [current, now, now + DEVICE_RETRY_GRACE]
  const all = [newest, ...readReplaced(db, row.replaced, now)]
  return sealReplaced(
    db,
    all.filter(([sessionId], place) => place < REPLACED_KNOWN || sessionId === shown),
  )
}

const sealReplaced = (db: Db, all: Replaced[]) => sealIn(db, SESSION_ID, JSON.stringify(all))

/**
 * Has those of before end, but for what tabs send at once: somebody has proven in this browser who they are, and who has
 * copied what it showed until then is not let in with them (session fixation).
 */
export function endReplaced(db: Db, id: string, now = Date.now()): void {
  const row = sql(db, `SELECT ${columns} FROM device WHERE id = ?`).get(id) as Row | undefined
  const all = readReplaced(db, row?.replaced ?? null, now)
  if (all.length === 0) return
  const ending = all.map(
    ([sessionId, at, until]): Replaced => [sessionId, at, Math.min(until, now + DEVICE_AT_ONCE)],
  )
  const text = 'UPDATE device SET previous_session_id = ? WHERE id = ?'
  joining(db, text).run(sealReplaced(db, ending), id)
}

/** @param shown the session that the browser shows, where there is one */
export function updateDevice(
  db: Db,
  id: string,
  { shown, ...change }: Partial<Device> & { shown?: string | undefined },
  now = Date.now(),
): void {
  const { sessionId } = change
  joining(
    db,
    `UPDATE device SET
       previous_session_id = iif(@sessionId IS NULL, previous_session_id, @replaced),
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
    replaced: sessionId === undefined ? null : replacedBy(db, id, shown, now),
    sessionId: sessionId === undefined ? null : sealIn(db, SESSION_ID, sessionId),
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

/** Of an account that signs in there, which the browser shows from now on. */
export function linkAccount(db: Db, deviceId: string, did: string): void {
  transact(db, () => {
    endReplaced(db, deviceId)
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
