import { startBrowser, type TestBrowser } from '../world/browser.ts'
import { type Network, startNetwork } from '../world/network.ts'
import { startTogether } from '../world/together.ts'
import { type HostedClient, hostWebClient, makeClientKey } from './hosted_client.ts'
import { discoverApp, type OAuthApp } from './oauth_app.ts'

export const SCOPE = 'atproto transition:generic'

/** A network, a browser, and a confidential web app with {@link SCOPE}, to which sign-ins lead back. */
export type WebAppWorld = {
  network: Network
  browser: TestBrowser
  host: HostedClient
  app: OAuthApp
  close: () => Promise<void>
}

export async function startWebAppWorld(): Promise<WebAppWorld> {
  return startTogether('The world of a web app', async (keep) => {
    const network = keep(await startNetwork())
    const browser = keep(await startBrowser(network.ca))
    const key = await makeClientKey()
    const host = keep(await hostWebClient(network.ca, key, SCOPE))
    host.routes.set('/callback', '<p>Back in the app</p>')
    const { clientId, redirectUri } = host
    const pdsUrl = network.pds.url
    const app = await discoverApp({ pdsUrl, clientId, redirectUri, scope: SCOPE, key })
    return { network, browser, host, app }
  })
}
