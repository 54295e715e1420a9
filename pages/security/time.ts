import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import type { Html } from '../../http/page/document.ts'

/** In UTC, as in the mails: the place of who reads it is not known here. @param at ms since the epoch */
export function time(language: PageLanguage, at: number): Html {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return html`<time datetime="${new Date(at).toISOString()}">${format.format(at)} UTC</time>`
}
