import { type HttpHandler, jsonResponse } from '../http/message.ts'
import { readSubject } from '../identity/subject.ts'
import type { Services } from '../sagas/services.ts'

/**
 * `/tls-check?domain=…`: whether a certificate may be made for a host name, which is so for the
 * entryway's own and for the handles here. Proxies that make certificates on demand ask this, as
 * they ask the PDS distribution.
 */
export function serveTlsCheck({ settings, actors }: Services): HttpHandler {
  const { hostname } = new URL(settings.publicUrl)
  return async (request) => {
    const domain = request.url.searchParams.get('domain') ?? ''
    const isOurs =
      readSubject(domain).name === hostname || (await actors.directory.find(domain, ['handle']))
    return isOurs
      ? jsonResponse({ success: true })
      : jsonResponse({ error: 'InvalidRequest', message: 'no such handle here' }, { status: 404 })
  }
}
