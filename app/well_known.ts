import { webDid } from '../base/did.ts'
import { emptyResponse, type HttpHandler, jsonResponse, textResponse } from '../http/message.ts'
import { NO_SUCH_HANDLE } from '../identity/service_handles.ts'
import { findByHandle } from '../sagas/accounts.ts'
import type { Services } from '../sagas/services.ts'

/** The DID document of the `did:web` of the host: the entryway's, or that of a PDS with a name here. */
export function serveDidDocument({ settings, pdses }: Services): HttpHandler {
  return async ({ url: { origin, host } }) => {
    const did = origin === settings.publicUrl ? settings.did : pdses.servedAt(origin)?.did
    if (did !== webDid({ host })) return emptyResponse(404)
    const document = {
      '@context': ['https://www.w3.org/ns/did/v1'],
      id: did,
      service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: origin }],
    }
    return jsonResponse(document)
  }
}

/**
 * The DID of the handle that is the `Host` of the request; as at the reference, accounts that are
 * deactivated or taken down have none.
 * @see https://atproto.com/specs/handle#https-well-known-method
 */
export function serveAtprotoDid(services: Services): HttpHandler {
  return async (request) => {
    const handle = request.headers.get('host')?.split(':')[0] ?? ''
    const account = await findByHandle(services, handle)
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return account
      ? textResponse(account.did, { headers })
      : textResponse(NO_SUCH_HANDLE, { status: 404, headers })
  }
}
