import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { Flow } from '../../actors/auth/flow.ts'
import { OPENID_ACCESS_TOKEN } from '../../base/lifetimes.ts'
import { OFFLINE } from '../claims/claims.ts'
import { findResource } from './resources.ts'

/**
 * What the provider asks of a resource. A token for one is a JWT (RFC 9068), which anybody verifies by the
 * published keys; it is good for nothing here.
 */
export function resourceServers(flow: Flow) {
  return async ({ oidc }: KoaContextWithOIDC, indicator: string): Promise<ResourceServer> => {
    const resource = await findResource(flow, indicator)
    if (!resource) {
      const named = printable(indicator)
      throw new errors.InvalidTarget(`No such protected resource is registered: ${named}`)
    }
    const { scope, audience, alg } = resource
    const isForToken = oidc.route === 'token'
    if (isForToken) assertSomething(oidc, indicator)
    if (!isForToken) askForUsual(oidc.params as Asked, scope)
    return {
      ...{ scope, audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: alg as 'RS256' } } },
      accessTokenTTL: OPENID_ACCESS_TOKEN / 1_000,
    }
  }
}

/** Characters of an address, at most, in a description. */
const LONGEST = 200

/** What a description may have (RFC 6749 section 4.1.2.1). */
const printable = (text: string) => text.replace(/[^ !#-[\]-~]/g, '').slice(0, LONGEST)

type Asked = { scope?: string | undefined }

/**
 * RFC 6749 section 3.3: one who names no scope gets the usual ones. To go on while the person is away is none: agents ask
 * for it also where they know no scope of the resource.
 */
function askForUsual(params: Asked, usual: string): void {
  const { scope } = params
  if (scope === undefined) params.scope = usual
  else if (scope === OFFLINE) params.scope = `${usual} ${OFFLINE}`
}

/**
 * An API may take a token for it that has no scope for one that may do all.
 *
 * @throws {errors.InvalidTarget | errors.InvalidScope} where the token would have none
 */
function assertSomething({ entities, params, requestParamScopes }: Oidc, indicator: string): void {
  const {
    Grant: grant,
    AuthorizationCode: code,
    RefreshToken: refresh,
    DeviceCode: device,
  } = entities
  const source = code ?? refresh ?? device
  if (!source || !grant?.getResourceScopeFiltered(indicator, source.scopes)) {
    throw new errors.InvalidTarget('Nothing was granted for this resource')
  }
  const { scope } = params as { scope?: string }
  if (scope && !grant.getResourceScopeFiltered(indicator, requestParamScopes)) {
    throw new errors.InvalidScope('none of the scopes is of this resource', scope)
  }
}

type Oidc = KoaContextWithOIDC['oidc']
