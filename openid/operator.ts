import { askEach, type Flow } from '../actors/auth/flow.ts'
import { Refusal } from '../base/errors.ts'
import type { OpenidClient } from '../database/flow/openid_client.ts'
import { mergePages } from '../database/partition.ts'
import { webHostOf } from '../http/names/web_host.ts'
import type { OperatorContext } from '../operator/command.ts'
import type { Services } from '../sagas/services/services.ts'
import { hashClientSecret, newClientSecret, showsSecret } from './clients/client_secret.ts'
import { createInitialTokens } from './clients/initial_tokens.ts'
import { faultToRegister } from './clients/refused_metadata.ts'
import { isSelfRegistered } from './clients/registration.ts'
import { rotateKeys } from './keys.ts'
import { ENDPOINTS, OPENID } from './paths.ts'
import type { OpenidProviders } from './provider/providers.ts'
import { createResourceOperator } from './resources/resource_operator.ts'

/** What the operator decides about OpenID. */
export function createOpenidOperator(
  flow: Flow,
  providers: OpenidProviders,
  services: Pick<Services, 'settings' | 'pdses'>,
): OperatorContext['openid'] {
  const { authActors, publicUrl } = services.settings

  async function assertTaken(metadata: Record<string, unknown>): Promise<void> {
    const { Client } = (await providers.current()).provider
    const { errors } = await import('oidc-provider')
    try {
      await (Client as unknown as { validate(given: object): Promise<void> }).validate(metadata)
    } catch (err) {
      if (!(err instanceof errors.OIDCProviderError)) throw err
      throw invalid(err.error_description ?? err.error)
    }
  }

  const issuer = publicUrl + OPENID
  return {
    issuer,
    endpoints: {
      authorization: issuer + ENDPOINTS.authorization,
      token: issuer + ENDPOINTS.token,
      userinfo: issuer + ENDPOINTS.userinfo,
      jwks: issuer + ENDPOINTS.jwks,
      introspection: issuer + ENDPOINTS.introspection,
      device: issuer + ENDPOINTS.device_authorization,
      endSession: issuer + ENDPOINTS.end_session,
      registration: issuer + ENDPOINTS.registration,
    },
    resources: createResourceOperator(flow, services),
    async register(id, { client_id: _, client_secret: __, ...given }) {
      const method = given.token_endpoint_auth_method ?? 'client_secret_basic'
      const metadata = { ...given, token_endpoint_auth_method: method }
      const needsSecret = showsSecret(metadata)
      const before = await flow(id).readOpenidClient(id)
      const isKept = needsSecret && before?.secretHash != null
      const secret = needsSecret && !isKept ? newClientSecret() : null
      const secretHash = isKept ? before.secretHash : secret && hashClientSecret(secret)
      if (isSelfRegistered(id)) throw invalid('its id is of those that register themselves')
      const fault = faultToRegister(metadata, services.settings)
      if (fault) throw invalid(fault)
      await assertTaken({
        ...metadata,
        client_id: id,
        ...(secretHash && { client_secret: secretHash }),
      })
      // One that is registered keeps its time; one that was removed meanwhile begins anew.
      const row = { id, metadata: JSON.stringify(metadata), secretHash, registeredAt: Date.now() }
      await flow(id).upsertOpenidClient(row)
      providers.forget()
      return { secret, isNew: before === null }
    },
    async list(after, limit) {
      const pages = await askEach(flow, authActors, (owner) =>
        owner.listOpenidClients(after, limit),
      )
      const { rows, next } = mergePages(pages, limit)
      return { clients: rows.map(toShown), next }
    },
    async find(id) {
      const client = await flow(id).readOpenidClient(id)
      return client && toShown(client)
    },
    async rotateSecret(id) {
      const secret = newClientSecret()
      const isReplaced = await flow(id).replaceOpenidClientSecret(id, hashClientSecret(secret))
      if (!isReplaced) throw new Refusal('InvalidRequest', `${id} has no secret`)
      return { secret }
    },
    async remove(id) {
      if (webHostOf(id) === null) await flow(id).deleteOpenidClient(id)
      else await flow(id).removeOpenidClient(id)
      providers.forget()
    },
    tokens: createInitialTokens(flow, authActors),
    async rotateKeys(isAtOnce) {
      await rotateKeys(flow, isAtOnce)
      providers.forget()
    },
  }
}

const toShown = ({ metadata, secretHash, ...client }: OpenidClient) => ({
  ...{ ...client, metadata: JSON.parse(metadata), hasSecret: secretHash !== null },
})

function invalid(why: string): Refusal {
  return new Refusal('InvalidRequest', `Not the metadata of an OpenID client: ${why}`)
}
