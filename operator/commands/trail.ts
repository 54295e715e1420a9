import { isDid } from '../../base/values/did.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { inputs } from '../inputs/index.ts'

/**
 * What happened to accounts and what operators did, the newest first; `next` is the `before` of the next page.
 * Times are milliseconds since the epoch.
 */
export const list = command(
  inputs.trail,
  async ({ services }, { account, by, search: text, limit, ...filter }) => {
    // An account that is no more still stands in what operators did.
    const did =
      account === undefined || isDid(account) ? account : (await findAccount(services, account)).did
    const events = await services.actors.directory.listEvents(
      { ...filter, did, operator: by, text },
      limit,
    )
    const shown = events.map(({ id, at, event, did: of, handle, ...more }) => ({
      ...{ id, at, event, account: of === null ? null : { did: of, handle } },
      ...more,
    }))
    return { events: shown, next: events.length === limit ? (events.at(-1)?.id ?? null) : null }
  },
)
