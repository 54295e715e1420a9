import type { Client } from 'oidc-provider'
import { claimedName } from '../../http/names/app_name.ts'
import { webHostOf } from '../../http/names/web_host.ts'
import { isSelfRegistered } from './registration.ts'

/** How people are told of a client. */
export type ShownClient = {
  /** Its name. Where nobody vouches for it, its host, since a name is what it says of itself. */
  app: string
  /** An address; undefined where it has none, or nobody vouches for it. */
  logo: string | undefined
  /** Whether the operator did not register it. */
  isUnvouched: boolean
  /** What one that nobody vouches for calls itself, as it stands in a sentence. */
  claimed: string | undefined
}

/**
 * @param client as the provider made it, from a document at its id or from a registration
 * @param redirectUri where the person goes on, by which one that registered itself is known
 */
export function shownClient(client: Client, redirectUri?: string): ShownClient {
  const { clientId, clientName, logoUri } = client
  if (!isUnvouched(client)) {
    const logo = logoUri?.startsWith('https:') ? logoUri : undefined
    return { app: clientName ?? clientId, logo, isUnvouched: false, claimed: undefined }
  }
  const home = isSelfRegistered(clientId) ? redirectUri : clientId
  const claimed = claimedName(clientName)
  const app = webHostOf(home) ?? claimed ?? clientId
  return { app, logo: undefined, isUnvouched: true, claimed }
}

/** Whether the operator did not register it. */
export function isUnvouched(client: Client & { clientIdMetadataDocument?: boolean }): boolean {
  return client.clientIdMetadataDocument === true || isSelfRegistered(client.clientId)
}

/**
 * Programs on a device seldom say in their documents that they are such: those that people come back to on their own
 * machine, or by a scheme of their own, are (OpenID Connect Dynamic Client Registration 1.0 section 2).
 *
 * @param metadata as it came; it is completed
 */
export function completeDocument(metadata: Record<string, unknown>): void {
  const { client_id: id, redirect_uris: uris } = metadata
  const isOwn = webHostOf(id) !== null || isSelfRegistered(String(id))
  if (!isOwn || !Array.isArray(uris)) return
  const isOfDevice = uris.some((uri) => webHostOf(uri) === null)
  if (isOfDevice) metadata.application_type = 'native'
}
