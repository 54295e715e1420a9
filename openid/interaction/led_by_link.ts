import type Provider from 'oidc-provider'
import type { Client, KoaContextWithOIDC } from 'oidc-provider'
import { isUnvouched } from '../clients/shown_client.ts'
import { openidScope } from '../storage/scope.ts'

/**
 * An error goes back to a client that nobody vouches for only when the person says so, on a page that names the host
 * (RFC 9700 section 4.11.2). Otherwise anybody could make a link of this service that leads to their website, or opens
 * an app. People are not asked who have decided already: they have signed in for the client, have refused on the page
 * that names the host, or are signed in to the client in this browser.
 */
export function askBeforeLeading(provider: Provider): void {
  provider.on('authorization.error', ({ oidc }) => {
    const { client, params } = oidc
    if (!client || !params || !isUnvouched(client)) return
    if (hasDecided(oidc, client) || !leadsAway(params.redirect_uri)) return
    // By its address, which a person can go to.
    params.response_mode = undefined
    openidScope().isLedByLink = true
  })
}

/** To a website, or to an app by a scheme, which may be `mailto`. An http address of such a client is this machine. */
const leadsAway = (uri: unknown) => {
  const { protocol = 'http:' } = (typeof uri === 'string' && URL.parse(uri)) || {}
  return protocol !== 'http:'
}

function hasDecided(
  { session, result, entities }: KoaContextWithOIDC['oidc'],
  { clientId }: Client,
): boolean {
  const { consent } = entities.Interaction?.result ?? {}
  return !!consent || !!result?.login || !!session?.grantIdFor(clientId)
}
