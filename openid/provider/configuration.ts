import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Flow } from '../../actors/auth/flow.ts'
import * as lifetimes from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { isActive } from '../../database/account/profile.ts'
import { deviceName } from '../../http/device_name.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { calledFrom } from '../../http/requester.ts'
import { isSha256, noSha256 } from '../../oauth/checks/hash_parameters.ts'
import { lostForm } from '../../oauth/requests/form_post.ts'
import { OPENID_SESSION } from '../../oauth/sign_in/cookies/signed_in.ts'
import { openidPage } from '../../oauth/sign_in/place.ts'
import type { Services } from '../../sagas/services/services.ts'
import { judgeRevocation } from '../../sagas/sign_in/revocation.ts'
import { OFFLINE, OPENID_SCOPES, SCOPE_CLAIMS, toAccount } from '../claims/claims.ts'
import type { Profiles } from '../claims/profile.ts'
import { newClientSecret } from '../clients/client_secret.ts'
import { fetching } from '../clients/fetching.ts'
import { newClientId } from '../clients/registration.ts'
import { completeDocument } from '../clients/shown_client.ts'
import { assertUsualKeys } from '../clients/usual_keys.ts'
import { loadGrant } from '../interaction/consents.ts'
import { prompts } from '../interaction/prompts.ts'
import { requestedBy } from '../interaction/requested.ts'
import { OPENID_SIGNING, type PrivateJwk } from '../keys.ts'
import { ENDPOINTS } from '../paths.ts'
import { resourceServers } from '../resources/resource_servers.ts'
import { signOutAsked } from '../sign_out/sign_out_asked.ts'
import { STAYED } from '../sign_out/signed_out.ts'
import { createAdapter } from '../storage/adapter.ts'
import { MULTI_FACTOR } from '../storage/interaction_result.ts'
import { openidScope } from '../storage/scope.ts'
import { signInEnded } from '../storage/sign_in_ended.ts'
import type { Storage } from '../storage/stored.ts'
import { askForOfflineAccess } from '../tokens/offline_access.ts'
import { keepResourceToken, mayIntrospect } from '../tokens/resource_tokens.ts'

const AUTHENTICATION = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const

/**
 * What the metadata say that the provider does not know, or leaves out (RFC 8414 section 2): without these members
 * the other endpoints would take `client_secret_basic` alone.
 *
 * @param prompts Initiating User Registration via OpenID Connect 1.0, section 5
 */
function metadata({ branding: { links } }: Settings, prompts: readonly string[]) {
  const authentication = ['revocation', 'introspection'].map((endpoint) => ({
    [`${endpoint}_endpoint_auth_methods_supported`]: AUTHENTICATION,
    [`${endpoint}_endpoint_auth_signing_alg_values_supported`]: OPENID_SIGNING,
  }))
  return {
    prompt_values_supported: prompts,
    ui_locales_supported: PAGE_LANGUAGES,
    ...(links.termsOfService && { op_tos_uri: links.termsOfService }),
    ...(links.privacyPolicy && { op_policy_uri: links.privacyPolicy }),
    ...Object.assign({}, ...authentication),
  }
}

/** From where a device asks, as the person who decides reads it. */
function deviceInfo() {
  const { address, userAgent } = calledFrom() ?? {}
  return { address, name: deviceName(userAgent) }
}

/** The provider reads the redirect URIs of a client of this type before it looks whether they are URIs. */
function assertPublicSubjects({ subject_type: type }: { subject_type?: unknown }): void {
  if (type !== 'pairwise') return
  throw new errors.InvalidClientMetadata("subject_type must be 'public'")
}

/** The client is told by its address, as without the mode. @throws {errors.InvalidRequest} */
function assertFormArrives({ oidc: { params = {} } }: KoaContextWithOIDC): void {
  const lost = lostForm(params)
  if (!lost) return
  params.response_mode = undefined
  throw new errors.InvalidRequest(lost)
}

