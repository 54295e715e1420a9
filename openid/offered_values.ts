import type Provider from 'oidc-provider'
import { isSelfRegistered } from './registration.ts'

type Metadata = { client_id?: unknown }
type Given = [metadata: Metadata, ctx?: unknown, isCustom?: boolean, isNarrowed?: boolean]
type Schema = new (...given: Given) => object

/**
 * A client that registers itself says all that it can do, such as a grant that other servers offer. It is registered with
 * what there is here of that, and told so (RFC 7591 section 3.2.1); the provider would refuse it for the rest, as it does
 * to no document of a client.
 */
export function takeWhatIsOffered(provider: Provider): void {
  const client = provider.Client as unknown as { Schema: Schema }
  const { Schema } = client
  const value = class extends Schema {
    constructor(...[metadata, ctx, isCustom, isNarrowed]: Given) {
      const isOwn = isSelfRegistered(String(metadata.client_id))
      super(metadata, ctx, isCustom, isNarrowed || isOwn)
    }
  }
  Object.defineProperty(client, 'Schema', { value })
}
