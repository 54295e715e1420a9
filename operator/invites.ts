import { z } from 'zod'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'

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

export const list = command(
  z.strictObject({ usable: z.boolean().default(false) }),
  async ({ services }, { usable }) => {
    const codes = await services.actors.directory.listInviteCodes()
    return {
      codes: codes.filter(
        (code) => !usable || (!code.disabled && code.uses.length < code.availableUses),
      ),
    }
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
