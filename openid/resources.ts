import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { Flow } from '../actors/auth/flow.ts'
import { OPENID_ACCESS_TOKEN } from '../base/lifetimes.ts'
import type { OpenidResource } from '../database/flow/openid_resource.ts'

/** Scopes with spaces between, by the address of a protected resource as a client gave it. */
export type ByResource = Record<string, string>

/** The one spelling of an address; null of what is none. */
export const resourceId = (indicator: string): string | null => URL.parse(indicator)?.href ?? null

export async function findResource(flow: Flow, indicator: string): Promise<OpenidResource | null> {
  const id = resourceId(indicator)
  return id === null ? null : flow(id).readOpenidResource(id)
}

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

/**
 * What of it counts: not what was given for a resource that was removed since, also where another is registered
 * by its address.
 *
 * @param since when it was given, ms
 */
export async function stillRegistered(
  flow: Flow,
  given: ByResource,
  since: number,
): Promise<ByResource> {
  const found = await Promise.all(
    Object.entries(given).map(async ([indicator, scope]) => {
      const resource = await findResource(flow, indicator)
      return resource && resource.registeredAt <= since ? [[indicator, scope]] : []
    }),
  )
  return Object.fromEntries(found.flat())
}
