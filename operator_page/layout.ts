import { html } from 'hono/html'
import type { HttpResponse } from '../http/message.ts'
import { type Html, type Script, writeDocument } from '../http/page/document.ts'
import { formOf, OPERATOR_COMMANDS, OPERATOR_PAGE, OPERATOR_SIGN_OUT } from '../operator/paths.ts'
import { nameOf } from '../sagas/operators.ts'
import { STYLE } from './style.ts'
import type { Outcome, Visitor } from './visitor.ts'

/** What is used most; everything else stands among the commands. */
const PAGES: readonly [name: string, href: string][] = [
  ['Overview', OPERATOR_PAGE],
  ['Accounts', formOf('account list')],
  ['Invites', formOf('invite list')],
  ['Limits', formOf('limits list')],
  ['PDSes', formOf('pds list')],
  ['Trail', formOf('trail')],
  ['Commands', OPERATOR_COMMANDS],
]

/** Where the content begins, behind the header. */
const CONTENT = 'content'
/** The id of what went wrong. */
export const ALERT = 'alert'

type Inside = {
  title: string
  /** What tells the page from others of its title, in the name of its tab. */
  about?: string
  content: Html
  /** Of what was sent before. */
  outcome?: Outcome
  /** Of what is in the content. */
  script?: Script | undefined
}

/** A page for who is in. */
export function writeInside(
  { context, session, sealed, request }: Visitor,
  { title, about, content, outcome = {}, script }: Inside,
): HttpResponse {
  const { name: service } = context.services.settings
  const { alert, notice, status = 200 } = outcome
  const here = request.url.pathname
  const body = html`    <a class="skip" href="#${CONTENT}">Skip to the content</a>
    <header>
      <p><a href="${OPERATOR_PAGE}">${service}</a></p>
      <nav aria-label="Pages">${PAGES.map(([name, href]) => html`<a href="${href}" ${href === here && html`aria-current="page"`}>${name}</a>`)}</nav>
      <p class="quiet">Operator: ${nameOf(session)}</p>
      ${form({ action: OPERATOR_SIGN_OUT, sealed }, html`<button>Sign out</button>`)}
    </header>
    <main id="${CONTENT}" tabindex="-1">
      <h1>${title}</h1>
      ${alert && html`<p class="alert" role="alert" id="${ALERT}">${sentence(alert)}</p>`}
      ${notice && html`<p class="notice" role="status">${notice}</p>`}
      ${content}
    </main>`
  return write([alert, notice, title, about, 'Operator', service], body, status, script)
}

/** A page for who is not in: one card. */
export function writeOutside(
  service: string,
  { title, content, status = 200 }: { title: string; content: Html; status?: number },
): HttpResponse {
  const body = html`    <main class="card">
      <p class="name">${service}</p>
      <h1>${title}</h1>
      ${content}
    </main>`
  return write([title, service], body, status)
}

/** A text of this program alone, in which code stands between backticks, as the command line says it, too. */
export const coded = (text: string): Html => markedAsCode(text, /`([^`]+)`/)

/** A sentence that may name what others have named: of what stands between backticks, commands alone are code. */
export const sentence = (text: string): Html => markedAsCode(text, /`(vestibule [^`]+)`/)

function markedAsCode(text: string, code: RegExp): Html {
  const parts = text.split(code)
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

export function form({ action, sealed }: { action: string; sealed: string }, content: Html): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="form" value="${sealed}">${content}</form>`
}

function write(
  names: (string | undefined)[],
  body: Html,
  status: number,
  script?: Script,
): HttpResponse {
  const title = names.filter(Boolean).join(' – ')
  return writeDocument({
    language: 'en',
    title,
    style: STYLE,
    body,
    status,
    hasForms: true,
    script,
  })
}
