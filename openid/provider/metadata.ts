import type { Settings } from '../../base/settings/settings.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { OPENID_SIGNING } from '../keys.ts'

/** How clients prove who they are. */
export const AUTHENTICATION = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const

/**
 * What the metadata say that the provider does not know, or leaves out (RFC 8414 section 2): without these members
 * the other endpoints would take `client_secret_basic` alone.
 *
 * @param prompts Initiating User Registration via OpenID Connect 1.0, section 5
 */
export function metadata({ branding: { links } }: Settings, prompts: readonly string[]) {
  const authentication = ['revocation', 'introspection'].map((endpoint) => ({
    [`${endpoint}_endpoint_auth_methods_supported`]: AUTHENTICATION,
    [`${endpoint}_endpoint_auth_signing_alg_values_supported`]: OPENID_SIGNING,
  }))
  return {
    prompt_values_supported: prompts,
    ui_locales_supported: PAGE_LANGUAGES,
    ...(links.termsOfService && { op_tos_uri: links.termsOfService }),
    ...(links.privacyPolicy && { op_policy_uri: links.privacyPolicy }),
    ...Object.assign({}, ...authentication),
  }
}
