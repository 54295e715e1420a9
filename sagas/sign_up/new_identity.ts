import type { Operation } from '@did-plc/lib'
import type { PdsClient } from '../../pds/client.ts'
import type { Services } from '../services/services.ts'

/**
 * The DID of a new account, and the operation that its PDS shall publish.
 *
 * @param input.did a `did:plc` that moves here, instead of a new one
 * @param input.recoveryKey a did:key that outranks the entryway's, for a new one
 * @returns with `movedFrom`, for {@link withdrawIdentity}
 * @throws {Refusal} IncompatibleDidDoc
 */
export async function prepareIdentity(
  { plc }: Services,
  client: PdsClient,
  { handle, did, recoveryKey }: { handle: string; did?: string; recoveryKey?: string },
): Promise<{ did: string; op: Operation; movedFrom: string | null }> {
  const pds = client.pds.url
  const signingKey = await client.reserveSigningKey(did)
  if (did === undefined) {
    const genesis = await plc.genesis({ handle, pds, signingKey, recoveryKey })
    return { ...genesis, movedFrom: null }
  }
  const { op, before } = await plc.move(did, { handle, pds, signingKey })
  return { did, op, movedFrom: JSON.stringify(before) }
}

/**
 * Takes back an operation that the PDS may have published before it failed. A DID that is elsewhere by now stays: what is
 * on record may come from a backup, and be older.
 */
export async function withdrawIdentity(
  { plc }: Services,
  client: PdsClient,
  did: string,
  movedFrom: string | null,
): Promise<void> {
  if (movedFrom !== null) await plc.moveBack(did, client.pds.url, JSON.parse(movedFrom))
  // The DID was made for this account and will never be used.
  else if ((await plc.read(did))?.pds === client.pds.url) await plc.tombstone(did)
}
