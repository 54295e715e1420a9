import type { Client } from '@atproto/oauth-provider/hooks'
import { decodeProtectedHeader, errors } from 'jose'

type Verify = (token: string, options: object) => Promise<unknown>

/**
 * Refuses assertions and request objects that name their key by anything but a string. jose takes the client's only
 * key for each such name, and a session that is bound to one finds no key of that name among the client's later.
 *
 * RFC 7515 section 4.1.4: "Its value MUST be a case-sensitive string."
 */
export function withNamedKeys(client: Client): Client {
  const { jwtVerify } = client as unknown as { jwtVerify: Verify }
  const strict: Verify = async (token, options) => {
    const verified = await jwtVerify.call(client, token, options)
    const { kid } = decodeProtectedHeader(token)
    if (kid === undefined || typeof kid === 'string') return verified
    throw new errors.JWSInvalid('"kid" (Key ID) Header Parameter must be a string')
  }
  return Object.assign(client, { jwtVerify: strict })
}
