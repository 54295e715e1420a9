import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import type { Actors } from '../../actors/reach.ts'

/**
 * Tells a client of a sign-in that has ended (OpenID Connect Back-Channel Logout 1.0 section 2.5).
 *
 * @param did of the account
 * @throws {Error} where it does not take that
 */
export type TellLogout = (client: Client, did: string, sid: string) => Promise<void>

/** The provider would tell clients while the person waits: it notes the ending instead. */
export function notingLogouts(provider: Provider, actors: Pick<Actors, 'account'>): TellLogout {
  const prototype = provider.Client.prototype as Client & {
    backchannelLogout(did: string, sid: string): Promise<void>
  }
  const { backchannelLogout: tell } = prototype
  prototype.backchannelLogout = async function (this: Client, did, sid) {
    await actors.account(did).endOpenidSignIn(this.clientId, sid)
  }
  return (client, did, sid) => tell.call(client as never, did, sid)
}
