import { html } from 'hono/html'
import type { HttpResponse } from '../http/message.ts'
import type { Html } from '../http/page/document.ts'
import type { Description } from '../operator/descriptions/description.ts'
import type { Field } from '../operator/descriptions/fields.ts'
import { descriptions } from '../operator/descriptions/index.ts'
import { formOf, OPERATOR_COMMANDS } from '../operator/paths.ts'
import { isGenerated } from './input.ts'
import { ALERT, coded, form, writeInside } from './layout.ts'
import { hasCopies, resultOf, wordsOf } from './result.ts'
import { type Outcome, sealOf, type Visitor } from './visitor.ts'
import { filledForm, operatorSignIn } from './way_back.ts'

export type CommandPage = {
  description: Description
  fields: readonly Field[]
  /** What was filled in so far. */
  filled(name: string): string
  outcome?: Outcome | undefined
  /** Whether the account that was filled in is none here. */
  isNobody?: boolean
  /** Name of the field that was filled in wrongly. */
  wrongField?: string | undefined
  /** What the command answered. */
  value?: unknown
  /** Where the next page of it is. */
  next?: string | undefined
}

/** A command with its form, and what came of it. */
export function commandPage(visitor: Visitor, page: CommandPage): HttpResponse {
  const { description, fields, filled, outcome = {}, wrongField, value, next } = page
  const { words, what, needsProof, leadsTo } = description
  // What is secret is not written into a page that stays open.
  const inputs = fields.map((field) =>
    inputOf(
      field,
      field.elsewhere === 'secret' ? '' : filled(field.name),
      field.name === wrongField,
    ),
  )
  const isReading = description.kind === 'reads'
  const button = html`<button class="primary">${isReading ? 'Show' : titleOf(words)}</button>`
  const action = formOf(words)
  const account = filled('account')
  const filling = isReading
    ? html`<form method="get" action="${action}">${filterOf(page, inputs)}${button}</form>`
    : form({ action, sealed: visitor.sealed }, html`${inputs}${button}`)
  const content = html`<p>${what}.</p>
      ${needsProof && html`<p class="quiet">It asks for a sign-in of less than five minutes ago.</p>`}
      ${(fields.length > 0 || !isReading) && filling}
      ${account !== '' && !page.isNobody && accountLinks(words, didIn(value) ?? account)}
      ${value !== undefined && html`<section aria-label="Result">${resultOf(value, leadsTo)}</section>`}
      ${next && html`<p><a class="button" href="${next}">Next page</a></p>`}
      <p class="quiet">On the command line: <code>vestibule ${words}</code>. <a href="${OPERATOR_COMMANDS}">All commands</a></p>`
  const script = hasCopies(value) ? visitor.copyScript : undefined
  return writeInside(visitor, { title: titleOf(words), about: account, content, outcome, script })
}

/** Many fields of which none has to be filled in: a filter, which is closed while it is blank. */
function filterOf({ fields, filled }: CommandPage, inputs: readonly Html[]): Html {
  if (fields.length <= 3 || fields.some(({ isRequired }) => isRequired)) return html`${inputs}`
  const isOpen = fields.some(({ name }) => filled(name) !== '')
  return html`<details class="filter" ${isOpen && html`open`}><summary>Filter</summary><div>${inputs}</div></details>`
}

/** Of the account that an answer is about: in the address of a page, it tells less than what people type. */
function didIn(value: unknown): string | undefined {
  const { did } = (value ?? {}) as { did?: unknown }
  return typeof did === 'string' ? did : undefined
}

/** What else can be done with the account that is named. */
function accountLinks(of: string, account: string): Html {
  const others = descriptions.filter(
    ({ words, takes }) => 'account' in takes && words !== of && words.startsWith('account '),
  )
  return html`<nav class="others" aria-label="This account">${others.map(
    ({ words }) =>
      html`<a class="button" href="${formOf(words, { account })}">${titleOf(words.slice('account '.length))}</a>`,
  )}</nav>`
}

/** Asks once more before what cannot be undone. */
export function questionPage(
  visitor: Visitor,
  { description, fields, filled }: CommandPage,
  question: string,
): HttpResponse {
  const back = filledForm(sealOf(visitor), description, fields, filled)
  const { words } = description
  const hidden = fields.map(({ name }) => {
    const value = filled(name)
    return value && html`<input type="hidden" name="${name}" value="${value}">`
  })
  const action = formOf(words)
  const content = html`<p>${question}</p>
      ${form({ action, sealed: visitor.sealed }, html`${hidden}<input type="hidden" name="sure" value="on"><button class="primary">Yes</button> <a class="button" href="${back}">No</a>`)}`
  return writeInside(visitor, { title: titleOf(words), about: question, content })
}

/** For who has not proven a moment ago who they are. */
export function proofPage(
  visitor: Visitor,
  { description, fields, filled }: CommandPage,
): HttpResponse {
  const form = filledForm(sealOf(visitor), description, fields, filled)
  const ways = visitor.session.isByLink
    ? html`<p>Open a new link in this browser, which <code>vestibule operator link</code> prints. Then <a href="${form}">come back to the form</a>.</p>`
    : html`<p><a class="button primary" href="${operatorSignIn(visitor.request, form, visitor.session.account?.did)}">Sign in again</a></p>
      <p class="quiet">You come back to the form as you filled it in, but for passwords.</p>`
  const content = html`<p>Nothing was done: this asks for a sign-in of less than five minutes ago, so that a session that somebody stole cannot do it.</p>
      ${ways}`
  const title = titleOf(description.words)
  return writeInside(visitor, { title, content, outcome: { status: 403 } })
}

export const titleOf = (words: string): string => {
  const [first = '', ...others] = words.split(' ')
  const named = first === 'openid' ? 'OpenID' : wordsOf(first)
  return [named, ...others]
    .join(' ')
    .replaceAll('-', ' ')
    .replace(/\bpds\b/i, 'PDS')
}

function inputOf(field: Field, value: string, isWrong: boolean): Html {
  const { name, kind, about, isRequired, choices, usual } = field
  const label = html`<label for="${name}">${wordsOf(name)}</label>`
  const hint = isGenerated(field)
    ? 'generated where it is left blank'
    : kind === 'list'
      ? `${about}, one a line`
      : about
  const help = hint && html`<p class="quiet" id="${name}-hint">${coded(hint)}</p>`
  const describedBy = [hint && `${name}-hint`, isWrong && ALERT].filter(Boolean).join(' ')
  const more = html`id="${name}" name="${name}" ${isWrong && html`autofocus aria-invalid="true"`} ${describedBy && html`aria-describedby="${describedBy}"`} ${isRequired && !isGenerated(field) && html`required`}`
  if (kind === 'switch') {
    return html`<div class="check"><input type="checkbox" ${more} ${value !== '' && html`checked`}><div>${label}${help}</div></div>`
  }
  const box =
    kind === 'choice'
      ? html`<select ${more}><option value="">–</option>${choices.map((each) => html`<option ${each === value && html`selected`}>${each}</option>`)}</select>`
      : kind === 'json' || kind === 'list'
        ? html`<textarea ${more} rows="4">${value}</textarea>`
        : html`<input ${more} value="${value || String(usual ?? '')}" type="${field.elsewhere === 'secret' && !isGenerated(field) ? 'password' : 'text'}" autocomplete="off" ${kind === 'number' && html`inputmode="numeric"`}>`
  return html`<div class="field">${label}${box}${help}</div>`
}
