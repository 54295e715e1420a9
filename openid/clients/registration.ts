import { randomBytes } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { HttpRequest } from '../../http/message.ts'
import { hashClientSecret, isKeptSecret, keptSecret, newClientSecret } from './client_secret.ts'
import { withoutEmptyMembers } from './empty_members.ts'

/** How the ids of clients begin that registered themselves; the operator registers none of them. */
const SELF_REGISTERED = 'dynamic-'

const ID_BYTES = 18

export const newClientId = () => SELF_REGISTERED + randomBytes(ID_BYTES).toString('base64url')

export const isSelfRegistered = (clientId: string) => clientId.startsWith(SELF_REGISTERED)

/** The client that a registration access token names (RFC 7592); null where it is none of ours. */
export function clientOfAccess(token: string): string | null {
  const [clientId = '', secret] = token.split('.')
  return secret !== undefined && isSelfRegistered(clientId) ? clientId : null
}

/** A registration access token names its client, which keeps its hash. */
export function nameRegistrationTokens(provider: Provider): void {
  const { prototype } = provider.RegistrationAccessToken as unknown as {
    prototype: { generateTokenId(): string }
  }
  prototype.generateTokenId = function (this: { clientId?: string }) {
    return `${this.clientId}.${newClientSecret()}`
  }
}

/** A client that reads or changes itself is not told the hash of its secret; it has the secret. */
export function keepSecretsBack(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    const { body } = ctx as {
      body?: { client_secret?: unknown; client_secret_expires_at?: unknown }
    }
    if (!isKeptSecret(body?.client_secret)) return
    delete body.client_secret
    delete body.client_secret_expires_at
  })
}

/**
 * The same registration, or change of a client, as the provider reads it: with the secret that it knows, and without
 * members that say nothing.
 */
export function withKeptSecret(request: HttpRequest): HttpRequest {
  const given = withoutEmptyMembers(request.text())
  if (given === null) return request
  const { client_secret: secret, ...others } = given
  const kept = typeof secret === 'string' ? keptSecret(hashClientSecret(secret)) : secret
  return request.withBody(JSON.stringify({ ...others, client_secret: kept }))
}
