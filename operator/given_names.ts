import { Refusal } from '../base/errors.ts'
import { emailFault } from '../identity/email_rules.ts'
import { readSubject } from '../identity/subject.ts'
import type { Services } from '../sagas/services/services.ts'

/** What is said of a new handle or address is for the operator here, who can type another one at once. */

/** @throws {Refusal} InvalidHandle where it has no domain */
export function assertWholeHandle({ handles }: Pick<Services, 'handles'>, typed: string): void {
  const whole = handles.complete(typed)
  if (typed.includes('.') || whole === typed) return
  throw new Refusal(
    'InvalidHandle',
    `${typed} is no whole handle: give its domain, too, such as ${whole}`,
  )
}

/** For a new account. @throws {Refusal} UnsupportedDomain, too */
export function assertOwnHandle({ handles }: Pick<Services, 'handles'>, typed: string): void {
  assertWholeHandle({ handles }, typed)
  if (handles.isOurs(readSubject(typed).name)) return
  throw new Refusal(
    'UnsupportedDomain',
    `${typed} is no handle of this service: those end in ${handles.domains.join(', ')}`,
  )
}

const FAULTS = {
  'no address': 'is no e-mail address: give one such as alice@example.com',
  disposable: 'is an address to throw away: give another one',
}

/** @throws {Refusal} InvalidEmail */
export function assertEmail(typed: string): void {
  const fault = emailFault(typed)
  if (fault) throw new Refusal('InvalidEmail', `${typed} ${FAULTS[fault]}`)
}
