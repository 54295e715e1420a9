import type Provider from 'oidc-provider'
import { OPENID_SCOPES } from '../claims/claims.ts'

type Metadata = { scope?: unknown }
type Schema = new (metadata: Metadata, ...others: unknown[]) => object

/**
 * Clients name the scopes of protected resources, too, where they say what they will ask for (RFC 7591 section 2); the
 * provider takes its own alone. So it looks at those, and keeps all: a client that names none of the provider's
 * gets none of them. Whether one is given for a resource is looked at when it is asked for.
 */
export function takeScopesOfResources(provider: Provider): void {
  const client = provider.Client as unknown as { Schema: Schema }
  const { Schema } = client
  const value = class extends Schema {
    constructor(metadata: Metadata, ...others: unknown[]) {
      super(withOwnScopes(metadata), ...others)
      if (typeof metadata.scope === 'string') Object.assign(this, { scope: metadata.scope })
    }
  }
  Object.defineProperty(client, 'Schema', { value })
}

function withOwnScopes(metadata: Metadata): Metadata {
  const { scope, ...others } = metadata
  if (typeof scope !== 'string') return metadata
  const own = scope.split(' ').filter((each) => OPENID_SCOPES.includes(each))
  return own.length > 0 ? { ...others, scope: own.join(' ') } : others
}
