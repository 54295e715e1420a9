import type Provider from 'oidc-provider'
import { fetchAdapter } from '../../http/adapter/fetch_adapter.ts'
import { type HttpHandler, HttpRequest } from '../../http/message.ts'
import type { Services } from '../../sagas/services/services.ts'
import { OPENID, providerPath } from '../paths.ts'

/** The endpoints of the provider below its issuer, as a function. It is told where that is as by Express. */
export function mounted(
  provider: Provider,
  { settings, log }: Pick<Services, 'settings' | 'log'>,
): HttpHandler {
  const listener = provider.callback()
  const { host, protocol } = new URL(settings.publicUrl)
  const ask = fetchAdapter((incoming, outgoing) => {
    Object.assign(incoming, { originalUrl: OPENID + incoming.url })
    return listener(incoming, outgoing)
  }, log)
  return (request) => {
    const url = new URL(request.url)
    url.pathname = providerPath(url.pathname) ?? '/'
    // The provider takes the address in its documents from these headers, so they come from the settings and not
    // from the request. What proxies say of the client has been read and removed (`app/read_envelope.ts`).
    const headers = new Map(request.headers)
    headers.set('host', host)
    headers.set('x-forwarded-proto', protocol.slice(0, -1))
    return ask(new HttpRequest({ ...request, url, headers }, request.parameters))
  }
}
