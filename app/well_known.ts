import { webDid } from '../base/values/did.ts'
import { emptyResponse, type HttpHandler, jsonResponse, textResponse } from '../http/message.ts'
import { NO_SUCH_HANDLE } from '../identity/service_handles.ts'
import { securityTask } from '../oauth/security_paths.ts'
import { readHandleHost } from '../pages/handle_host.ts'
import { findByHandle } from '../sagas/accounts/accounts.ts'
import type { Services } from '../sagas/services/services.ts'

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

/**
 * Where credential managers lead people who want a passkey here, or to see those that they have. It is of the host whose
 * passkeys they are, and of no handle.
 * @see https://www.w3.org/TR/passkey-endpoints-1/#passkey-endpoints-url
 */
export function servePasskeyEndpoints(services: Services): HttpHandler {
  const passkeys = services.settings.publicUrl + securityTask('passkeys')
  return async ({ headers }) => {
    const isOfHandle = (await readHandleHost(services, headers.get('host'))) !== null
    return isOfHandle ? emptyResponse(404) : jsonResponse({ enroll: passkeys, manage: passkeys })
  }
}
