import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { PageLanguage } from '../language.ts'
import { type HttpResponse, textResponse } from '../message.ts'
import type { PageRefusal } from '../refuse.ts'
import { errorPageTexts } from './texts.ts'

/** In the colours of the provider's pages, and as narrow as their cards. */
const STYLE = `
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;--page:#fff;--card:#fff;--text:#0a0a0a;--quiet:#636363;--line:#ebebeb;--field:#f7f7f7}
@media(prefers-color-scheme:dark){:root{--page:#0a0a0a;--card:#171717;--text:#fafafa;--quiet:#a1a1a1;--line:#333;--field:#262626}}
body{display:grid;min-height:100vh;margin:0;place-items:center;background:var(--page);color:var(--text)}
main{box-sizing:border-box;width:100%;max-width:28rem;padding:1.5rem;background:var(--card)}
@media(min-width:30rem){main{border:1px solid var(--line);border-radius:.875rem}}
.name{margin:0 0 1rem;text-align:center;font-size:1.125rem;font-weight:600}
h1{margin:0 0 .75rem;font-size:1.25rem;line-height:1.3;font-weight:600}
p{margin:0 0 1rem}
.quiet{color:var(--quiet);font-size:.875rem}
code{display:block;margin-top:.5rem;padding:.625rem .75rem;border-radius:.625rem;background:var(--field);color:var(--text);overflow-wrap:anywhere}
a{display:block;box-sizing:border-box;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.625rem;background:var(--field);color:inherit;text-align:center;text-decoration:none;font-weight:500}
a:hover,a:focus-visible{text-decoration:underline}
`

/** Seen by a browser that was sent here by an app; it must not be led on to anywhere else. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/**
 * Writes the page of a refusal in the reader's language, with a way to a page that works.
 *
 * @param service what the pages call this service
 */
export function writeErrorPage(
  { status, headers, reason }: PageRefusal,
  service: string,
  language: PageLanguage,
): HttpResponse {
  const { title, advice, forMakers, back } = errorPageTexts[language]
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
      <p>${advice}</p>
      <p class="quiet">${forMakers} <code lang="en">invalid_request: ${reason}</code></p>
      <a href="/account">${back}</a>
    </main>
  </body>
</html>
`
  const response = textResponse(String(page), { status, headers: HEADERS })
  return { ...response, headers: [...response.headers, ...headers] }
}
