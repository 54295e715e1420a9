import { html } from 'hono/html'
import type { HttpResponse } from '../http/message.ts'
import { type Html, type Script, writeDocument } from '../http/page/document.ts'
import { formOf, OPERATOR_COMMANDS, OPERATOR_PAGE, OPERATOR_SIGN_OUT } from '../operator/paths.ts'
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

/**
 * A page for who is in.
 *
 * @param outcome of what was sent before
 * @param script of what is in the content
 */
export function writeInside(
  { context, sealed }: Visitor,
  title: string,
  content: Html,
  { alert, notice, status = 200 }: Outcome = {},
  script?: Script,
): HttpResponse {
  const { name: service } = context.services.settings
  const body = html`    <header>
      <p><a href="${OPERATOR_PAGE}">${service}</a></p>
      <nav aria-label="Pages">${PAGES.map(([name, href]) => html`<a href="${href}">${name}</a>`)}</nav>
      <p class="quiet">Operator: ${context.by.operator}</p>
      ${form({ action: OPERATOR_SIGN_OUT, sealed }, html`<button>Sign out</button>`)}
    </header>
    <main>
      <h1>${title}</h1>
      ${alert && html`<p class="alert" role="alert">${alert}</p>`}
      ${notice && html`<p class="notice" role="status">${notice}</p>`}
      ${content}
    </main>`
  return write([alert, title, 'Operator', service], body, status, script)
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
