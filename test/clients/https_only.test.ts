import {
  CompositeDidDocumentResolver,
  LocalActorResolver,
  PlcDidDocumentResolver,
  WellKnownHandleResolver,
} from '@atcute/identity-resolver'
import { MemoryStore, OAuthClient, type StoredSession } from '@atcute/oauth-node-client'
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
