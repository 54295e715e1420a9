import type { OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import type { Settings } from '../../base/settings/settings.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { primaryColor } from '../../pages/sign_in/look.ts'
import { SECURITY } from '../security_paths.ts'

/** In each language of the pages. */
const securityTitles = Object.fromEntries(
  Object.entries(securityTexts).map(([language, { title }]) => [language, title]),
)

/**
 * How the provider's pages look, and what they link to: as a PDS's own pages would. The pages
 * translate the titles of those that have a `rel`.
 */
export function createBranding({
  name,
  publicUrl,
  branding: { links, logo, colors, background },
}: Pick<Settings, 'name' | 'publicUrl' | 'branding'>): OAuthProviderOptions['branding'] {
  const all = [
    { title: securityTitles, href: `${publicUrl}${SECURITY}` },
    { title: 'Home', href: links.home, rel: 'canonical' },
    { title: 'Terms of Service', href: links.termsOfService, rel: 'terms-of-service' },
    { title: 'Privacy Policy', href: links.privacyPolicy, rel: 'privacy-policy' },
    { title: 'Support', href: links.support, rel: 'help' },
  ]
  return {
    name,
    logo,
    colors: { ...colors, primary: primaryColor(colors) },
    background,
    links: all.flatMap(({ href, ...link }) => (href === undefined ? [] : [{ ...link, href }])),
  } as OAuthProviderOptions['branding']
}
