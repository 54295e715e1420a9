import type { Basis } from '../../actors/account/basis.ts'
import { requireToken } from '../../actors/account/email.ts'
import { Refusal } from '../../base/errors.ts'
import { outlasting } from '../../base/time/in_time.ts'
import { undoing } from '../../base/work/undoing.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { EmailChange } from '../../database/directory/email_change.ts'
import { normalizeEmail } from '../../identity/email_rules.ts'
import type { Occasion } from '../../mail/occasion.ts'
import { requireAccount } from '../accounts/accounts.ts'
import { sendEmailCode } from '../notices/email_code.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import type { Settlement } from '../sign_up/sign_up.ts'

/**
 * Changes an account's e-mail address. The directory holds the new one first and the old one stays
 * taken until the end, so that an address never belongs to two accounts; the account's own records
 * decide.
 *
 * @param token the code that went to the old address, needed once that was confirmed
 * @throws {Refusal} EmailTaken, TokenRequired, InvalidToken, ExpiredToken, InvalidRequest, SignedOut
 */
export async function changeEmail(
  services: Services,
  did: string,
  newEmail: string,
  token: string | null,
  basis: Basis,
): Promise<AccountRow> {
  const account = services.actors.account(did)
  const { emailConfirmedAt } = await requireAccount(services, did)
  // Before it is said whether somebody else has the address.
  if (emailConfirmedAt !== null) requireToken(token)
  if (token) await account.checkEmailToken('update_email', token)
  const record = (email: string) => account.changeEmail(email, token, basis)
  return change(services, did, newEmail, record, occasionNow())
}

/**
 * Sends the code that a change of address needs, to the address in use once that was confirmed.
 *
 * @param locale BCP 47 tag
 * @throws {Refusal} SignedOut, RateLimitExceeded
 * @throws {MailError}
 */
export async function requestEmailChange(
  services: Services,
  account: AccountRow,
  locale: string | undefined,
  basis: Basis,
): Promise<{ tokenRequired: boolean }> {
  const tokenRequired = account.emailConfirmedAt !== null
  if (tokenRequired) await sendEmailCode(services, account, 'update_email', locale, basis)
  return { tokenRequired }
}

/** Changes the address without a code: for the operator. @throws {Refusal} EmailTaken */
export async function setEmail(services: Services, did: string, newEmail: string): Promise<void> {
  const record = (email: string) => services.actors.account(did).setEmail(email)
  await change(services, did, newEmail, record, null)
}

/** Finishes a change that was interrupted when the account has the new address, else undoes it. */
export async function settleEmailChange(
  { actors }: Services,
  { did, newEmail, createdAt }: EmailChange,
): Promise<Settlement> {
  if ((await actors.account(did).read())?.email === newEmail) {
    await actors.directory.completeEmailChange(did, newEmail)
    return 'finished'
  }
  // Another auth actor may have begun it again.
  await actors.directory.abandonEmailChange(did, createdAt)
  return 'given up'
}

async function change(
  services: Services,
  did: string,
  newEmail: string,
  record: (email: string) => Promise<AccountRow>,
  occasion: Occasion | null,
): Promise<AccountRow> {
  const email = normalizeEmail(newEmail)
  const { directory } = services.actors
  const before = await services.actors.account(did).read()
  const { createdAt } = await directory.reserveEmail(did, email).catch((err) => {
    if (!(err instanceof Refusal && err.code === 'EmailTaken')) throw err
    throw new Refusal(
      'EmailTaken',
      'This email address is already in use, please use a different email.',
    )
  })
  return outlasting(async () => {
    const changed = await undoing(
      () => record(email),
      // Where even that fails, the change stays on record and is settled later.
      () => settleEmailChange(services, { did, newEmail: email, createdAt }),
    )
    if (before) tellFormerOwner(services, before, changed, occasion)
    await directory.completeEmailChange(did, email).catch((err) => {
      if (err instanceof Refusal) throw err
      // It is on record. To ask for it again would need another code.
      services.log.warn({ err, did }, 'a change of address was left for later')
    })
    return changed
  })
}

/** Who reads the mails of the address of before may not be the one who changed it. */
function tellFormerOwner(
  services: Services,
  before: AccountRow,
  now: AccountRow,
  occasion: Occasion | null,
): void {
  if (before.email !== now.email) notify(services, 'emailChanged', before, occasion)
  const hasLostFactor = before.emailAuthFactor && !now.emailAuthFactor
  const about = { factor: 'mail' } as const
  if (hasLostFactor) notify(services, 'factorRemoved', before, occasion, { about })
}
