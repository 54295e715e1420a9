import { type DidResolver, PoorlyFormattedDidDocumentError } from '@atproto/identity'
import { hasManyValues } from '../base/values/value_bounds.ts'

/** Characters of one as JSON. An operation of PLC has 7,500 bytes at most. */
const LONGEST = 50_000

/**
 * Has the resolver refuse a DID document that is long, or has many values, before it validates them. Whose document it is
 * chooses what it says, and how often it is asked for; it is kept, and told with each session.
 */
export function resolveShortDocuments(resolver: DidResolver): void {
  const validate = resolver.validateDidDoc.bind(resolver)
  resolver.validateDidDoc = (did, document) => {
    if (hasManyValues(document) || isLong(document)) {
      throw new PoorlyFormattedDidDocumentError(did, null)
    }
    return validate(did, document)
  }
}

/** Only of a document of few values: one of many may be nested more deeply than `JSON.stringify` goes. */
const isLong = (document: unknown) => JSON.stringify(document ?? null).length > LONGEST
