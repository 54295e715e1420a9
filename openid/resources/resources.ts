import type { Flow } from '../../actors/auth/flow.ts'
import type { OpenidResource } from '../../database/flow/openid_resource.ts'

/** Scopes with spaces between, by the one spelling of the address of a protected resource. */
export type ByResource = Record<string, string>

/** The one spelling of an address; null of what is none. */
export const resourceId = (indicator: string): string | null => URL.parse(indicator)?.href ?? null

export async function findResource(flow: Flow, indicator: string): Promise<OpenidResource | null> {
  const id = resourceId(indicator)
  return id === null ? null : flow(id).readOpenidResource(id)
}

/**
 * What of it counts: not what was given for a resource that was removed since, also where another is registered
 * by its address, and no scope that it has no more.
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
      if (!resource || resource.registeredAt > since) return []
      const offered = new Set(resource.scope.split(' '))
      const its = scope.split(' ').filter((each) => offered.has(each))
      return its.length > 0 ? [[indicator, its.join(' ')]] : []
    }),
  )
  return Object.fromEntries(found.flat())
}
