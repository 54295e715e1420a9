import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Flow } from '../../actors/auth/flow.ts'
import { isSha256, noSha256 } from '../../oauth/checks/hash_parameters.ts'
import { lostForm } from '../../oauth/requests/form_post.ts'
import { OFFLINE, SCOPE_CLAIMS } from '../claims/claims.ts'
import { requestedBy } from '../interaction/requested.ts'
import { askForOfflineAccess } from '../tokens/offline_access.ts'

/** What is asked of the parameters of a request beside what the provider asks, by their names. */
export const checkedParameters = (flow: Flow) => ({
  response_mode: assertFormArrives,
  code_challenge: assertHash('code_challenge'),
  dpop_jkt: assertHash('dpop_jkt'),
  scope: (ctx: KoaContextWithOIDC) => {
    askForOfflineAccess(ctx)
    return assertScope(flow, ctx)
  },
})

/** The client is told by its address, as without the mode. @throws {errors.InvalidRequest} */
function assertFormArrives({ oidc: { params = {} } }: KoaContextWithOIDC): void {
  const lost = lostForm(params)
  if (!lost) return
  params.response_mode = undefined
  throw new errors.InvalidRequest(lost)
}

/** Nobody signs in to be told afterwards that there is nothing. @throws {errors.InvalidScope} */
async function assertScope(
  flow: Flow,
  { oidc: { params = {} } }: KoaContextWithOIDC,
): Promise<void> {
  const { scopes: all, resources } = await requestedBy(flow, params)
  // To go on while the person is away is nothing by itself.
  const scopes = all.filter((each) => each !== OFFLINE)
  // A code that is asked for with a resource is good for a token of the resource alone.
  const isForResource = [params.resource ?? []].flat().length > 0
  if (resources.length > 0 || (scopes.length > 0 && !isForResource)) return
  const ofResource = 'one of the resource that is asked for'
  const given = `one of ${Object.keys(SCOPE_CLAIMS).join(', ')}, or ${ofResource}`
  const why = `scope has to name ${isForResource ? ofResource : given}`
  throw new errors.InvalidScope(why, String(params.scope ?? ''))
}

/** @throws {errors.InvalidRequest} where nothing could ever have the hash */
const assertHash = (name: string) => (_: unknown, hash: unknown) => {
  if (typeof hash === 'string' && !isSha256(hash)) throw new errors.InvalidRequest(noSha256(name))
}
