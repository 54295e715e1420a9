import { PROOF_AGAIN } from '../../base/lifetimes.ts'
import { type AuditEntry, listAudit } from '../../database/account/audit.ts'
import type { Db } from '../../database/database.ts'

/** From where something is made, and the id of the form by which; its line in the audit trail keeps both. */
export type MadeBy = {
  address?: string | undefined
  deviceId?: string | undefined
  form?: string | undefined
}

/**
 * What a form has made already: it is sent again because its answer was lost. What is shown once cannot be shown again,
 * so it is made anew, and only while nothing else has happened to the account. To be called in the transaction of that.
 *
 * @returns its line in the audit trail; null where there is none, or others came after it
 */
export function madeBefore(db: Db, { form }: MadeBy): AuditEntry | null {
  const [newest] = listAudit(db, 1)
  if (form === undefined || newest?.detail.form !== form) return null
  return isFresh(newest) ? newest : null
}

/** Whether the last that has happened to an account was done by a form from a device, which may send it again. */
export function maySendAgain(db: Db, deviceId: string): boolean {
  const [newest] = listAudit(db, 1)
  if (newest?.detail.form === undefined || newest.detail.deviceId !== deviceId) return false
  return isFresh(newest)
}

const isFresh = ({ at }: AuditEntry) => Date.now() - at <= PROOF_AGAIN
