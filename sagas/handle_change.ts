import { getHandle } from '@atproto/identity'
import type { Services } from '../actors/services.ts'
import { Refusal } from '../errors.ts'
import { isServiceHandle } from '../identity/handle_rules.ts'
import { PdsRefusal } from '../pds/client.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'
import type { Outcome } from './sign_up.ts'

/**
 * Changes a handle everywhere: directory, PLC, PDS, the account's own records. The new handle is
 * held in the directory first and the old one stays taken until the end, so that a handle is never
 * held by nobody nor by two.
 *
 * @throws {Refusal} InvalidHandle, HandleNotAvailable, UnresolvableHandle
 * @throws {PdsRefusal | UnavailableError}
 */
export async function changeHandle(
  services: Services,
  did: string,
  newHandle: string,
  options: { allowReserved?: boolean } = {},
): Promise<AccountRow> {
  const handle = services.normalizeHandle(newHandle, options)
  if (!isServiceHandle(handle, services.settings.handleDomains)) {
    const resolved = await services.identity.handle.resolve(handle).catch(() => undefined)
    if (resolved !== did) {
      throw new Refusal('UnresolvableHandle', 'External handle did not resolve to DID')
    }
  }
  const before = await services.actors.account(did).read()
  if (!before) throw new Refusal('AccountNotFound', 'Account not found')
  await services.actors.directory.reserveHandle(did, handle)
  try {
    await publishHandle(services, did, handle)
  } catch (err) {
    const published = await publishedHandle(services, did).catch(() => undefined)
    // Unknown: the change stays on record and is settled later.
    if (published !== undefined && published !== handle) {
      await services.actors.directory.abandonHandleChange(did)
    }
    throw err
  }
  try {
    return await finish(services, did, handle)
  } catch (err) {
    if (err instanceof PdsRefusal && before.handle !== null) {
      await publishHandle(services, did, before.handle)
      await services.actors.directory.abandonHandleChange(did)
    }
    throw err
  }
}

/**
 * Finishes a handle change that was interrupted when the DID document already has the new handle,
 * else gives the new handle back.
 *
 * @param mayGiveUp false while the operation may still be on its way to PLC
 * @throws {UnavailableError} when that cannot be found out yet
 */
export async function settleHandleChange(
  services: Services,
  did: string,
  newHandle: string,
  mayGiveUp: boolean,
): Promise<Outcome> {
  if ((await publishedHandle(services, did)) === newHandle) {
    await finish(services, did, newHandle)
    return 'finished'
  }
  if (!mayGiveUp) return 'open'
  await services.actors.directory.abandonHandleChange(did)
  return 'given up'
}

async function publishHandle(services: Services, did: string, handle: string): Promise<void> {
  if (did.startsWith('did:plc:')) {
    if ((await publishedHandle(services, did)) !== handle) {
      await services.plc.updateHandle(did, handle)
    }
  } else if ((await publishedHandle(services, did)) !== handle) {
    throw new Refusal('InvalidHandle', 'DID is not properly configured for handle')
  }
}

async function publishedHandle(services: Services, did: string): Promise<string | null> {
  if (did.startsWith('did:plc:')) return (await services.plc.read(did))?.handle ?? null
  const document = await services.identity.did.resolve(did, true)
  return document ? (getHandle(document) ?? null) : null
}

async function finish(services: Services, did: string, handle: string): Promise<AccountRow> {
  const handleOf = services.actors.account(did)
  const account = await handleOf.read()
  if (!account) throw new Refusal('AccountNotFound', 'Account not found')
  const pds = await services.pds(account.pdsDid)
  await pds.updateHandle(did, handle)
  const changed = await handleOf.setHandle(handle)
  await services.actors.directory.completeHandleChange(did, handle)
  await services.identity.did.resolve(did, true).catch((err) => {
    services.log.warn({ err, did }, 'DID document not resolved')
  })
  return changed
}
