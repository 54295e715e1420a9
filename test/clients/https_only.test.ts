import {
  CompositeDidDocumentResolver,
  LocalActorResolver,
  PlcDidDocumentResolver,
  WellKnownHandleResolver,
} from '@atcute/identity-resolver'
import { MemoryStore, OAuthClient, type StoredSession } from '@atcute/oauth-node-client'
import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { makeNodeClient } from '../../lab/clients/node_client.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

/** Libraries that talk to no server without TLS. */
const scope = 'atproto transition:generic'
let network: Network
const hosts: HostedClient[] = []

beforeAll(async () => {
  network = await startNetwork({ https: true })
})
afterAll(async () => {
  for (const host of hosts) await host.close()
  await network?.close()
})

async function host() {
  const key = await makeClientKey()
  const hosted = await hostWebClient(network.ca, key, scope)
  hosts.push(hosted)
  return { key, hosted }
}

test('@atcute/oauth-node-client signs in, refreshes many times at once, revokes, and is out', async () => {
  const person = newCredentials('atcute')
  await headlessSignUp(network.url, person)
  const { key, hosted } = await host()
  const sessions = new MemoryStore<string, StoredSession>()
  const client = new OAuthClient({
    metadata: {
      client_id: hosted.clientId,
      redirect_uris: [hosted.redirectUri],
      scope,
      jwks_uri: `${hosted.url}/jwks.json`,
    } as never,
    keyset: [{ ...key.privateJwk, kid: key.kid, alg: 'ES256' } as never],
    stores: { sessions: sessions as never, states: new MemoryStore() as never },
    actorResolver: new LocalActorResolver({
      handleResolver: new WellKnownHandleResolver(),
      didDocumentResolver: new CompositeDidDocumentResolver({
        methods: { plc: new PlcDidDocumentResolver({ apiUrl: network.plc.url }) } as never,
      }),
    }),
  })
  hosted.routes.set('/client-metadata.json', client.metadata)

  const { url } = await client.authorize({ target: { type: 'pds', serviceUrl: network.pds.url } })
  const callback = await headlessSignIn(url.href, person)
  const { session } = await client.callback(callback.searchParams)
  const stored = await sessions.get(session.did)

  const refreshed = await Promise.all(
    [1, 2, 3].map(() => client.restore(session.did, { refresh: true })),
  )
  const answers = await Promise.all(
    refreshed.map((each) => each.handle('/xrpc/com.atproto.server.getSession', {})),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])

  const last = await sessions.get(session.did)
  expect(last).not.toEqual(stored)
  await session.signOut()
  await sessions.set(session.did, last as StoredSession)
  await expect(client.restore(session.did, { refresh: true })).rejects.toThrow(
    'Invalid refresh token',
  )
})

test('@atproto/oauth-client-node without allowHttp does so, too', async () => {
  const person = newCredentials('node')
  await headlessSignUp(network.url, person)
  const { key, hosted } = await host()
  const servers = { handleResolver: network.url, plcUrl: network.plc.url, allowHttp: false }
  const { client, sessions } = await makeNodeClient(hosted, key, servers)
  const url = await client.authorize(network.pds.url)
  const callback = await headlessSignIn(url.href, person)
  const { session } = await client.callback(callback.searchParams)
  await Promise.all([1, 2, 3].map(() => client.restore(session.did, true)))
  const last = sessions.get(session.did)
  await session.signOut()
  if (last) sessions.set(session.did, last)
  await expect(client.restore(session.did, true)).rejects.toMatchObject({
    cause: { error: 'invalid_grant' },
  })
})

test('openid-client does so, too', async () => {
  const person = newCredentials('openid')
  const did = await headlessSignUp(network.url, person)
  const { key, hosted } = await host()
  const config = await openid.discovery(
    new URL(network.url),
    hosted.clientId,
    undefined,
    openid.PrivateKeyJwt(key),
    { algorithm: 'oauth2' },
  )
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const parameters = {
    redirect_uri: hosted.redirectUri,
    scope,
    state: expectedState,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
  const callback = await headlessSignIn(url.href, person)
  const checks = { pkceCodeVerifier, expectedState }
  const session = await openid.authorizationCodeGrant(config, callback, checks, undefined, { DPoP })
  expect(session.sub).toBe(did)

  const refresh = (token: unknown) =>
    openid.refreshTokenGrant(config, String(token), undefined, { DPoP })
  const refreshed = await Promise.all([1, 2, 3].map(() => refresh(session.refresh_token)))
  const method = new URL('/xrpc/com.atproto.server.getSession', network.pds.url)
  for (const { access_token } of refreshed) {
    const answer = await openid.fetchProtectedResource(
      config,
      access_token,
      method,
      'GET',
      null,
      undefined,
      { DPoP },
    )
    expect(await answer.json()).toMatchObject({ did })
  }

  const last = refreshed[0]?.refresh_token
  await openid.tokenRevocation(config, String(last))
  await expect(refresh(last)).rejects.toMatchObject({ error: 'invalid_grant' })
})
