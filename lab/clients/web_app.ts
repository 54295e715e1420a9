import type { Network } from '../world/network.ts'
import { type HostedClient, hostWebClient, makeClientKey } from './hosted_client.ts'
import { discoverApp, type OAuthApp } from './oauth_app.ts'

export const SCOPE = 'atproto transition:generic'

/** A confidential web app with {@link SCOPE}, to which sign-ins lead back. */
export type WebApp = { host: HostedClient; app: OAuthApp }

export async function startWebApp({ ca, pds }: Pick<Network, 'ca' | 'pds'>): Promise<WebApp> {
  const key = await makeClientKey()
  const host = await hostWebClient(ca, key, SCOPE)
  host.routes.set('/callback', '<p>Back in the app</p>')
  const { clientId, redirectUri } = host
  const app = await discoverApp({ pdsUrl: pds.url, clientId, redirectUri, scope: SCOPE, key })
  return { host, app }
}
