import { type Client, type Configuration, errors } from 'oidc-provider'
import { CLIENT_KEYS, CLIENT_METADATA } from '../../base/lifetimes.ts'
import { deviceName } from '../../http/names/device_name.ts'
import { calledFrom } from '../../http/requester.ts'
import type { Services } from '../../sagas/services/services.ts'
import { judgeRevocation } from '../../sagas/sign_in/revocation.ts'
import { newClientSecret } from '../clients/client_secret.ts'
import { newClientId } from '../clients/registration.ts'
import { resourceServers } from '../resources/resource_servers.ts'
import { signOutAsked } from '../sign_out/sign_out_asked.ts'
import { STAYED } from '../sign_out/signed_out.ts'
import { openidScope } from '../storage/scope.ts'
import type { Storage } from '../storage/stored.ts'
import { mayIntrospect } from '../tokens/resource_tokens.ts'
import { seconds } from './ttl.ts'

/** Which features of the provider are on, and how each decides. */
export function features(
  storage: Storage,
  { actors, settings, secrets }: Services,
): Configuration['features'] {
  return {
    deviceFlow: { enabled: true, deviceInfo },
    // Clients keep nonces by origin, and may come with one of the atproto issuer: they are told of the next one here.
    dPoP: { enabled: true, nonceSecret: secrets.openidNonceSecret },
    devInteractions: { enabled: false },
    introspection: {
      enabled: true,
      allowedPolicy: ({ oidc }, ...of) => mayIntrospect(oidc, ...of),
    },
    revocation: { enabled: true, allowedPolicy: async (_, ...of) => mayRevoke(...of) },
    backchannelLogout: { enabled: true },
    registration: {
      enabled: settings.openidRegistration !== 'off',
      initialAccessToken: settings.openidRegistration === 'token',
      idFactory: newClientId,
      secretFactory: newClientSecret,
    },
    registrationManagement: {
      enabled: settings.openidRegistration !== 'off',
      // A client that misses the answer to a change could not change itself any more.
      rotateRegistrationAccessToken: false,
    },
    clientIdMetadataDocument: {
      enabled: true,
      ack: 'draft-02',
      cacheDuration: {
        min: seconds(CLIENT_KEYS),
        max: seconds(CLIENT_METADATA),
      },
    },
    requestObjects: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      getResourceServerInfo: resourceServers(storage.flow),
      // A client that asked for one resource goes on with it, also where it does not name it again.
      useGrantedResource: async () => true,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx) => {
        openidScope().signOut = await signOutAsked(actors, ctx.oidc)
        ctx.body = ''
      },
      postLogoutSuccessSource: async (ctx) => {
        openidScope().signOut = STAYED in ctx.query ? 'stayed' : 'done'
        ctx.body = ''
      },
    },
  }
}

/** From where a device asks, as the person who decides reads it. */
function deviceInfo() {
  const { address, userAgent } = calledFrom() ?? {}
  return { address, name: deviceName(userAgent) }
}

/** @throws {errors.InvalidClientAuth} */
function mayRevoke(client: Client, { clientId: issuedTo = '' }: { clientId?: string }): boolean {
  const { clientId, clientAuthMethod } = client
  const judged = judgeRevocation({ clientId, isPublic: clientAuthMethod === 'none' }, issuedTo)
  if (judged !== 'unauthenticated') return judged === 'ends'
  throw new errors.InvalidClientAuth('The token was issued to another client')
}
