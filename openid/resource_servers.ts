import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { Flow } from '../actors/auth/flow.ts'
import { OPENID_ACCESS_TOKEN } from '../base/lifetimes.ts'
import { findResource } from './resources.ts'

/**
 * What the provider asks of a resource. A token for one is a JWT (RFC 9068), which anybody verifies by the
 * published keys; it is good for nothing here.
 */
export function resourceServers(flow: Flow) {
  return async ({ oidc }: KoaContextWithOIDC, indicator: string): Promise<ResourceServer> => {
    const resource = await findResource(flow, indicator)
    if (!resource) throw new errors.InvalidTarget('No such protected resource is registered')
    const { scope, audience, alg } = resource
    const isForToken = oidc.route === 'token'
    const granted = oidc.entities.Grant?.getResourceScopeFiltered(indicator, scope.split(' '))
    if (isForToken && !granted) {
      throw new errors.InvalidTarget('Nothing was granted for this resource')
    }
    // RFC 6749 section 3.3: one who names no scope gets the usual ones.
    if (!isForToken && oidc.params) oidc.params.scope ??= scope
    return {
      ...{ scope, audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: alg as 'RS256' } } },
      accessTokenTTL: OPENID_ACCESS_TOKEN / 1_000,
    }
  }
}
