import { html } from 'hono/html'
import type { PageLanguage } from '../language.ts'
import type { HttpResponse } from '../message.ts'
import { BASE_STYLE, type Html, Style, writeDocument } from './document.ts'

const STYLE =
  new Style(`${BASE_STYLE}code{display:block;margin-top:.5rem;padding:.625rem .75rem;border-radius:.625rem;background:var(--field);color:var(--text)}
.way{display:block;box-sizing:border-box;margin:.5rem 0 0;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.625rem;background:var(--field);text-align:center;text-decoration:none;font-weight:500;overflow-wrap:anywhere}
.way:hover,.way:focus-visible{text-decoration:underline}
`)

/** A way that a page offers. */
export type Way = { text: string; href: string }

export type Page = {
  language: PageLanguage
  /** What the pages call this service. */
  service: string
  title: string
  /** What stands below the title. */
  content: Html
  /** Buttons, the most likely first. */
  ways: readonly Way[]
  /** Small, at the bottom. */
  links?: readonly Way[]
  status?: number
}

/** Lays a page of this program's own out: one card with a title, a text and the ways from there. */
export function writePage({
  language,
  service,
  title,
  content,
  ways,
  links = [],
  status = 200,
}: Page): HttpResponse {
  const body = html`    <main>
      <p class="name">${service}</p>
      <h1>${title}</h1>
      ${content}
      ${ways.map(({ text, href }) => html`<a class="way" href="${href}">${text}</a>`)}
      ${links.length > 0 && html`<nav>${links.map(({ text, href }) => html`<a href="${href}">${text}</a>`)}</nav>`}
    </main>`
  return writeDocument({ language, title: `${title} – ${service}`, style: STYLE, body, status })
}
