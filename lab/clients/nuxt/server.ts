/**
 * A web app that signs people in with `nuxt-auth-utils`: its routes, over h3, which is what Nuxt's
 * server runs on. Takes the variables that Nuxt's server takes.
 */
import { createServer } from 'node:https'
import { createApp, createRouter, sendRedirect, toNodeListener } from 'h3'
import * as openid from 'openid-client'
import { loadLibrary } from './library.ts'

const { NITRO_SSL_CERT: cert, NITRO_SSL_KEY: key, PORT: port, APP_URL } = process.env
const library = await loadLibrary()

// The library keeps no OAuth session that it could revoke: it leaves this to the app.
library.sessionHooks.hook('clear', async ({ secure }) => {
  if (!secure) return
  const { iss, access_token, refresh_token } = secure.tokens
  const clientId = `${APP_URL}/bluesky/client-metadata.json`
  const server = await openid.discovery(new URL(iss), clientId, undefined, openid.None(), {
    algorithm: 'oauth2',
  })
  await openid.tokenRevocation(server, refresh_token ?? access_token)
})

const signIn = library.defineOAuthBlueskyEventHandler({
  onSuccess: async (event, { user, tokens }) => {
    await library.setUserSession(event, { user, secure: { tokens } })
    return sendRedirect(event, '/api/_auth/session')
  },
})

const router = createRouter()
  .get('/auth/bluesky', signIn)
  .get('/bluesky/client-metadata.json', library.clientMetadata)
  .get('/api/_auth/session', library.getSession)
  .delete('/api/_auth/session', library.deleteSession)

createServer({ cert, key }, toNodeListener(createApp().use(router))).listen(
  Number(port),
  '127.0.0.1',
  () => console.log('Listening'),
)
