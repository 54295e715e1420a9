import {
  buildAtprotoLoopbackClientMetadata,
  NodeOAuthClient,
  type NodeSavedSession,
  type NodeSavedState,
  requestLocalLock,
} from '@atproto/oauth-client-node'
import { memoryStore } from './memory_store.ts'

export const CALLBACK_PATH = '/oauth/callback'

/** The app may write posts and nothing else. */
const SCOPE = 'atproto repo:app.bsky.feed.post'

export type OAuthClientSettings = {
  /** Where the browser finds the app; on a loopback address, as there is no hosted metadata. */
  origin: string
  /** Answers `com.atproto.identity.resolveHandle`. */
  handleResolverUrl: string
  plcUrl: string
}

/**
 * An OAuth client for development: its metadata is in its `client_id`.
 *
 * @see https://atproto.com/specs/oauth#localhost-client-development
 */
export function createOAuthClient({ origin, handleResolverUrl, plcUrl }: OAuthClientSettings) {
  return new NodeOAuthClient({
    clientMetadata: buildAtprotoLoopbackClientMetadata({
      scope: SCOPE,
      redirect_uris: [`${origin}${CALLBACK_PATH}`],
    }),
    stateStore: memoryStore<NodeSavedState>(),
    sessionStore: memoryStore<NodeSavedSession>(),
    requestLock: requestLocalLock,
    handleResolver: handleResolverUrl,
    plcDirectoryUrl: plcUrl,
    allowHttp: true,
  })
}
