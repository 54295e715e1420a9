/** The whole of a browser-only app; bundled and run in Chromium by its test. */
import { BrowserOAuthClient, type OAuthSession } from '@atproto/oauth-client-browser'
import { newPost } from './new_post.ts'

export type BrowserApp = {
  did: string | undefined
  signIn: (handle: string) => Promise<unknown>
  /** Writes a post and returns its `at://` URI. */
  post: (text: string) => Promise<string>
  /** Refreshes three times at once. */
  refresh: () => Promise<void>
  /** Signs out, and returns the error code of a refresh that is tried all the same. */
  signOut: () => Promise<string>
}

declare global {
  var servers: { handleResolver: string; plcUrl: string; scope: string }
  var app: Promise<BrowserApp>
}

async function start(): Promise<BrowserApp> {
  const redirectUri = `${location.origin}/`
  const query = new URLSearchParams({ redirect_uri: redirectUri, scope: servers.scope })
  const client = await BrowserOAuthClient.load({
    clientId: `http://localhost?${query}`,
    handleResolver: servers.handleResolver,
    plcDirectoryUrl: servers.plcUrl,
    allowHttp: true,
  })
  const session: OAuthSession | undefined = (await client.init())?.session
  const signedIn = () => {
    if (!session) throw new Error('No account is signed in')
    return session
  }

  return {
    did: session?.did,
    signIn: (handle) => client.signIn(handle, { scope: servers.scope }),
    post: async (text) => {
      const response = await signedIn().fetchHandler('/xrpc/com.atproto.repo.createRecord', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(newPost(signedIn().did, text)),
      })
      return ((await response.json()) as { uri: string }).uri
    },
    refresh: async () => {
      await Promise.all([1, 2, 3].map(() => signedIn().getTokenInfo(true)))
    },
    signOut: async () => {
      const { server } = signedIn()
      // biome-ignore lint/complexity/useLiteralKeys: the method is protected
      const tokens = await signedIn()['getTokenSet'](false)
      await signedIn().signOut()
      return server.refresh(tokens).then(
        () => 'refreshed',
        (error) => error.error,
      )
    },
  }
}

globalThis.app = start()
