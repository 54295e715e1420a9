import type { JWTPayload } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Actors } from '../../actors/reach.ts'
import { shownName } from '../../oauth/sign_in/shown.ts'
import { shownClient } from '../clients/shown_client.ts'
import type { SignOutAsked } from '../storage/scope.ts'

/**
 * What a person is asked. Who stays signed in here ends nothing by that but the sign-in of a client which has shown that
 * it is its own: anybody's link can name a client.
 */
export async function signOutAsked(
  actors: Pick<Actors, 'account'>,
  oidc: KoaContextWithOIDC['oidc'],
): Promise<SignOutAsked> {
  const { session, client, params = {} } = oidc
  const { accountId: did = '', state } = session as unknown as SessionToEnd
  if (!isOfThisSignIn(oidc)) state.clientId = undefined
  const account = await actors.account(did).read()
  return {
    secret: state.secret,
    app: client && shownClient(client).app,
    name: shownName({ did, handle: account?.handle }),
    uiLocales: (params as { ui_locales?: string }).ui_locales,
  }
}

/** As the provider has it where it asks. */
type SessionToEnd = {
  accountId?: string
  state: { secret: string; clientId?: string | undefined }
}

/**
 * Whether the client shows an id token of the person who is signed in to it in this browser. Anybody can write its id, or
 * show an id token of their own.
 */
export function isOfThisSignIn({ client, session, entities }: KoaContextWithOIDC['oidc']): boolean {
  const { authorizations = {}, accountId } = session ?? {}
  const here = client && authorizations[client.clientId]
  const { payload } = (entities.IdTokenHint ?? {}) as { payload?: JWTPayload }
  // Clients that are told of sign-outs have a name for each.
  const { sub, sid = here?.sid } = payload ?? {}
  return here !== undefined && sub !== undefined && sub === accountId && sid === here.sid
}
