/** The whole of a browser-only app of another library; bundled and run in Chromium by its test. */
import {
  CompositeDidDocumentResolver,
  LocalActorResolver,
  PlcDidDocumentResolver,
  XrpcHandleResolver,
} from '@atcute/identity-resolver'
import {
  configureOAuth,
  createAuthorizationUrl,
  finalizeAuthorization,
  getSession,
  OAuthUserAgent,
} from '@atcute/oauth-browser-client'
import { newPost } from './new_post.ts'

type Did = `did:plc:${string}`

export type AtcuteApp = {
  /** Where to send the browser. */
  signIn: (handle: string) => Promise<string>
  /** Takes what the browser came back with. @returns the DID */
  finish: () => Promise<string>
  /** Writes a post and returns its `at://` URI. */
  post: (did: string, text: string) => Promise<string>
  /** Refreshes three times at once. */
  refresh: (did: string) => Promise<void>
  /** @returns `yes`, or what the server said */
  refreshes: (did: string) => Promise<string>
  signOut: (did: string) => Promise<void>
}

declare global {
  var place: { clientId: string; handleResolver: string; plcUrl: string; scope: string }
  var atcuteApp: AtcuteApp
}

configureOAuth({
  metadata: { client_id: place.clientId, redirect_uri: `${location.origin}/callback` },
  identityResolver: new LocalActorResolver({
    handleResolver: new XrpcHandleResolver({ serviceUrl: place.handleResolver }),
    didDocumentResolver: new CompositeDidDocumentResolver({
      methods: { plc: new PlcDidDocumentResolver({ apiUrl: place.plcUrl }) } as never,
    }),
  }),
})

const stored = (did: string) => getSession(did as Did, { allowStale: true })

globalThis.atcuteApp = {
  signIn: async (handle) => {
    const target = { type: 'account', identifier: handle as `${string}.${string}` } as const
    return String(await createAuthorizationUrl({ target, scope: place.scope }))
  },
  finish: async () => {
    const { session } = await finalizeAuthorization(new URLSearchParams(location.hash.slice(1)))
    return session.info.sub
  },
  post: async (did, text) => {
    const agent = new OAuthUserAgent(await stored(did))
    const response = await agent.handle('/xrpc/com.atproto.repo.createRecord', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(newPost(did, text)),
    })
    return ((await response.json()) as { uri: string }).uri
  },
  refresh: async (did) => {
    await Promise.all([1, 2, 3].map(() => getSession(did as Did, { noCache: true })))
  },
  refreshes: (did) =>
    getSession(did as Did, { noCache: true }).then(
      () => 'yes',
      (error: Error) => error.message,
    ),
  signOut: async (did) => {
    await new OAuthUserAgent(await stored(did)).signOut()
  },
}
