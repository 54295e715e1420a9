import { type DidResolver, PoorlyFormattedDidDocumentError } from '@atproto/identity'
import { hasManyValues } from '../base/values/value_bounds.ts'

/**
 * Has the resolver count the values of a DID document before it validates them. Whose document it is chooses what it
 * says, and how often it is asked for.
 */
export function resolveFewValues(resolver: DidResolver): void {
  const validate = resolver.validateDidDoc.bind(resolver)
  resolver.validateDidDoc = (did, document) => {
    if (hasManyValues(document)) throw new PoorlyFormattedDidDocumentError(did, null)
    return validate(did, document)
  }
}
