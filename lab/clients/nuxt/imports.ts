/**
 * What Nuxt generates as `#imports`, as far as the server part of `nuxt-auth-utils` asks for it: the
 * settings that its module and a person's `nuxt.config.ts` would have put together.
 */
export { createError } from 'h3'

export const useRuntimeConfig = () => ({
  session: { name: 'nuxt-session', password: '', cookie: { sameSite: 'lax' } },
  oauth: {
    bluesky: {
      clientName: 'A Nuxt app',
      scope: ['atproto'],
      grantTypes: ['authorization_code', 'refresh_token'],
      applicationType: 'web',
      redirectUris: ['/auth/bluesky'],
      tokenEndpointAuthMethod: 'none',
    },
  },
})
