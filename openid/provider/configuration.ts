import { type Configuration, errors } from 'oidc-provider'
import { isActive } from '../../database/account/profile.ts'
import { openidPage } from '../../oauth/paths.ts'
import { OPENID_SESSION } from '../../oauth/sign_in/cookies/signed_in.ts'
import type { Services } from '../../sagas/services/services.ts'
import { OPENID_SCOPES, SCOPE_CLAIMS, toAccount } from '../claims/claims.ts'
import type { Profiles } from '../claims/profile.ts'
import { fetching } from '../clients/fetching.ts'
import type { FetchedKeys } from '../clients/fresh_keys.ts'
import { completeDocument } from '../clients/shown_client.ts'
import { assertUsualKeys } from '../clients/usual_keys.ts'
import { loadGrant } from '../interaction/consents.ts'
import { prompts } from '../interaction/prompts.ts'
import { OPENID_SIGNING, type PrivateJwk } from '../keys.ts'
import { ENDPOINTS } from '../paths.ts'
import { createAdapter } from '../storage/adapter.ts'
import { MULTI_FACTOR } from '../storage/interaction_result.ts'
import { openidScope } from '../storage/scope.ts'
import { signInEnded } from '../storage/sign_in_ended.ts'
import type { Storage } from '../storage/stored.ts'
import { keepResourceToken } from '../tokens/resource_tokens.ts'
import { takeAssertion } from './client_assertion.ts'
import { features } from './features.ts'
import { AUTHENTICATION, metadata } from './metadata.ts'
import { checkedParameters } from './parameters.ts'
import { TTL } from './ttl.ts'

/** The provider reads the redirect URIs of a client of this type before it looks whether they are URIs. */
function assertPublicSubjects({ subject_type: type }: { subject_type?: unknown }): void {
  if (type !== 'pairwise') return
  throw new errors.InvalidClientMetadata("subject_type must be 'public'")
}

/** Where a person is led to a client, by the provider's names. */
const AUTHORIZING: readonly string[] = ['authorization', 'resume']

/** How the provider is to be; what is left out is as it is by itself. */
export function configure(
  storage: Storage,
  services: Services,
  profiles: Profiles,
  keys: readonly PrivateJwk[],
  fetched: FetchedKeys,
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
    extraParams: checkedParameters(storage.flow),
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
    ...fetching(services, fetched),
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
