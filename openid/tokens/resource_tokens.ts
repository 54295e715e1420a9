import { createPublicKey } from 'node:crypto'
import { compactVerify } from 'jose'
import type Provider from 'oidc-provider'
import type {
  AccessToken,
  Client,
  ClientCredentials,
  Grant,
  JWTStructured,
  KoaContextWithOIDC,
} from 'oidc-provider'
import type { HttpRequest } from '../../http/message.ts'
import { findClient } from '../clients/find_client.ts'
import { OPENID_SIGNING, type PrivateJwk } from '../keys.ts'
import { resourceId } from '../resources/resources.ts'
import { chainOfIssued, openidScope, registeredAt } from '../storage/scope.ts'
import { written } from '../storage/stored.ts'
import { issuedTo } from '../storage/token_adapters.ts'

/** Names nothing. */
const UNKNOWN = 'unknown'

/**
 * Keeps a token for a protected resource by its id, which the provider does of no JWT. Its client and its resource can
 * ask whether it has ended, and it is revoked as any other.
 */
export function keepResourceToken(
  token: AccessToken | ClientCredentials,
  { payload }: JWTStructured,
): void {
  const { accountId, grantId, clientId, jkt } = token as AccessToken & { jkt?: string }
  const { jti, iat, exp, aud, scope } = payload as Record<'jti' | 'aud' | 'scope', string> &
    Record<'iat' | 'exp', number>
  if (grantId === undefined) throw new Error('A token for a resource is of no grant')
  const kept = { kind: 'AccessToken', accountId, grantId, clientId, aud, scope, iat, exp, jkt }
  issuedTo(accountId, grantId).tokens.push({
    ...{ secret: jti, kind: kept.kind, chain: chainOfIssued() },
    ...{ payload: written(kept), expiresAt: exp * 1_000 },
  })
}

/**
 * Whether a client may introspect a token (RFC 7662 section 4). The client of the token may, and so may the protected
 * resource that it is for, which is registered as a client by its address. The resource may not where the client of the
 * token is gone. Neither may where the resource was removed: the grant has nothing for it any more.
 */
export async function mayIntrospect(
  { provider, entities: { Grant: grant } }: KoaContextWithOIDC['oidc'],
  { clientId, clientAuthMethod }: Client,
  token: { clientId?: string } & OfResource,
): Promise<boolean> {
  const { clientId: holder = '' } = token
  const resource = resourceOf(token)
  if (resource !== null && !scopeLeft(grant, token)) return false
  if (clientId === holder) return true
  if (clientAuthMethod === 'none') return false
  if (resource === null || resource !== resourceId(clientId)) return false
  const client = await findClient(provider, holder)
  const { found } = openidScope()
  return client !== undefined && (found?.grant.createdAt ?? 0) >= registeredAt(holder)
}

/** A client is told of the scopes of a token for a protected resource that the resource still has. */
export function tellScopesLeft(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route !== 'introspection') return
    const told = ctx.body as { active: boolean; scope?: string | undefined } & OfResource
    if (told.active && resourceOf(told) !== null) {
      told.scope = scopeLeft(ctx.oidc.entities.Grant, told)
    }
  })
}

type OfResource = { aud?: unknown; scope?: string | undefined }

const resourceOf = ({ aud }: OfResource) => (typeof aud === 'string' ? resourceId(aud) : null)

function scopeLeft(grant: Grant | undefined, token: OfResource): string | undefined {
  const { scope = '' } = token
  return grant?.getResourceScopeFiltered(resourceOf(token) ?? '', scope.split(' '))
}

/**
 * The same request, with a token for a protected resource by its id: the provider refuses what is a JWT. One that is
 * none of ours becomes a token that is not known, and is answered as such (RFC 7662 section 2.2, RFC 7009 section 2.2).
 *
 * @param keys those that are published
 */
export async function nameResourceToken(
  request: HttpRequest,
  keys: readonly PrivateJwk[],
): Promise<HttpRequest> {
  const isOne = ([name, value]: readonly [string, string]) => name === 'token' && isJwt(value)
  if (!request.parameters.some(isOne)) return request
  const named = request.parameters.map(async ([name, value]) => {
    if (!isOne([name, value])) return [name, value]
    const id = await idOf(value, keys)
    openidScope().resourceToken = id
    return [name, id ?? UNKNOWN]
  })
  return request.withBody(String(new URLSearchParams(await Promise.all(named))))
}

/** By the number of its parts (RFC 7515 section 7.1, RFC 7516 section 7.1): to decode what is none throws, which takes tens of µs. */
function isJwt(token: string): boolean {
  return [JWS, JWE].includes(token.split('.').length)
}

const JWS = 3
const JWE = 5

/** @returns null where it is none of ours, or its key is published no more; it may have expired */
async function idOf(token: string, keys: readonly PrivateJwk[]): Promise<string | null> {
  try {
    const { payload, protectedHeader } = await compactVerify(
      token,
      ({ kid }) => publicKey(keys.find((key) => key.kid === kid)),
      { algorithms: [...OPENID_SIGNING] },
    )
    const { jti } = JSON.parse(new TextDecoder().decode(payload)) as { jti?: unknown }
    return protectedHeader.typ === 'at+jwt' && typeof jti === 'string' ? jti : null
  } catch {
    return null
  }
}

function publicKey(key: PrivateJwk | undefined) {
  if (!key) throw new Error('No such key is published')
  return createPublicKey({ key, format: 'jwk' })
}
