import type { AuditEntry } from '../database/account/audit.ts'
import type { Services } from './services.ts'

/** Adds to an account's audit trail, which must not stand in the way of what it records. */
export async function recordAudit(
  { actors, log }: Pick<Services, 'actors' | 'log'>,
  did: string,
  event: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await actors
    .account(did)
    .audit({ at: Date.now(), event, detail })
    .catch((err) => log.error({ err, did, event }, 'audit entry lost'))
}

/** Which operator acted, and from where: that is for operators alone. */
const OF_OPERATORS = ['operator', 'operatorAddress']

/** The trail as the account's owner reads it. */
export function forOwner(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.map(({ detail, ...entry }) => ({
    ...entry,
    detail: Object.fromEntries(
      Object.entries(detail).filter(([name]) => !OF_OPERATORS.includes(name)),
    ),
  }))
}
