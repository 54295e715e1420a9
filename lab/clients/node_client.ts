import {
  JoseKey,
  NodeOAuthClient,
  type NodeSavedSession,
  type NodeSavedState,
  requestLocalLock,
} from '@atproto/oauth-client-node'
import type { ClientKey, HostedClient } from './hosted_client.ts'

export type NodeClient = {
  client: NodeOAuthClient
  /** Saved sessions by DID: what a real app keeps in its database. */
  sessions: Map<string, NodeSavedSession>
  /** Pushed authorization requests that were answered with `use_dpop_nonce`. */
  readonly nonceChallenges: number
}

/** Makes a confidential `@atproto/oauth-client-node` for `hosted`, with stores in memory. */
export async function makeNodeClient(
  hosted: HostedClient,
  { privateJwk, kid }: ClientKey,
  servers: { handleResolver: string; plcUrl: string; allowHttp?: boolean },
): Promise<NodeClient> {
  const sessions = new Map<string, NodeSavedSession>()
  let nonceChallenges = 0
  const client = new NodeOAuthClient({
    clientMetadata: hosted.metadata as NodeOAuthClient['clientMetadata'],
    keyset: [await JoseKey.fromImportable({ ...privateJwk, alg: 'ES256' } as never, kid)],
    handleResolver: servers.handleResolver,
    plcDirectoryUrl: servers.plcUrl,
    allowHttp: servers.allowHttp ?? true,
    stateStore: memoryStore(new Map<string, NodeSavedState>()),
    sessionStore: memoryStore(sessions),
    requestLock: requestLocalLock,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      const url = input instanceof Request ? input.url : String(input)
      if (url.endsWith('/oauth/par') && response.status === 400) {
        const { error } = (await response.clone().json()) as { error: string }
        if (error === 'use_dpop_nonce') nonceChallenges++
      }
      return response
    },
  })
  return {
    client,
    sessions,
    get nonceChallenges() {
      return nonceChallenges
    },
  }
}

function memoryStore<V>(values: Map<string, V>) {
  return {
    get: async (key: string) => values.get(key),
    set: async (key: string, value: V) => void values.set(key, value),
    del: async (key: string) => void values.delete(key),
  }
}
