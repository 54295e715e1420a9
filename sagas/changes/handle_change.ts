import { getHandle } from '@atproto/identity'
import type { Basis } from '../../actors/account/basis.ts'
import { Refusal } from '../../base/errors.ts'
import { outlasting } from '../../base/time/in_time.ts'
import { isPlcDid } from '../../base/values/did.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { HandleChange } from '../../database/directory/handle_change.ts'
import { plcSaidNo } from '../../identity/plc.ts'
import type { HandleOptions } from '../../identity/service_handles.ts'
import { type PdsClient, PdsRefusal } from '../../pds/client.ts'
import { takePoint } from '../accounts/account_limits.ts'
import { requireAccount } from '../accounts/accounts.ts'
import type { Services } from '../services/services.ts'
import { newHandle } from '../sign_up/new_handle.ts'
import type { Settlement } from '../sign_up/sign_up.ts'

/**
 * Changes a handle everywhere: directory, PLC, PDS, the account's own records. The new handle is
 * held in the directory first and the old one stays taken until the end, so that at each moment an
 * account has a handle and no handle has two accounts.
 *
 * @param basis the sign-in that asks for it; null for the operator
 * @throws {Refusal} those of {@link newHandle}, HandleTaken, AccountNotFound, SignedOut, RateLimitExceeded
 * @throws {PdsRefusal | UnavailableError}
 */
export async function changeHandle(
  services: Services,
  did: string,
  typed: string,
  basis: Basis | null,
  options?: HandleOptions,
): Promise<AccountRow> {
  const handle = await newHandle(services, typed, did, options)
  await requireAccount(services, did)
  if (basis !== null) await takePoint(services, 'handle change', did)
  return services.mutex.run(did, async () => {
    const { directory } = services.actors
    const generation = basis?.generation ?? null
    const reserved = await directory.reserveHandle(did, handle, generation)
    return outlasting(() => carryOut(services, did, handle, basis, reserved))
  })
}

/** The new handle is held: has it published, and makes it the account's. */
async function carryOut(
  services: Services,
  did: string,
  handle: string,
  basis: Basis | null,
  { isRepeated, createdAt }: { isRepeated: boolean; createdAt: number },
): Promise<AccountRow> {
  const { account, directory } = services.actors
  try {
    await account(did).assertGood(basis)
    await publishHandle(services, did, handle)
  } catch (err) {
    // Unless PLC said no to all of it, it may yet happen: the change is settled later.
    if (!isRepeated && (err instanceof Refusal || plcSaidNo(err))) {
      await directory.abandonHandleChange(did, createdAt)
    }
    throw err
  }
  return finish(services, { did, newHandle: handle, createdAt }, basis)
}

/**
 * Finishes a handle change that was interrupted when the DID document already has the new handle,
 * else gives the new handle back.
 *
 * @param isAbandoned whether an operation of then, in ms, cannot be on its way to PLC any more
 * @throws {UnavailableError} when that cannot be found out yet
 */
export function settleHandleChange(
  services: Services,
  did: string,
  isAbandoned: (since: number) => boolean,
): Promise<Settlement> {
  const { directory } = services.actors
  return services.mutex.run(did, async () => {
    const change = await directory.readHandleChange(did)
    if (!change) return 'finished'
    if ((await publishedHandle(services, did)) === change.newHandle) {
      return finish(services, change, basisOf(change)).then(
        () => 'finished' as const,
        (err) => {
          if (err instanceof Refusal && err.code === 'SignedOut') return 'given up' as const
          throw err
        },
      )
    }
    if (!isAbandoned(change.createdAt)) return 'open'
    // Another auth actor may have begun it again.
    await directory.abandonHandleChange(did, change.createdAt)
    return 'given up'
  })
}

/** A takedown since then is a new generation. */
const basisOf = ({ generation }: HandleChange): Basis | null =>
  generation === null ? null : { generation, mayBeTakenDown: true }

async function publishHandle(services: Services, did: string, handle: string): Promise<void> {
  if (isPlcDid(did)) {
    if ((await publishedHandle(services, did)) !== handle) {
      await services.plc.updateHandle(did, handle)
    }
  } else if ((await publishedHandle(services, did)) !== handle) {
    throw new Refusal('InvalidHandle', 'DID is not properly configured for handle')
  }
}

async function publishedHandle(services: Services, did: string): Promise<string | null> {
  if (isPlcDid(did)) return (await services.plc.read(did))?.handle ?? null
  const document = await services.documents.read(did)
  return document ? (getHandle(document) ?? null) : null
}

/**
 * PLC has the new handle: so shall all others. Where the PDS refuses it, or the sign-in that asked
 * for it is good no more, it is taken back. Once the account has it, it stays, whatever ends after that.
 */
async function finish(
  services: Services,
  { did, newHandle: handle, createdAt }: Omit<HandleChange, 'generation'>,
  basis: Basis | null,
): Promise<AccountRow> {
  const { account, directory } = services.actors
  const before = await requireAccount(services, did)
  const pds = await services.pds(before.pdsDid)
  const isDecided = before.handle === handle
  let changed = before
  try {
    if (!isDecided) await account(did).assertGood(basis)
    await pds.updateHandle(did, handle)
    if (!isDecided) changed = await account(did).setHandle(handle, basis)
  } catch (err) {
    if (!(err instanceof PdsRefusal || err instanceof Refusal)) throw err
    if (isDecided) await directory.completeHandleChange(did, handle)
    else await takeBack(services, pds, before, createdAt, err)
    throw err
  }
  await directory.completeHandleChange(did, handle)
  await services.refreshDocument(did).catch((err) => {
    services.log.warn({ err, did }, 'DID document not resolved')
  })
  return changed
}

/** The account keeps the handle that it had, if any, and may choose another. @param refusal of the PDS, or ours */
async function takeBack(
  services: Services,
  pds: PdsClient,
  { did, handle }: AccountRow,
  createdAt: number,
  refusal: PdsRefusal | Refusal,
): Promise<void> {
  if (handle !== null) {
    // The document of another DID is its owner's to change.
    if (isPlcDid(did)) await publishHandle(services, did, handle)
    if (refusal instanceof Refusal) await pds.updateHandle(did, handle)
  }
  await services.actors.directory.abandonHandleChange(did, createdAt)
}
