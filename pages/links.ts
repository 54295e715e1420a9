import type { Branding } from '../base/settings/branding.ts'
import type { PageLanguage } from '../http/language.ts'
import type { Way } from '../http/page/layout.ts'
import { homeTexts } from './locales/index.ts'

/** What the operator links to, at the bottom of pages. */
export function linksOf(links: Branding['links'], language: PageLanguage): Way[] {
  const texts = homeTexts[language]
  const all = [
    [texts.home, links.home],
    [texts.termsOfService, links.termsOfService],
    [texts.privacyPolicy, links.privacyPolicy],
    [texts.support, links.support],
  ] as const
  return all.flatMap(([text, href]) => (href === undefined ? [] : [{ text, href }]))
}
