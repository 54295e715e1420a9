import type { Flow } from '../../actors/auth/flow.ts'
import type { OpenidConsent } from '../../database/account/openid_consent.ts'
import type { OpenidResource } from '../../database/flow/openid_resource.ts'
import { OPENID_SCOPES } from '../claims/claims.ts'
import { type ByResource, findResource } from '../resources/resources.ts'
import { noteGivenAfter } from '../storage/scope.ts'

/** What a client asks a person for. */
export type Requested = {
  /** About the person. */
  scopes: string[]
  resources: { resource: OpenidResource; scopes: string[] }[]
}

/** @param params of the client's request */
export async function requestedBy(
  flow: Flow,
  { scope, resource: named }: { scope?: unknown; resource?: unknown },
): Promise<Requested> {
  const all = String(scope ?? '')
    .split(' ')
    .filter(Boolean)
  const indicators = [named ?? []].flat().map(String)
  const resources = await Promise.all(
    indicators.map(async (indicator) => {
      const resource = await findResource(flow, indicator)
      if (resource) noteGivenAfter(resource.registeredAt)
      const offered = resource?.scope.split(' ') ?? []
      const scopes = all.filter((each) => offered.includes(each))
      return resource && scopes.length > 0 ? [{ resource, scopes }] : []
    }),
  )
  return {
    scopes: all.filter((each) => OPENID_SCOPES.includes(each)),
    resources: resources.flat(),
  }
}

/** The same as a page says it. */
export function shownResources({ resources }: Requested): { name: string; scopes: string[] }[] {
  return resources.map(({ resource: { name, audience }, scopes }) => {
    const host = URL.parse(audience)?.host || audience
    return { name: name === null ? host : `${name} (${host})`, scopes }
  })
}

/**
 * What a person consents to who allows it. The e-mail address may be refused alone.
 *
 * @param before what was granted already; what was refused of the same scopes counts no more
 */
export function consentTo(
  { scopes, resources }: Requested,
  isEmailRefused: boolean,
  before: Pick<OpenidConsent, 'scope' | 'resources'> = { scope: '', resources: {} },
): OpenidConsent {
  const refused = scopes.filter((each) => each === 'email' && isEmailRefused)
  const all = [...before.scope.split(' ').filter(Boolean), ...scopes]
  const given: ByResource = { ...before.resources }
  for (const { resource, scopes: its } of resources) {
    const { id } = resource
    given[id] = [...new Set([...(given[id]?.split(' ') ?? []), ...its])].join(' ')
  }
  return {
    scope: [...new Set(all)].filter((each) => !refused.includes(each)).join(' '),
    refused: refused.join(' '),
    resources: given,
  }
}
