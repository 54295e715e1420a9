import { networkOf, siteOf } from '../../base/values/network.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { RouteShape } from '../../http/routes/route.ts'
import { readSubject } from '../../identity/subject.ts'
import type { Subject } from './limit.ts'

/** Whom a request counts for, or null where it names no account. */
export function subjectOf(per: Subject, account: string | null, address: string): string | null {
  switch (per) {
    case 'everybody':
      return ''
    case 'address':
      return networkOf(address)
    case 'site':
      return siteOf(address)
    case 'account':
      return account
    case 'account at address':
      return account === null ? null : `${account}\n${networkOf(address)}`
  }
}

/**
 * The account that a request is about, by the name that it gives: if its handle and its e-mail
 * address shared a counter, the counter would tell that they belong together.
 */
export function accountOf(
  request: HttpRequest,
  { account, isUnnamed, readAccount = (typed) => typed }: RouteShape,
): string | null {
  const name = account && request.parameter(account)
  return name === undefined || isUnnamed?.(request) ? null : readSubject(readAccount(name)).name
}
