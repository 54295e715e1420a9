import { Refusal } from '../../base/errors.ts'
import type { HandleOptions } from '../../identity/service_handles.ts'
import type { Services } from '../services/services.ts'
import { tellingHeld } from './held_names.ts'

/**
 * The handle that an account may take, normalised: one of ours or, for a DID that exists, one that
 * resolves to it. Whether it is free, the directory says.
 *
 * @param did null for a DID that is still to be made
 * @throws {Refusal} InvalidHandle, DisallowedTld, OffensiveHandle, ReservedHandle, UnsupportedDomain,
 *   UnresolvableHandle, RateLimitExceeded
 */
export async function newHandle(
  { handles, identity, lookups }: Services,
  typed: string,
  did: string | null,
  options?: HandleOptions,
): Promise<string> {
  if (did === null) return handles.forNewAccount(typed, options)
  const handle = handles.normalize(typed, options)
  if (handles.isOurs(handle)) return handle
  const resolved = await lookups.run(() => identity.handle.resolve(handle).catch(() => undefined))
  if (resolved !== did) {
    throw new Refusal('UnresolvableHandle', 'External handle did not resolve to DID')
  }
  return handle
}

/**
 * Checks that a new account may have a handle, and normalises it. One that a sign-up holds passes: to sign up says of it
 * that it is held.
 *
 * @throws {Refusal}
 */
export async function assertHandleFree(services: Services, typed: string): Promise<string> {
  const handle = services.handles.forNewAccount(typed)
  const { directory } = services.actors
  await tellingHeld(services, { handle }, () => directory.assertAvailable({ handle })).catch(
    (err) => {
      if (!(err instanceof Refusal && err.code === 'SignUpUnderWay')) throw err
    },
  )
  return handle
}
