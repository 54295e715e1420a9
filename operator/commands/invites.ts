import { Refusal } from '../../base/errors.ts'
import { readPosition } from '../../database/directory/invite.ts'
import { createInvites } from '../../sagas/sign_up/invites.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { inputs } from '../inputs/index.ts'

/** Codes that belong to no account, or to the account that is named. */
export const create = command(
  inputs['invite/create'],
  async ({ services }, { count, uses, account }) => {
    const owner = account === undefined ? null : await findAccount(services, account)
    const forAccounts = owner ? [owner.did] : undefined
    const created = await createInvites(services, { count, useCount: uses, forAccounts })
    return { codes: created.flatMap(({ codes }) => codes) }
  },
)

/** The newest first, with who came by each; `next` is the `after` of the next page. */
export const list = command(
  inputs['invite/list'],
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

/** Takes the codes, and all codes of the accounts, out of use; none where one of them is unknown. */
export const disable = command(inputs['invite/disable'], async ({ services }, input) => {
  const accounts: string[] = []
  for (const name of input.accounts) accounts.push((await findAccount(services, name)).did)
  if (input.codes.length === 0 && accounts.length === 0) {
    throw new Refusal('InvalidRequest', 'Name the codes, or the accounts whose codes they are')
  }
  const { directory } = services.actors
  for (const code of input.codes) {
    if (await directory.readInviteCode(code)) continue
    const message = `No invite code ${code} here; \`vestibule invite list\` shows them`
    throw new Refusal('InvalidInviteCode', message)
  }
  await directory.disableInviteCodes({ codes: input.codes, accounts })
  return {}
})
