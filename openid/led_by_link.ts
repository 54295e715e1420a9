import type Provider from 'oidc-provider'
import type { Client, KoaContextWithOIDC } from 'oidc-provider'
import { webHostOf } from '../http/web_host.ts'
import { openidScope } from './scope.ts'
import { isUnvouched } from './shown_client.ts'

/**
 * To the website of a client that nobody vouches for an error leads by the person alone, who reads which host that is
 * (RFC 9700 section 4.11.2): a link of this service would lead to wherever somebody has it lead. Who has signed in for it,
 * has refused on the page that names the host, or is signed in to the client in this browser, has decided that already.
 */
export function askBeforeLeading(provider: Provider): void {
  provider.on('authorization.error', ({ oidc }) => {
    const { client, params } = oidc
    if (!client || !params || !isUnvouched(client)) return
    if (hasDecided(oidc, client) || !webHostOf(params.redirect_uri)) return
    // By its address, which a person can go to.
    params.response_mode = undefined
    openidScope().isLedByLink = true
  })
}

function hasDecided(
  { session, result, entities }: KoaContextWithOIDC['oidc'],
  { clientId }: Client,
): boolean {
  const { consent } = entities.Interaction?.result ?? {}
  return !!consent || !!result?.login || !!session?.grantIdFor(clientId)
}
