import { html } from 'hono/html'
import { PAGE_LANGUAGES, type PageLanguage } from '../../http/language.ts'
import type { Html } from '../../http/page/document.ts'

/** In UTC, as in the mails: the place of who reads it is not known here. */
const formats = Object.fromEntries(
  PAGE_LANGUAGES.map((language) => [
    language,
    new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
  ]),
) as Record<PageLanguage, Intl.DateTimeFormat>

/** @param at ms since the epoch */
export function time(language: PageLanguage, at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${formats[language].format(at)} UTC</time>`
}
