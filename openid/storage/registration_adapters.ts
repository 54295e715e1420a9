import Provider, { type AdapterPayload, errors } from 'oidc-provider'
import { askEach } from '../../actors/auth/flow.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { MAX_OPENID_REQUEST } from '../../database/flow/bounds.ts'
import { noteCreated } from '../../http/attempt.ts'
import { webHostOf } from '../../http/names/web_host.ts'
import { hashOfKept, showsSecret } from '../clients/client_secret.ts'
import { faultToRegister } from '../clients/refused_metadata.ts'
import { clientOfAccess } from '../clients/registration.ts'
import type { Storage, Stored } from './stored.ts'

type OfFlow = Pick<Storage, 'flow'>

/** Clients that register themselves (RFC 7591), beside those that the operator registered. */
export function registering(
  { flow }: OfFlow,
  settings: Pick<Settings, 'authActors' | 'dev'>,
  clients: Stored,
): Stored {
  /** A person would be sent to a product that the operator vouches for, by somebody else. */
  async function assertOwnHosts(redirectUris: unknown): Promise<void> {
    const vouched = await askEach(flow, settings.authActors, (owner) =>
      owner.listVouchedOpenidClients(),
    )
    const taken = new Set(
      vouched.flat().flatMap(({ metadata }) => webHostsOf(JSON.parse(metadata).redirect_uris)),
    )
    if (!webHostsOf(redirectUris).some((host) => taken.has(host))) return
    throw new errors.InvalidClientMetadata('redirect_uris are those of another client')
  }

  return {
    ...clients,
    async upsert(id, payload: AdapterPayload) {
      const { client_secret: secret, client_id: _, ...others } = payload
      const { client_secret_expires_at: __, client_id_issued_at: ___, ...given } = others
      const metadata = JSON.stringify(given)
      if (Buffer.byteLength(metadata) > MAX_OPENID_REQUEST) {
        const most = `the metadata is longer than ${MAX_OPENID_REQUEST} bytes`
        throw new errors.InvalidClientMetadata(most)
      }
      const fault = faultToRegister(given, settings)
      if (fault) throw new errors.InvalidClientMetadata(fault)
      await assertOwnHosts(given.redirect_uris)
      const isSecret = typeof secret === 'string' && showsSecret(given)
      const secretHash = isSecret ? hashOfKept(secret) : null
      if (Provider.ctx?.oidc.route === 'client_update') {
        const isChanged = await flow(id).changeOpenidClient({ id, metadata, secretHash })
        // One that was removed meanwhile stays away, and its access token is good no more (RFC 7592 section 2.2).
        if (!isChanged) throw new errors.InvalidToken('the client was removed')
      } else {
        await flow(id).registerOpenidClient({ id, metadata, secretHash, registeredAt: Date.now() })
      }
      noteCreated()
    },
    async destroy(id) {
      await flow(id).deleteOpenidClient(id)
    },
  }
}

/** What a client that registered itself reads and changes itself by (RFC 7592). */
export function registrationTokens({ flow }: OfFlow): Stored {
  return {
    async upsert(token, { clientId }) {
      const id = String(clientId)
      await flow(id).setOpenidClientAccess(id, token)
    },
    async find(token) {
      const clientId = clientOfAccess(token)
      if (clientId === null) return undefined
      const isIt = await flow(clientId).hasOpenidClientAccess(clientId, token)
      return isIt ? { kind: 'RegistrationAccessToken', clientId, jti: token } : undefined
    },
    /**
     * It goes with its client (RFC 7592 section 2.1). One that is shown for another client is refused, and goes on: its
     * client could not change itself any more.
     */
    async destroy() {},
  }
}

/** Tokens of the operator's, by which clients register themselves. */
export function initialTokens({ flow }: OfFlow): Stored {
  return {
    async find(token) {
      const isIt = await flow(token).isOpenidInitialToken(token)
      return isIt ? { kind: 'InitialAccessToken', jti: token } : undefined
    },
  }
}

function webHostsOf(uris: unknown): string[] {
  return Array.isArray(uris) ? uris.flatMap((uri) => webHostOf(uri) ?? []) : []
}
