import { InvalidRequestError } from '@atproto/xrpc-server'
import { method } from '../method.ts'

/** The tokens of this entryway carry their scopes; it never issues a reference. */
export default method('com.atproto.temp.dereferenceScope', {
  handler: async () => {
    throw new InvalidRequestError('Unknown scope reference', 'InvalidScopeReference')
  },
})
