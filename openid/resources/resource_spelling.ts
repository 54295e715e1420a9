import type Provider from 'oidc-provider'
import { resourceId } from './resources.ts'

type Params = { resource?: unknown }

/** The parameters of a request, as the provider knows them. */
const PARAMS = Symbol('params')

/**
 * Has the provider know a resource by the one spelling of its address, however a client writes it, in a link, a form
 * or a request object: it compares addresses letter by letter, here with what was granted before.
 */
export function spellResources(provider: Provider): void {
  const { prototype } = (provider as unknown as { OIDCContext: { prototype: object } }).OIDCContext
  Object.defineProperty(prototype, 'params', {
    get(this: { [PARAMS]?: Params }) {
      return this[PARAMS]
    },
    set(this: { [PARAMS]?: Params }, params: Params) {
      if ('resource' in params) spellResource(params)
      this[PARAMS] = params
    },
  })
}

/** Also of a request object, whose members take the place of the others. */
function spellResource(params: Params): void {
  let resource = spelled(params.resource)
  Object.defineProperty(params, 'resource', {
    configurable: true,
    enumerable: true,
    get: () => resource,
    set(given: unknown) {
      resource = spelled(given)
    },
  })
}

/** What is no address stays as it is, and is refused. */
function spelled(named: unknown): unknown {
  const spell = (each: unknown) => (typeof each === 'string' ? (resourceId(each) ?? each) : each)
  if (!Array.isArray(named)) return spell(named)
  const all = [...new Set(named.map(spell))]
  return all.length === 1 ? all[0] : all
}
