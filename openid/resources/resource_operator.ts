import { askEach, type Flow } from '../../actors/auth/flow.ts'
import { Refusal } from '../../base/errors.ts'
import type { OperatorContext } from '../../operator/command.ts'
import type { Services } from '../../sagas/services/services.ts'
import { OPENID_SCOPES } from '../claims/claims.ts'
import { resourceId } from './resources.ts'

/** What the operator decides about protected resources. */
export function createResourceOperator(
  flow: Flow,
  { settings, pdses }: Pick<Services, 'settings' | 'pdses'>,
): OperatorContext['openid']['resources'] {
  /** RFC 8707 section 2: an absolute URI without a fragment. */
  async function idOf(address: string): Promise<string> {
    const id = resourceId(address)
    if (id === null || address.includes('#')) {
      throw invalid(`${address} is no absolute URI without a fragment`)
    }
    const { protocol, origin } = new URL(id)
    await pdses.refresh()
    const own = [settings.publicUrl, ...pdses.all.map(({ url }) => url)]
    if (protocol === 'did:' || own.includes(origin)) {
      throw invalid(`${address} is a PDS or this service, whose tokens are others`)
    }
    return id
  }

  return {
    async register(address, { name, scopes, alg }) {
      const id = await idOf(address)
      const taken = scopes.filter((scope) => OPENID_SCOPES.includes(scope) || scope === 'atproto')
      if (taken.length > 0) throw invalid(`${taken.join(', ')}: a scope of this service`)
      const registeredAt = Date.now()
      const scope = [...new Set(scopes)].join(' ')
      const before = await flow(id).readOpenidResource(id)
      await flow(id).upsertOpenidResource({ id, audience: address, name, scope, alg, registeredAt })
      return { isNew: before === null }
    },
    async list() {
      const all = await askEach(flow, settings.authActors, (owner) => owner.listOpenidResources())
      return all
        .flat()
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id: _, audience: address, name, scope, alg, registeredAt }) => ({
          ...{ address, name, scopes: scope.split(' '), alg, registeredAt },
        }))
    },
    async find(address) {
      const id = resourceId(address)
      const found = id === null ? null : await flow(id).readOpenidResource(id)
      if (!found || id === null) return null
      const { audience, name, scope, alg, registeredAt } = found
      return { address: audience, name, scopes: scope.split(' '), alg, registeredAt }
    },
    async remove(address) {
      const id = resourceId(address)
      if (id !== null) await flow(id).deleteOpenidResource(id)
    },
  }
}

function invalid(why: string): Refusal {
  return new Refusal('InvalidRequest', `Not a protected resource: ${why}`)
}
