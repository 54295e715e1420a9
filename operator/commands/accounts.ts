import pLimit from 'p-limit'
import { Refusal, UnavailableError } from '../../base/errors.ts'
import { isDid } from '../../base/values/did.ts'
import { type AccountRow, accountStatus } from '../../database/account/profile.ts'
import type { DirectoryEntry } from '../../database/directory/account.ts'
import { NEW_PASSWORD_MIN_LENGTH } from '../../passwords/new_password.ts'
import { searchAccounts } from '../../sagas/accounts/account_search.ts'
import { forOperator } from '../../sagas/notices/audit.ts'
import { signUp } from '../../sagas/sign_up/sign_up.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { assertEmail, assertOwnHandle } from '../given_names.ts'
import { inputs } from '../inputs/index.ts'

const STANDINGS_AT_ONCE = 16

/** How an account stands, in a word. */
export type AccountStanding =
  | 'active'
  | 'deactivated'
  | 'to be deleted'
  | 'taken down'
  | 'no records'
  | 'unavailable'

/**
 * In the order of the DIDs; `next` is the `after` of the next page. Without `standing`, which asks
 * every account, there are names only.
 */
export const list = command(
  inputs['account/list'],
  async ({ services }, { search, after, limit, standing }) => {
    const { directory } = services.actors
    const { accounts, next } = await searchAccounts(directory, search, after, limit)
    const atOnce = pLimit(STANDINGS_AT_ONCE)
    const standings = standing
      ? await atOnce.map(accounts, async ({ did }) =>
          services.actors.account(did).read().then(standingOf, unavailable),
        )
      : []
    return {
      accounts: accounts.map((entry, i): DirectoryEntry & { standing?: AccountStanding } => {
        const found = standings[i]
        return found === undefined ? entry : { ...entry, standing: found }
      }),
      next,
    }
  },
)

/** One that is damaged is no reason to name none of the others. */
function unavailable(err: unknown): AccountStanding {
  if (err instanceof UnavailableError) return 'unavailable'
  throw err
}

function standingOf(account: AccountRow | null): AccountStanding {
  if (!account) return 'no records'
  const status = accountStatus(account)
  if (status === 'takendown') return 'taken down'
  return account.deleteAfter === null ? status : 'to be deleted'
}

export const show = command(inputs['account/show'], async ({ services }, input) => {
  const account = await findAccount(services, input.account)
  const handle = services.actors.account(account.did)
  const [sessions, legacySessions, appPasswords, invitations] = await Promise.all([
    handle.listSessions(),
    handle.listLegacySessions(Date.now()),
    handle.listAppPasswords(),
    services.actors.directory.readInvitations(account.did),
  ])
  const { by } = invitations
  return {
    ...account,
    sessions: sessions.length + legacySessions.length,
    appPasswords: appPasswords.length,
    invitedWith: by?.code ?? null,
    invitedBy: by && isDid(by.account) ? { did: by.account, handle: by.handle } : null,
    invited: invitations.count,
    newestInvited: invitations.newest,
  }
})

/** As a sign-up, but without an invite code and free to take a reserved name. */
export const create = command(inputs['account/create'], async ({ services }, input) => {
  assertOwnHandle(services, input.handle)
  assertEmail(input.email)
  const { account } = await signUp(services, input, {
    invite: 'not needed',
    captcha: 'not needed',
    reservedHandles: 'allowed',
    credential: 'password',
    minPasswordLength: NEW_PASSWORD_MIN_LENGTH,
    provenDid: null,
  }).catch((err) => {
    throw err instanceof Refusal && err.code === 'SignUpClosed' ? noPdsOpen() : err
  })
  return account
})

const noPdsOpen = () =>
  new Refusal(
    'SignUpClosed',
    'No PDS takes new accounts: `vestibule pds list` shows which is closed or full, and `vestibule pds open` opens one',
  )

/** The newest entries of the audit trail, newest first. */
export const audit = command(inputs['account/audit'], async ({ services }, input) => {
  const { did } = await findAccount(services, input.account)
  return { entries: forOperator(await services.actors.account(did).listAudit(input.limit)) }
})
