import { Auth, type AuthConfig } from '@auth/core'
import { getToken } from '@auth/core/jwt'
import { Hono } from 'hono'
import { type OpenidApp, pageFor } from './openid_app.ts'

const secret = 'of this app alone, to seal its cookies'
const places = { signIn: '/auth/signin', signOut: '/auth/signout' }

/**
 * An app that signs people in with Auth.js (`@auth/core`), on the pages that come with it. Its own page asks the
 * userinfo endpoint each time, so a person whom the issuer has signed out is signed out there, too.
 */
export const authJsApp: OpenidApp = {
  callback: '/auth/callback/vestibule',
  make(_, { issuer, id: clientId, secret: clientSecret }) {
    const config: AuthConfig = {
      ...{ secret, basePath: '/auth', trustHost: true },
      providers: [
        { id: 'vestibule', name: 'Vestibule', type: 'oidc', issuer, clientId, clientSecret },
      ],
      callbacks: {
        jwt: ({ token, account }) =>
          account ? { ...token, accessToken: account.access_token } : token,
      },
    }
    const app = new Hono()
    app.all('/auth/*', (c) => Auth(c.req.raw, config))
    app.get('/', async (c) => {
      const token = await getToken({ req: c.req.raw, secret, secureCookie: false })
      const response = await fetch(`${issuer}/userinfo`, {
        headers: { authorization: `Bearer ${token?.accessToken}` },
      })
      if (!response.ok) return c.html(pageFor(null, places))
      const { preferred_username: name } = (await response.json()) as { preferred_username: string }
      return c.html(pageFor({ name, email: String(token?.email) }, places))
    })
    return app
  },
}
