import { Agent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { makeNodeClient, type NodeClient } from '../../lab/clients/node_client.ts'
import { readText } from '../../lab/clients/xrpc.ts'
import { sharedNetwork } from '../shared/network.ts'

const SESSIONS = 50
const REFRESHES = 5
const AT_ONCE = 8
/** Milliseconds; it takes about 10 s on two idle cores. */
const PATIENCE = 150_000
const network = sharedNetwork()
let host: HostedClient
let gateway: NodeClient

beforeAll(async () => {
  const key = await makeClientKey()
  host = await hostWebClient(network.ca, key, 'atproto transition:generic')
  gateway = await makeNodeClient(host, key, {
    handleResolver: network.url,
    plcUrl: network.plc.url,
  })
})
afterAll(async () => {
  await host?.close()
})

test(
  `a gateway keeps ${SESSIONS} sessions through ${REFRESHES} refreshes each`,
  async () => {
    const people = Array.from({ length: SESSIONS }, () => newCredentials('gil'))
    const dids = await atOnce(people, async (person) => {
      await headlessSignUp(network.url, person)
      const url = await gateway.client.authorize(network.pds.url)
      const { searchParams } = await headlessSignIn(url.href, person)
      const { session } = await gateway.client.callback(searchParams)
      return session.did
    })
    expect(new Set(dids).size).toBe(SESSIONS)
    expect(gateway.sessions.size).toBe(SESSIONS)

    const refreshTokens = new Set<string | undefined>()
    for (let round = 0; round < REFRESHES; round++) {
      await atOnce(dids, async (did) => {
        await gateway.client.restore(did, true)
        refreshTokens.add(gateway.sessions.get(did)?.tokenSet.refresh_token)
      })
    }
    expect(refreshTokens.size).toBe(SESSIONS * REFRESHES)
    expect(gateway.sessions.size).toBe(SESSIONS)

    const texts = await atOnce(dids, async (did) => {
      const agent = new Agent(await gateway.client.restore(did))
      const { data } = await agent.com.atproto.repo.createRecord(newPost(did, `by ${did}`))
      return readText(network.pds.url, data.uri)
    })
    expect(texts).toEqual(dids.map((did) => `by ${did}`))
  },
  PATIENCE,
)

test('a session the gateway revokes is lost to it, and only that one', async () => {
  const [gone, kept] = [...gateway.sessions.keys()] as [string, string]
  const saved = gateway.sessions.get(gone)
  await gateway.client.revoke(gone)
  if (saved) gateway.sessions.set(gone, saved)
  await expect(gateway.client.restore(gone, true)).rejects.toMatchObject({
    cause: { error: 'invalid_grant' },
  })
  expect((await gateway.client.restore(kept, true)).did).toBe(kept)
})

/** Maps `items` in order, {@link AT_ONCE} at a time. */
async function atOnce<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
