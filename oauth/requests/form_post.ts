import { isOfWeb } from '../../pages/sign_in/leaving.ts'

/**
 * Why an app would not get its answer: with `response_mode=form_post` that is in the body of a request (OAuth 2.0 Form
 * Post Response Mode section 2), and a scheme of an app's own brings it an address alone.
 *
 * @returns undefined where it gets there
 */
export function lostForm({
  redirect_uri: uri,
  response_mode: mode,
}: {
  redirect_uri?: unknown
  response_mode?: unknown
}): string | undefined {
  if (mode !== 'form_post' || isOfWeb(new URL(String(uri)))) return undefined
  return 'response_mode=form_post takes a redirect_uri of http or https'
}
