import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import { SCOPE_CLAIMS } from '../../../openid/claims/claims.ts'
import { newKeys } from '../../../openid/keys.ts'
import { OPENID_CLIENT, OPENID_SCOPE } from '../../clients/headless_openid.ts'

/**
 * The OpenID provider that Vestibule uses, alone in a process, with its own storage in memory: nothing is durable,
 * and who comes is signed in.
 */
const server = createServer()
await once(server.listen(0, '127.0.0.1'), 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const provider = new Provider(url, {
  jwks: { keys: (await newKeys()).map(({ jwk }) => JSON.parse(jwk)) },
  clients: [{ client_id: OPENID_CLIENT.id, ...OPENID_CLIENT.metadata }],
  routes: { authorization: '/authorize', userinfo: '/userinfo', introspection: '/introspect' },
  claims: SCOPE_CLAIMS,
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: async (_, accountId) => ({
    accountId,
    claims: async () => ({
      ...{ sub: accountId, name: accountId, preferred_username: accountId },
      ...{ email: `${accountId}@mail.vestibule.internal`, email_verified: true, updated_at: 1 },
    }),
  }),
  loadExistingGrant: async ({ oidc }) => {
    const { clientId = '' } = oidc.client ?? {}
    const known = oidc.session?.grantIdFor(clientId)
    if (known !== undefined) return oidc.provider.Grant.find(known)
    const accountId = oidc.session?.accountId ?? ''
    const grant = new oidc.provider.Grant({ accountId, clientId })
    grant.addOIDCScope(OPENID_SCOPE)
    await grant.save()
    return grant
  },
} as Configuration)

const answer = provider.callback()
server.on('request', async (request, response) => {
  if (!request.url?.startsWith('/interaction/')) return answer(request, response)
  const { params } = await provider.interactionDetails(request, response)
  const login = { accountId: String(params.login_hint) }
  return provider.interactionFinished(request, response, { login })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url })
