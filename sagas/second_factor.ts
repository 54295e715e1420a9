import type { Login } from '../actors/account/passwords.ts'
import type { Basis } from '../actors/account/standing.ts'
import { Refusal } from '../base/errors.ts'
import { noteSentCode } from '../http/attempt.ts'
import { sendEmailCode } from './email_code.ts'
import type { Services } from './services.ts'

/** What an account asks for besides its password. */
export type SecondFactor = {
  type: 'sign-in code'
  /** `a***@example.com`: enough to know which mailbox to open. */
  hint: string
}

/** A sign-in whose password was right, for a second step that follows. */
export type FirstStep = { did: string; basis: Basis }

/** The password was right, and a second factor is still missing. */
export class SecondFactorRequired extends Refusal {
  readonly factor: SecondFactor
  readonly first: FirstStep

  constructor(first: FirstStep, factor: SecondFactor, message: string) {
    super('AuthFactorTokenRequired', message, { did: first.did })
    this.factor = factor
    this.first = first
  }
}

/**
 * Requires the second factor of an account that has one. Without a code in the request, one is sent.
 *
 * @param given.locale BCP 47 tag
 * @throws {SecondFactorRequired} when there is no code
 * @throws {Refusal} InvalidToken, ExpiredToken, with the DID and the hint in `detail`; RateLimitExceeded, SignedOut
 * @throws {MailError}
 */
export async function requireSecondFactor(
  services: Services,
  { account, basis }: Login,
  given: { code?: string | undefined; locale?: string | undefined },
): Promise<void> {
  if (!account.emailAuthFactor) return
  const { did, email } = account
  if (!given.code) {
    await sendEmailCode(services, account, 'sign_in', given.locale, basis)
    noteSentCode()
    const factor = { type: 'sign-in code', hint: hint(email) } as const
    throw new SecondFactorRequired(
      { did, basis },
      factor,
      'A sign in code has been sent to your email address',
    )
  }
  try {
    await services.actors.account(did).spendEmailToken('sign_in', given.code, basis)
  } catch (err) {
    if (isWrongCode(err)) {
      throw new Refusal(err.code, err.message, { ...err.detail, did, hint: hint(email) })
    }
    throw err
  }
}

/** Whether a sign-in code was given, but a wrong one. */
export function isWrongCode(err: unknown): err is Refusal {
  return err instanceof Refusal && (err.code === 'InvalidToken' || err.code === 'ExpiredToken')
}

function hint(email: string): string {
  const [name = '', domain = ''] = email.split('@')
  return `${name.slice(0, 1)}***@${domain}`
}
