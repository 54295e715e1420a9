import { isValidHandle } from '@atproto/syntax'
import { readSubject } from '../identity/subject.ts'
import { findByHandle } from '../sagas/accounts/accounts.ts'
import type { Services } from '../sagas/services/services.ts'

/** A host name that is there for a handle. */
export type HandleHost = {
  /** In lower case. */
  handle: string
  /** Whether an active account here has it. */
  isTaken: boolean
}

/**
 * Whether a request came to the host of a handle: of an account here, or of none below the domains
 * of this service. Any other name is the entryway's own, such as one by which a proxy calls it.
 *
 * @param header the request's `Host`
 */
export async function readHandleHost(
  services: Services,
  header: string | undefined,
): Promise<HandleHost | null> {
  const { name } = readSubject(header?.replace(/:\d*$/, '') ?? '')
  if (name === new URL(services.settings.publicUrl).hostname || !isValidHandle(name)) return null
  const isTaken = (await findByHandle(services, name)) !== null
  return isTaken || services.handles.isOurs(name) ? { handle: name, isTaken } : null
}
