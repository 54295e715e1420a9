import { betterAuth } from 'better-auth'
import { genericOAuth } from 'better-auth/plugins/generic-oauth'
import { Hono } from 'hono'
import { type OpenidApp, pageFor } from './openid_app.ts'

/**
 * An app that signs people in with Better Auth's generic OAuth. Its sign-out leads to the issuer, where they sign
 * out, too (RP-initiated logout).
 */
export const betterAuthApp: OpenidApp = {
  callback: '/api/auth/callback/vestibule',
  make(url, { issuer, id: clientId, secret: clientSecret }) {
    const provider = {
      ...{ providerId: 'vestibule', clientId, clientSecret },
      discoveryUrl: `${issuer}/.well-known/openid-configuration`,
      scopes: ['openid', 'profile', 'email'],
      requireIdTokenVerification: true,
    }
    const auth = betterAuth({
      baseURL: url,
      secret: 'of this app alone, to seal its cookies',
      telemetry: { enabled: false },
      logger: { level: 'error' },
      plugins: [genericOAuth({ config: [provider] })],
    })
    const app = new Hono()
    app.all('/api/auth/*', (c) => auth.handler(c.req.raw))
    app.get('/', async (c) => {
      const session = await auth.api.getSession({ headers: c.req.raw.headers })
      return c.html(pageFor(session?.user ?? null, { signIn: '/in', signOut: '/out' }))
    })
    app.get('/in', async (c) => {
      const body = { provider: provider.providerId, callbackURL: '/' }
      const { headers } = c.req.raw
      return goOn(await auth.api.signInSocial({ body, headers, asResponse: true }))
    })
    app.get('/out', async (c) => {
      const { headers } = c.req.raw
      return goOn(await auth.api.signOut({ body: { callbackURL: '/' }, headers, asResponse: true }))
    })
    return app
  },
}

/** What the library's script in the browser does with an answer. */
async function goOn(answer: Response): Promise<Response> {
  const { url: location } = (await answer.json()) as { url: string }
  const headers = new Headers({ location })
  for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}
