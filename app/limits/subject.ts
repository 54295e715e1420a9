import { networkOf } from '../../http/network.ts'
import { readSubject } from '../../identity/subject.ts'
import { type Inspected, parameter } from '../../oauth/checks/check.ts'
import type { Subject } from './table.ts'

/** What the pages' API and the lexicons call an account in the methods that are limited by it. */
const ACCOUNT_PARAMETERS = ['username', 'identifier', 'email', 'did']

/** Whom a request counts for, or null where it names no account. */
export function subjectOf(per: Subject, account: string | null, address: string): string | null {
  switch (per) {
    case 'everybody':
      return ''
    case 'address':
      return networkOf(address)
    case 'account':
      return account
    case 'account at address':
      return account === null ? null : `${account}\n${networkOf(address)}`
  }
}

/**
 * The account that a request is about, by the name that it gives: if its handle and its e-mail address shared
 * a counter, the counter would tell that they belong together.
 */
export function accountOf(inspected: Inspected): string | null {
  const name = ACCOUNT_PARAMETERS.map((given) => parameter(inspected, given)).find(Boolean)
  return name === undefined ? null : readSubject(name).name
}
