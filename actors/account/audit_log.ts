import { logEvent } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { hearAudit } from '../../database/account/audit.ts'
import type { Db } from '../../database/database.ts'
import { requester } from '../../http/requester.ts'

/**
 * Has each entry of an account's audit trail be a line of the log, from now on. Where an entry does not say
 * from which address it was, that of the request is taken, if it is answered in this process.
 */
export function logAudit(db: Db, did: string, log: Log): void {
  hearAudit(db, ({ event, detail }) => {
    const address = detail.address ?? detail.operatorAddress ?? requester()?.address
    logEvent(log, event, { ...detail, did }, address as string | undefined)
  })
}
