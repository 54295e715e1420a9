import type { Secrets } from '../../../base/secrets/secrets.ts'
import type { Proofs } from './proofs.ts'
import type { Storage } from './storage.ts'

/** What the floor's answers are made with. */
export type Floor = {
  /** Its origin. */
  issuer: string
  /** As the service of refresh JWTs, and as the PDS of access tokens. */
  did: string
  pdsDid: string
  secrets: Secrets
  proofs: Proofs
  storage: Storage
}