/** @throws {errors.InvalidClientAuth} */
function mayRevoke(client: Client, { clientId: issuedTo = '' }: { clientId?: string }): boolean {
  const { clientId, clientAuthMethod } = client
  const judged = judgeRevocation({ clientId, isPublic: clientAuthMethod === 'none' }, issuedTo)
  if (judged !== 'unauthenticated') return judged === 'ends'
  throw new errors.InvalidClientAuth('The token was issued to another client')
}

/**
 * What a client says of itself by a JWT (RFC 7523), once the provider has found it good. With several audiences any of
 * them could show it to the others. What is shown once is remembered until it expires.
 *
 * @throws {errors.InvalidClientAuth}
 */
function takeAssertion({ aud, exp, iat }: Record<string, unknown>): void {
  if ([aud].flat().length !== 1) {
    throw new errors.InvalidClientAuth('audience (aud) must be one, such as the issuer')
  }
  if (Number(exp) * 1_000 > Date.now() + lifetimes.OPENID_ASSERTION) {
    throw new errors.InvalidClientAuth('exp of the client_assertion is too far ahead')
  }
  if (typeof iat === 'number') openidScope().assertedAt = iat
}

/** Nobody signs in to be told afterwards that there is nothing. @throws {errors.InvalidScope} */
async function assertScope(
  flow: Flow,
  { oidc: { params = {} } }: KoaContextWithOIDC,
): Promise<void> {
  const { scopes: all, resources } = await requestedBy(flow, params)
  // To go on while the person is away is nothing by itself.
  const scopes = all.filter((each) => each !== OFFLINE)
  // A code that is asked for with a resource is good for a token of the resource alone.
  const isForResource = [params.resource ?? []].flat().length > 0
  if (resources.length > 0 || (scopes.length > 0 && !isForResource)) return
  const ofResource = 'one of the resource that is asked for'
  const given = `one of ${Object.keys(SCOPE_CLAIMS).join(', ')}, or ${ofResource}`
  const why = `scope has to name ${isForResource ? ofResource : given}`
  throw new errors.InvalidScope(why, String(params.scope ?? ''))
}

/** @throws {errors.InvalidRequest} where nothing could ever have the hash */
const assertHash = (name: string) => (_: unknown, hash: unknown) => {
  if (typeof hash === 'string' && !isSha256(hash)) throw new errors.InvalidRequest(noSha256(name))
}

/** Where a person is led to a client, by the provider's names. */
const AUTHORIZING: readonly string[] = ['authorization', 'resume']

const seconds = (ms: number) => Math.ceil(ms / 1_000)

/** How long each thing is good that the provider makes, s. */
const TTL: Configuration['ttl'] = {
  AccessToken: seconds(lifetimes.OPENID_ACCESS_TOKEN),
  AuthorizationCode: seconds(lifetimes.OPENID_CODE),
  IdToken: seconds(lifetimes.OPENID_ID_TOKEN),
  RefreshToken: seconds(lifetimes.OPENID_REFRESH_TOKEN),
  Grant: seconds(lifetimes.OPENID_GRANT),
  DeviceCode: seconds(lifetimes.OPENID_DEVICE_CODE),
  Interaction: seconds(lifetimes.OPENID_INTERACTION),
  Session: (_, { loginTs, transient }) => {
    const { DEVICE_AUTHENTICATION, OPENID_INTERACTION, OPENID_PASSING_SESSION } = lifetimes
    if (loginTs === undefined) return seconds(OPENID_INTERACTION)
    const lasts = seconds(transient ? OPENID_PASSING_SESSION : DEVICE_AUTHENTICATION)
    return Math.max(1, loginTs + lasts - seconds(Date.now()))
  },
}

