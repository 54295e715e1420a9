import { type HttpHandler, jsonResponse } from '../http/message.ts'
import { readSubject } from '../identity/subject.ts'
import type { Services } from '../sagas/services/services.ts'

/**
 * `/tls-check?domain=…`: whether a certificate may be made for a host name, which is so for the
 * entryway's own, for those of PDSes that have a name here, and for the handles here. Proxies that make
 * certificates on demand ask this, as they ask the PDS distribution.
 */
export function serveTlsCheck({ settings, actors, pdses }: Services): HttpHandler {
  const { hostname } = new URL(settings.publicUrl)
  return async (request) => {
    const domain = request.url.searchParams.get('domain') ?? ''
    const { name } = readSubject(domain)
    const isServed = name === hostname || pdses.hasHostname(name)
    const isOurs = isServed || (await actors.directory.find(domain, ['handle']))
    return isOurs
      ? jsonResponse({ success: true })
      : jsonResponse({ error: 'InvalidRequest', message: 'no such handle here' }, { status: 404 })
  }
}
