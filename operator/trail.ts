import { z } from 'zod'
import { AUDIT_EVENTS, type AuditEvent } from '../base/events.ts'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'

const eventName = z.enum(Object.keys(AUDIT_EVENTS) as [AuditEvent, ...AuditEvent[]])

/** A date or time as typed, in UTC unless it says otherwise. @returns ms since the epoch */
const moment = z.string().transform((typed, context) => {
  const at = Date.parse(/T[\d:.]+$/.test(typed) ? `${typed}Z` : typed)
  if (/^\d{4}-\d\d-\d\d/.test(typed) && !Number.isNaN(at)) return at
  context.addIssue('Give a date or a time, such as 2026-11-26 or 2026-11-26T14:00')
  return z.NEVER
})

/**
 * What happened to accounts and what operators did, the newest first; `next` is the `before` of the next page.
 * Times are milliseconds since the epoch.
 */
export const list = command(
  z.strictObject({
    event: eventName.optional(),
    account: accountName.optional(),
    by: z.string().optional(),
    search: z.string().optional(),
    address: z.string().optional(),
    since: moment.optional(),
    until: moment.optional(),
    before: z.int().optional(),
    limit: z.int().min(1).max(1_000).default(100),
  }),
  async ({ services }, { account, by, search: text, limit, ...filter }) => {
    // An account that is no more still stands in what operators did.
    const did =
      account === undefined || account.startsWith('did:')
        ? account
        : (await findAccount(services, account)).did
    const events = await services.actors.directory.listEvents(
      { ...filter, did, operator: by, text },
      limit,
    )
    return { events, next: events.length === limit ? (events.at(-1)?.id ?? null) : null }
  },
)
