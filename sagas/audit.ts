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
