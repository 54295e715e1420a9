import type { Verifier } from '../method.ts'
import { type AccessOptions, access, type UserCredentials } from './access.ts'
import { readBearer } from './header.ts'
import { isServiceJwt, service } from './service.ts'

/** The account's owner, by access JWT or through the account's PDS. */
export function user(options: AccessOptions = {}): Verifier<UserCredentials> {
  const byAccessToken = access(options)
  return (call, context) =>
    isServiceJwt(readBearer(call)) ? service(call, context) : byAccessToken(call, context)
}
