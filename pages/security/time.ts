import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import { type Html, inline } from '../../http/page/document.ts'

/** In UTC, as in the mails: the place of who reads it is not known here, but to {@link LOCAL_TIMES}. */
const FORMAT = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
const formats = new Map<PageLanguage, Intl.DateTimeFormat>()

function formatOf(language: PageLanguage): Intl.DateTimeFormat {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, FORMAT)
  formats.set(language, format)
  return format
}

/** Of a page with times: shows them by the clock and the habits of who reads it, and in UTC to who points at one. */
export const LOCAL_TIMES = inline(
  "addEventListener('DOMContentLoaded',()=>{const l=document.documentElement.lang,f=new Intl.DateTimeFormat(navigator.languages.find(n=>n.split('-')[0]==l)??l,{dateStyle:'medium',timeStyle:'short'});for(const t of document.querySelectorAll('time')){t.title=t.textContent;t.textContent=f.format(new Date(t.dateTime))}})",
)

/** @param at ms since the epoch */
export function time(language: PageLanguage, at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${formatOf(language).format(at)} UTC</time>`
}
