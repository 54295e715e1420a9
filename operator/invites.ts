import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { readPosition } from '../database/directory/invite.ts'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'

const MAX_PAGE = 500

/** Codes that belong to no account, or to the account that is named. */
export const create = command(
  z.strictObject({
    count: z.int().min(1).max(1000).default(1),
    uses: z.int().min(1).max(1_000_000).default(1),
    account: accountName.optional(),
  }),
  async ({ services }, { count, uses, account }) => {
    const owner = account === undefined ? 'admin' : (await findAccount(services, account)).did
    const created = await services.actors.directory.createInviteCodes({
      host: new URL(services.settings.publicUrl).hostname,
      count,
      useCount: uses,
      forAccounts: [owner],
      createdBy: 'admin',
    })
    return { codes: created.flatMap(({ codes }) => codes) }
  },
)

/** The newest first, with who came by each; `next` is the `after` of the next page. */
export const list = command(
  z.strictObject({
    usable: z.boolean().default(false),
    account: accountName.optional(),
    after: z.string().optional(),
    limit: z.int().min(1).max(MAX_PAGE).default(MAX_PAGE),
  }),
  async ({ services }, { usable, account, after, limit }) => {
    const position = after === undefined ? null : readPosition(after)
    if (after !== undefined && !position) {
      throw new Refusal('InvalidRequest', `No page begins after ${after}: begin the list anew`)
    }
    const of = account === undefined ? undefined : (await findAccount(services, account)).did
    const filter = { of, usable, after: position, limit }
    return services.actors.directory.listShownInvites(filter)
  },
)

/** Takes the codes, and all codes of the accounts, out of use. */
export const disable = command(
  z.strictObject({
    codes: z.array(z.string()).default([]),
    accounts: z.array(accountName).default([]),
  }),
  async ({ services }, input) => {
    const accounts: string[] = []
    for (const name of input.accounts) accounts.push((await findAccount(services, name)).did)
    await services.actors.directory.disableInviteCodes({ codes: input.codes, accounts })
    return {}
  },
)
