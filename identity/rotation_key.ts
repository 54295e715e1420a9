import type { Keypair } from '@atproto/crypto'
import { PlcClient } from './plc_client.ts'

/** What became of a DID; `refused` says why in `reason`. */
export type RotationKeyOutcome =
  | { did: string; outcome: 'present' | 'added' | 'no signer' | 'elsewhere' }
  | { did: string; outcome: 'failed'; reason: string }

/**
 * Sees that a key is among the rotation keys of DIDs in PLC; asking again changes nothing.
 *
 * @see https://web.plc.directory/spec/v0.1/did-plc
 */
export class RotationKeys {
  readonly #client: PlcClient
  readonly #key: string
  readonly #signers: Keypair[]

  readonly #pdsUrl: string

  /**
   * @param pdsUrl DIDs that live elsewhere are left alone
   * @param key the did:key that shall be there
   * @param signers keys that may be a rotation key of the DIDs already
   */
  constructor(plcUrl: string, pdsUrl: string, key: string, signers: Keypair[]) {
    this.#client = new PlcClient(plcUrl)
    this.#pdsUrl = pdsUrl
    this.#key = key
    this.#signers = signers
  }

  /**
   * Adds the key ahead of the one that signs for it, so that it outranks that one and none of the
   * person's own keys, which come first.
   *
   * @param dryRun answers what would be done
   */
  async ensure(did: string, { dryRun }: { dryRun?: boolean } = {}): Promise<RotationKeyOutcome> {
    try {
      const { rotationKeys, services } = await this.#client.getDocumentData(did)
      if (originOf(services.atproto_pds?.endpoint) !== this.#pdsUrl) {
        return { did, outcome: 'elsewhere' }
      }
      if (rotationKeys.includes(this.#key)) return { did, outcome: 'present' }
      const signer = this.#signers.find((key) => rotationKeys.includes(key.did()))
      if (!signer) return { did, outcome: 'no signer' }
      if (!dryRun) {
        await this.#client.updateData(did, signer, (last) => ({
          ...last,
          rotationKeys: last.rotationKeys.toSpliced(
            last.rotationKeys.indexOf(signer.did()),
            0,
            this.#key,
          ),
        }))
      }
      return { did, outcome: 'added' }
    } catch (err) {
      const reason = err instanceof Error ? err.message : 'the PLC directory does not answer'
      return { did, outcome: 'failed', reason }
    }
  }
}

function originOf(endpoint: string | undefined): string | null {
  return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).origin : null
}
