import type Provider from 'oidc-provider'
import { OFFLINE } from '../claims/claims.ts'
import { isSelfRegistered } from './registration.ts'

type Metadata = { client_id?: unknown; scope?: unknown; grant_types?: unknown }
type Given = [metadata: Metadata, ctx?: unknown, isCustom?: boolean, isDocument?: boolean]
type Schema = new (...given: Given) => object

/**
 * Takes what a client says of itself where the provider would refuse it.
 *
 * One that registers itself says all that it can do, such as a grant that other servers offer. It is registered with what
 * there is here of that, and told so (RFC 7591 section 3.2.1), as the provider does it for the document of a client.
 *
 * A document may leave out how its client authenticates itself: the Model Context Protocol asks for id, name and
 * redirect URIs alone. What RFC 7591 takes for said then, `client_secret_basic`, is not possible for one
 * (draft-ietf-oauth-client-id-metadata-document-02 section 4.1), so it does not.
 *
 * One that names the scopes that it will ask for often leaves out `offline_access`, and asks for it all the same where the
 * server has it. It has asked for that by its grant.
 */
export function takeOwnMetadata(provider: Provider): void {
  const client = provider.Client as unknown as { Schema: Schema }
  const { Schema } = client
  const value = class extends Schema {
    constructor(...[metadata, ctx, isCustom, isDocument = false]: Given) {
      const isOwn = isDocument || isSelfRegistered(String(metadata.client_id))
      const said = isDocument ? { token_endpoint_auth_method: 'none', ...metadata } : metadata
      super(isOwn ? withOffline(said) : said, ctx, isCustom, isOwn)
    }
  }
  Object.defineProperty(client, 'Schema', { value })
}

function withOffline(metadata: Metadata): Metadata {
  const { scope, grant_types: grants } = metadata
  const isRefreshing = Array.isArray(grants) && grants.includes('refresh_token')
  if (typeof scope !== 'string' || scope === '' || !isRefreshing) return metadata
  return { ...metadata, scope: [...new Set([...scope.split(' '), OFFLINE])].join(' ') }
}
