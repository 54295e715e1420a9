import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { PageLanguage } from '../language.ts'
import { type HttpResponse, textResponse } from '../message.ts'

/** In the colours of the provider's pages, and as narrow as their cards. */
const STYLE = `
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;--page:#f5f5f5;--card:#fff;--text:#0a0a0a;--quiet:#636363;--line:#ebebeb;--field:#f7f7f7}
@media(prefers-color-scheme:dark){:root{--page:#262626;--card:#171717;--text:#fafafa;--quiet:#a1a1a1;--line:#333;--field:#262626}}
body{box-sizing:border-box;display:grid;min-height:100vh;margin:0;padding:1rem;place-items:center;background:var(--page);color:var(--text)}
main{box-sizing:border-box;width:100%;max-width:28rem;padding:1.5rem;border:1px solid var(--line);border-radius:.875rem;background:var(--card)}
.name{margin:0 0 1rem;text-align:center;font-size:1.125rem;font-weight:600}
h1{margin:0 0 .75rem;text-align:center;font-size:1.25rem;line-height:1.3;font-weight:600;overflow-wrap:anywhere}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.quiet{color:var(--quiet);font-size:.875rem}
code{display:block;margin-top:.5rem;padding:.625rem .75rem;border-radius:.625rem;background:var(--field);color:var(--text)}
a{color:inherit}
.way{display:block;box-sizing:border-box;margin:.5rem 0 0;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.625rem;background:var(--field);text-align:center;text-decoration:none;font-weight:500;overflow-wrap:anywhere}
.way:hover,.way:focus-visible{text-decoration:underline}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:center;margin-top:1.5rem;font-size:.875rem}
`

/** Without scripts, without anything from elsewhere, and kept by no cache. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** A way that a page offers. */
export type Way = { text: string; href: string }

export type Page = {
  language: PageLanguage
  /** What the pages call this service. */
  service: string
  title: string
  /** What stands below the title. */
  content: HtmlEscapedString | Promise<HtmlEscapedString>
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
  const page = html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title} – ${service}</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <main>
      <p class="name">${service}</p>
      <h1>${title}</h1>
      ${content}
      ${ways.map(({ text, href }) => html`<a class="way" href="${href}">${text}</a>`)}
      ${links.length > 0 && html`<nav>${links.map(({ text, href }) => html`<a href="${href}">${text}</a>`)}</nav>`}
    </main>
  </body>
</html>
`
  return textResponse(String(page), { status, headers: HEADERS })
}
