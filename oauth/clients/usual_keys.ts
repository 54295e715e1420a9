import { InvalidClientMetadataError } from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import { isOfUsualSize, LARGEST_KEY } from '../../base/secrets/key_sizes.ts'

/** Anybody may be a client, with keys of their own. @throws {InvalidClientMetadataError} */
export function assertUsualKeys({ jwks }: Client): void {
  if (jwks === undefined || jwks.keys.every(isOfUsualSize)) return
  throw new InvalidClientMetadataError(`A key of the client is too large: ${LARGEST_KEY}`)
}
