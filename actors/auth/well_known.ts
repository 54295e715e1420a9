import type { Services } from '../services.ts'
import type { FetchHandler } from './fetch_adapter.ts'

/** The DID document of the entryway's own `did:web`. */
export function serveDidDocument({ settings }: Services): FetchHandler {
  const { host } = new URL(settings.publicUrl)
  const document = {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: settings.did,
    service: [
      {
        id: '#atproto_pds',
        type: 'AtprotoPersonalDataServer',
        serviceEndpoint: settings.publicUrl,
      },
    ],
  }
  const isOwn = settings.did === `did:web:${host.replace(':', '%3A')}`
  return async () => (isOwn ? Response.json(document) : new Response(null, { status: 404 }))
}

/**
 * The DID of the handle that is the `Host` of the request.
 * @see https://atproto.com/specs/handle#https-well-known-method
 */
export function serveAtprotoDid({ actors }: Services): FetchHandler {
  return async (request) => {
    const handle = request.headers.get('host')?.split(':')[0] ?? ''
    const entry = handle && (await actors.directory.find(handle))
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return entry
      ? new Response(entry.did, { headers })
      : new Response('User not found', { status: 404, headers })
  }
}
