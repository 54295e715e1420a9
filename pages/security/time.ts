import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import type { Html } from '../../http/page/document.ts'

/** In UTC, as in the mails: the place of who reads it is not known here. */
const FORMAT = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
const formats = new Map<PageLanguage, Intl.DateTimeFormat>()

function formatOf(language: PageLanguage): Intl.DateTimeFormat {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, FORMAT)
  formats.set(language, format)
  return format
}

/** @param at ms since the epoch */
export function time(language: PageLanguage, at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${formatOf(language).format(at)} UTC</time>`
}