/** How the provider is to be; what is left out is as it is by itself. */
export function configure(
  storage: Storage,
  services: Services,
  profiles: Profiles,
  keys: readonly PrivateJwk[],
): Configuration {
  const { actors, settings, handles } = services
  const policy = prompts(actors, handles.domains.length > 0)
  const cookie = { httpOnly: true, sameSite: 'lax', signed: false } as const
  return {
    adapter: createAdapter(storage, settings),
    jwks: { keys: [...keys] },
    discovery: metadata(settings, ['none', ...policy.map(({ name }) => name)]),
    routes: ENDPOINTS,
    scopes: OPENID_SCOPES,
    claims: SCOPE_CLAIMS,
    acrValues: [MULTI_FACTOR],
    // Many read the id token alone.
    conformIdTokenClaims: false,
    async findAccount({ oidc }, did) {
      const { found } = openidScope()
      const account = found?.account.did === did ? found.account : await actors.account(did).read()
      if (account && isActive(account)) return toAccount(services, profiles, account)
      // There the provider counts on it, since the session has just been found.
      if (AUTHORIZING.includes(oidc.route)) throw signInEnded()
      return undefined
    },
    loadExistingGrant: (ctx) => loadGrant(storage, ctx),
    responseTypes: ['code'],
    // Not one more, but more that is asked of one.
    extraParams: {
      response_mode: assertFormArrives,
      code_challenge: assertHash('code_challenge'),
      dpop_jkt: assertHash('dpop_jkt'),
      scope: (ctx) => {
        askForOfflineAccess(ctx)
        return assertScope(storage.flow, ctx)
      },
    },
    pkce: { required: () => true },
    clientAuthMethods: [...AUTHENTICATION],
    assertJwtClientAuthClaimsAndHeader: async (_, claims) => takeAssertion(claims),
    clientDefaults: {
      id_token_signed_response_alg: 'RS256',
      // Without `sid`, a logout token could not say which of several sign-ins has ended.
      backchannel_logout_session_required: true,
    },
    extraClientMetadata: {
      properties: ['software_id'],
      validator: (_, __, ___, metadata) => {
        assertPublicSubjects(metadata)
        assertUsualKeys(metadata)
        completeDocument(metadata as Record<string, unknown>)
      },
    },
    // Secrets are kept as hashes, so none can be the key of a MAC.
    enabledJWA: {
      idTokenSigningAlgValues: [...OPENID_SIGNING],
      requestObjectSigningAlgValues: [...OPENID_SIGNING],
      clientAuthSigningAlgValues: [...OPENID_SIGNING],
    },
    formats: { customizers: { jwt: (_, ...of) => keepResourceToken(...of) } },
    rotateRefreshToken: true,
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    // A token that is revoked ends its chain (`openid/storage/token_adapters.ts`). All else that ends a grant takes it away:
    // what was consented to is kept elsewhere.
    revokeGrantPolicy: ({ oidc }) => oidc.route !== 'revocation',
    // No endpoint for programs looks at cookies.
    clientBasedCORS: () => true,
    cookies: {
      names: {
        session: OPENID_SESSION.cookie,
        interaction: 'openid-interaction',
        resume: 'openid-resume',
      },
      long: { ...cookie, path: OPENID_SESSION.path },
      short: cookie,
    },
    features: features(storage, services),
    ...fetching(services),
    // It decides about pairwise subjects, which are not given here.
    sectorIdentifierUriValidate: () => false,
    interactions: { policy, url: (_, { uid }) => openidPage(uid) },
    renderError: async (ctx, out, err) => {
      const isEnded = err instanceof errors.SessionNotFound
      const scope = openidScope()
      const told = scope.refusal?.told ?? { error: out.error, description: out.error_description }
      scope.pageError = { ...told, isEnded }
      ctx.body = ''
    },
    ttl: TTL,
  } as Configuration
}

/** Which features of the provider are on, and how each decides. */
function features(
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
        min: seconds(lifetimes.CLIENT_KEYS),
        max: seconds(lifetimes.CLIENT_METADATA),
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
