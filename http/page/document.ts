import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { PageLanguage } from '../language.ts'
import { type HttpResponse, textResponse } from '../message.ts'
import { requester } from '../requester.ts'

/** A part of a page, in which everything that is put in was escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** A style sheet that stands in the page itself. */
export class Style {
  readonly css: string
  readonly source: string

  constructor(css: string) {
    this.css = css
    this.source = cspHash(css)
  }
}

/** By which the content security policy lets pass what stands in the page itself (CSP level 3 section 6.7.3.3). */
export function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/**
 * Of a page that answers a form. Whoever goes back to such a one, or loads it anew, would be asked by the browser whether
 * to send the form once more, with a password or a code that was used. This makes it a visit to the address of the form,
 * which leads to the page of the form.
 */
const VISITED = inline("history.replaceState(null,'',location.href)")

/**
 * Of a page with forms. Where an answer takes its time, people press the button again. A browser then gives up what it
 * waits for and sends the form once more, with a code that was used by now: the person would not see what the first one
 * made, such as recovery codes. For 10 s, since the person may have stopped the first, or come back to the page.
 */
const ONCE = inline(
  "let at=-1e4;addEventListener('submit',e=>{e.timeStamp-at<1e4?e.preventDefault():at=e.timeStamp});addEventListener('pageshow',()=>{at=-1e4})",
)

/** A script that stands in the page itself. */
export type Inline = { text: string; source: string }

export function inline(text: string): Inline {
  return { text, source: cspHash(text) }
}

/** A script that a page loads from an address of its own. */
export class Script {
  readonly path: string
  readonly text: string
  /** By which the content security policy lets it pass: this very address, and no other of the origin. */
  readonly source: string

  constructor(path: string, text: string, publicUrl: string) {
    this.path = path
    this.text = text
    this.source = publicUrl + path
  }
}

/** @param path where it is; its name changes with its content */
export function scriptAt(path: (hash: string) => string, text: string, publicUrl: string): Script {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return new Script(path(hash), text, publicUrl)
}

/** What a page loads from another service: its script, and all that this loads in turn. */
export type Widget = {
  /** URL */
  script: string
  /** Of a content security policy. */
  sources: readonly string[]
}

type Document = {
  language: PageLanguage
  title: string
  style: Style
  /** What runs before the page is there. */
  inlines?: readonly Inline[] | undefined
  script?: Script | undefined
  widget?: Widget | undefined
  body: Html
  status?: number
  /** From where pictures come, as sources of a content security policy. */
  images?: readonly string[]
  /** Whether it has forms, which end at this service: a browser holds back one that leads on to another. */
  hasForms?: boolean
}

const COLOURS =
  'color-scheme:light dark;--page:#f5f5f5;--card:#fff;--text:#0a0a0a;--quiet:#636363;--line:#ebebeb;--field:#f7f7f7;--edge:#8c8c8c;--error:#b91c1c'
const DARK_COLOURS =
  '--page:#262626;--card:#171717;--text:#fafafa;--quiet:#a1a1a1;--line:#333;--field:#262626;--edge:#757575;--error:#f87171'

/** Of every page: in the colours of the provider's pages, and as narrow as their cards. */
export const BASE_STYLE = `:root{font:1rem/1.5 system-ui,sans-serif;${COLOURS}}
@media screen and (prefers-color-scheme:dark){:root{${DARK_COLOURS}}}
body{box-sizing:border-box;display:grid;min-height:100vh;margin:0;padding:1rem;place-items:center;color:var(--text)}
html{background:var(--page)}
main{box-sizing:border-box;width:100%;min-width:0;max-width:28rem;overflow-wrap:break-word;padding:1.5rem;border:1px solid var(--line);border-radius:.875rem;background:var(--card)}
.name{margin:0 0 1rem;text-align:center;font-size:1.125rem;font-weight:600}
h1{margin:0 0 .75rem;text-align:center;font-size:1.25rem;line-height:1.3;font-weight:600;overflow-wrap:anywhere}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.quiet{color:var(--quiet);font-size:.875rem}
a{color:inherit}
[hidden]{display:none!important}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:center;margin-top:1.5rem;font-size:.875rem}
`

/** Writes a page of this program's own, which no cache keeps. It works without its script. */
export function writeDocument({
  language,
  title,
  style,
  inlines = [],
  script,
  widget,
  body,
  status = 200,
  images = [],
  hasForms = false,
}: Document): HttpResponse {
  const isAnswer = requester()?.isPost ?? false
  const lines = [...(isAnswer ? [VISITED] : []), ...(hasForms ? [ONCE] : []), ...inlines]
  const page = html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <style>${raw(style.css)}</style>${lines.map(
      ({ text }) => html`
    <script>${raw(text)}</script>`,
    )}${
      script &&
      html`
    <script src="${script.path}" defer></script>`
    }${
      widget &&
      html`
    <script src="${widget.script}" async></script>`
    }
  </head>
  <body>
${body}
  </body>
</html>
`
  return textResponse(String(page), {
    status,
    headers: headersOf({ lines, style, script, widget, images, hasForms }),
  })
}

function headersOf({
  lines,
  style,
  script,
  widget,
  images,
  hasForms,
}: Required<Pick<Document, 'style' | 'images' | 'hasForms'>> &
  Pick<Document, 'script' | 'widget'> & { lines: readonly Inline[] }) {
  const foreign = widget?.sources ?? []
  const own = [...lines, ...(script ? [script] : [])].map(({ source }) => source)
  const scripts = [...own, ...foreign]
  const sources = (given: readonly string[]) => (given.length ? given.join(' ') : "'none'")
  const policy = [
    "default-src 'none'",
    `style-src ${[style.source, ...foreign].join(' ')}`,
    ...(scripts.length ? [`script-src ${scripts.join(' ')}`] : []),
    ...(widget ? [`frame-src ${sources(foreign)}`, `connect-src ${sources(foreign)}`] : []),
    ...(images.length ? [`img-src ${sources(images)}`] : []),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    `form-action ${hasForms ? "'self'" : "'none'"}`,
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    // With `no-referrer`, a browser would not say from where a form comes (`Origin: null`).
    'referrer-policy': hasForms ? 'same-origin' : 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}
