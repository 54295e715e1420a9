import { z } from 'zod'
import { assertNewPassword, NEW_PASSWORD_MIN_LENGTH } from '../passwords/new_password.ts'
import { deleteAccount, takeDownAccount } from '../sagas/account_life.ts'
import { signUp } from '../sagas/sign_up.ts'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'

const MAX_PAGE = 500

const anAccount = z.strictObject({ account: accountName })

/** Names only, in the order of the DIDs; `next` is the `after` of the next page. */
export const list = command(
  z.strictObject({
    search: z.string().optional(),
    after: z.string().default(''),
    limit: z.int().min(1).max(MAX_PAGE).default(MAX_PAGE),
  }),
  async ({ services }, { search, after, limit }) => {
    const { directory } = services.actors
    const accounts = search
      ? await directory.searchAccounts(search.toLowerCase(), after, limit)
      : await directory.listAccounts(after, limit)
    return { accounts, next: accounts.length === limit ? (accounts.at(-1)?.did ?? null) : null }
  },
)

export const show = command(anAccount, async ({ services }, input) => {
  const account = await findAccount(services, input.account)
  const handle = services.actors.account(account.did)
  const [sessions, legacySessions, appPasswords, invite] = await Promise.all([
    handle.listSessions(),
    handle.listLegacySessions(Date.now()),
    handle.listAppPasswords(),
    services.actors.directory.findInviteUsedBy(account.did),
  ])
  return {
    ...account,
    sessions: sessions.length + legacySessions.length,
    appPasswords: appPasswords.length,
    invitedWith: invite?.code ?? null,
  }
})

/** As a sign-up, but without an invite code and free to take a reserved name. */
export const create = command(
  z.strictObject({ handle: z.string(), email: z.string(), password: z.string() }),
  ({ services }, input) =>
    signUp(services, input, {
      invite: 'not needed',
      reservedHandles: 'allowed',
      minPasswordLength: NEW_PASSWORD_MIN_LENGTH,
      provenDid: null,
    }),
)

/** Signs everybody out, too; app passwords end unless they are to be kept. */
export const resetPassword = command(
  z.strictObject({
    account: accountName,
    password: z.string(),
    keepAppPasswords: z.boolean().default(false),
  }),
  async ({ services }, input) => {
    assertNewPassword(input.password, NEW_PASSWORD_MIN_LENGTH)
    const { did, handle } = await findAccount(services, input.account)
    const appPasswords = input.keepAppPasswords ? 'kept' : 'ended'
    await services.actors.account(did).changePassword(input.password, appPasswords)
    return { did, handle }
  },
)

/** @param ref what to remember of the reason; null lifts the takedown */
export const takeDown = command(
  z.strictObject({ account: accountName, ref: z.string().min(1).nullable() }),
  async ({ services }, input) => {
    const { did, handle } = await findAccount(services, input.account)
    await takeDownAccount(services, did, input.ref)
    return { did, handle }
  },
)

export const remove = command(anAccount, async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  await deleteAccount(services, did)
  return { did, handle }
})

/** The newest entries of the audit trail, newest first. */
export const audit = command(
  z.strictObject({ account: accountName, limit: z.int().min(1).max(10_000).default(50) }),
  async ({ services }, input) => {
    const { did } = await findAccount(services, input.account)
    return { entries: await services.actors.account(did).listAudit(input.limit) }
  },
)
