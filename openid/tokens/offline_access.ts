import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { OFFLINE } from '../claims/claims.ts'
import { openidScope } from '../storage/scope.ts'

type Asked = { params?: { scope?: string } }

/** Notes whether a client asks for it, before the provider leaves it out of what is asked for. */
export function noteOfflineAccess(provider: Provider): void {
  const { prototype } = (provider as unknown as { OIDCContext: { prototype: object } }).OIDCContext
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'prompts') ?? {}
  Object.defineProperty(prototype, 'prompts', {
    get(this: Asked) {
      if (names(this.params?.scope, OFFLINE)) openidScope().isOfflineAsked = true
      return get?.call(this)
    },
  })
}

/**
 * OpenID Connect Core section 11 ignores it without `prompt=consent`, unless other conditions permit it. Here a person
 * permits it, who is asked for it as for each other scope. Many clients leave the prompt out, and would be signed out
 * with the browser. With `prompt=none` nobody can be asked.
 *
 * A client that speaks OAuth alone does not know the scope. It asks for the same by having refresh tokens (RFC 6749
 * section 1.5).
 */
export function askForOfflineAccess({ oidc }: KoaContextWithOIDC): void {
  const { client, prompts, route } = oidc
  const params = (oidc.params ?? {}) as { scope?: string }
  const { scope = '' } = params
  if (names(scope, OFFLINE) || prompts.has('none')) return
  const mayAsk = client?.scope === undefined || names(client.scope, OFFLINE)
  const isOfOauth = route === 'authorization' && !names(scope, 'openid')
  const isAsked = openidScope().isOfflineAsked ? mayAsk : isOfOauth
  if (!isAsked || !client?.grantTypeAllowed('refresh_token')) return
  params.scope = `${scope} ${OFFLINE}`.trim()
}

const names = (scopes = '', scope: string) => scopes.split(' ').includes(scope)
