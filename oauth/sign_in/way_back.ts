import { AuthorizationError } from '@atproto/oauth-provider/errors'

/**
 * The address at which the app learns why its request has ended, as the provider would send the browser
 * there: the person has read it, and goes by themselves.
 *
 * @returns undefined where the provider does not know the app, or it wants a form
 * @see RFC 6749 section 4.1.2.1, RFC 9207
 */
export function wayBack(err: unknown, issuer: string): string | undefined {
  if (!(err instanceof AuthorizationError)) return undefined
  const { redirect_uri, response_mode = 'query', state } = err.parameters
  if (!redirect_uri || response_mode === 'form_post') return undefined
  const url = new URL(redirect_uri)
  const told = response_mode === 'query' ? url.searchParams : new URLSearchParams()
  told.set('iss', issuer)
  if (state !== undefined) told.set('state', state)
  told.set('error', err.error)
  told.set('error_description', err.error_description)
  if (response_mode === 'fragment') url.hash = told.toString()
  return url.href
}
