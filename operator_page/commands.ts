import { html } from 'hono/html'
import type { RefusalCode } from '../base/errors.ts'
import { pageRefusal } from '../http/answers/refuse.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { list } from '../http/page/list.ts'
import { byDid } from '../operator/account_names.ts'
import type { Description } from '../operator/descriptions/description.ts'
import { fieldsOf, readPlace } from '../operator/descriptions/fields.ts'
import { descriptions } from '../operator/descriptions/index.ts'
import { findEntry } from '../operator/find_account.ts'
import { formOf } from '../operator/paths.ts'
import { refusalFor, run } from '../operator/run.ts'
import { isFresh } from '../sagas/operators.ts'
import { type CommandPage, commandPage, proofPage, questionPage, titleOf } from './command_page.ts'
import { readInput } from './input.ts'
import { writeInside } from './layout.ts'
import { type Outcome, sealOf, type Visitor } from './visitor.ts'
import { commandAt, filledAt } from './way_back.ts'

/** Everything that an operator can do, as the command line has it. */
export function showCommands(visitor: Visitor): HttpResponse {
  const content = list(
    descriptions.map(
      ({ words, what }) =>
        html`<a href="${formOf(words)}">${titleOf(words)}</a> <span class="quiet">${what}</span>`,
    ),
    'commands',
  )
  return writeInside(visitor, { title: 'Commands', content })
}

/** A command's page as it was filled in, of which nothing is done. */
export function showFilled(visitor: Visitor, outcome: Outcome): HttpResponse {
  const page = pageAt(visitor)
  return page ? commandPage(visitor, { ...page, outcome }) : nowhere()
}

/** A command's page, and what is done there. */
export async function answerCommand(visitor: Visitor): Promise<HttpResponse> {
  const { request, context } = visitor
  const page = pageAt(visitor)
  if (!page) return nowhere()
  const { description, fields } = page
  const isForm = request.method === 'POST'
  if (!isForm && !isAsked(page)) return commandPage(visitor, page)
  const read = readInput(fields, page.filled)
  if ('mistake' in read)
    return commandPage(visitor, {
      ...refused(page, { status: 400, message: read.mistake }),
      wrongField: read.field,
    })
  const typed = { ...read.input, ...description.fixed, ...placeIn(page) }
  const isReading = description.isReading(typed)
  // A link does nothing, wherever it stands.
  if (!isForm && !isReading) return commandPage(visitor, page)
  const named = isReading
    ? { input: typed, shown: typed }
    : await accountsIn(visitor, description, typed)
  if ('refusal' in named) return commandPage(visitor, refused(page, named.refusal))
  const { input, shown } = named
  const asked = withAccounts(page, input)
  if (!isReading && !isFresh(visitor.session) && (await isTight(visitor, description, input))) {
    return proofPage(visitor, asked)
  }
  const question = description.asks?.(shown) ?? null
  if (question !== null && request.parameter('sure') === undefined) {
    return questionPage(visitor, asked, question)
  }
  const ran = await run(context, description.command, input)
  if ('refusal' in ran) return commandPage(visitor, refused(page, ran.refusal))
  const generated = read.generated === null ? {} : { password: read.generated }
  const value = { ...(ran.value as object), ...generated }
  const outcome = isReading ? {} : { notice: 'Done.' }
  return commandPage(visitor, {
    ...page,
    outcome,
    value,
    next: nextOf(description, request, value),
  })
}

const nowhere = () => pageRefusal(404, { obstacle: 'nowhere' })

/** The page of the command at the address, as it was filled in; undefined where there is none. */
function pageAt(visitor: Visitor): CommandPage | undefined {
  const { request } = visitor
  const description = commandAt(request.url.pathname)
  const filled = filledAt(sealOf(visitor), request)
  return description && { description, fields: fieldsOf(description), filled }
}

/** Of what was filled in, the accounts; a refusal where one of them is none, or cannot be read. */
async function accountsIn(
  { context }: Visitor,
  { command }: Description,
  typed: Record<string, unknown>,
) {
  try {
    return await byDid(typed, (name) => findEntry(context.services, name))
  } catch (err) {
    return refusalFor(context, command, err)
  }
}

/** What is agreed to is about the accounts that the question names. */
function withAccounts(page: CommandPage, { account, accounts }: Record<string, unknown>) {
  const found = new Map([
    ['account', account],
    ['accounts', Array.isArray(accounts) ? accounts.join(' ') : undefined],
  ])
  return { ...page, filled: (name: string) => String(found.get(name) ?? page.filled(name)) }
}

/** Whether all is filled in that a command cannot do without. */
function isAsked({ fields, filled }: CommandPage): boolean {
  return fields.every(({ name, isRequired }) => !isRequired || filled(name) !== '')
}

/**
 * What a session that somebody stole must not do: to make itself a way in that stays. The account of an operator
 * is such a way; what else is, its description says.
 *
 * @param account its DID
 */
async function isTight(
  { context }: Visitor,
  { needsProof }: Description,
  { account }: Record<string, unknown>,
): Promise<boolean> {
  if (needsProof) return true
  if (typeof account !== 'string') return false
  return context.services.actors.directory.isOperator(account)
}

function placeIn({ description, filled }: CommandPage): Record<string, unknown> {
  const { command, pagedBy } = description
  const given = pagedBy === null ? '' : filled(pagedBy)
  return pagedBy === null || given === '' ? {} : { [pagedBy]: readPlace(command, pagedBy, given) }
}

function nextOf({ pagedBy }: Description, { url }: HttpRequest, value: object): string | undefined {
  const { next } = value as { next?: unknown }
  if (pagedBy === null || next === null || next === undefined) return undefined
  const query = new URLSearchParams(url.search)
  query.set(pagedBy, String(next))
  return `${url.pathname}?${query}`
}

const NOBODY: RefusalCode = 'AccountNotFound'

const refused = (
  page: CommandPage,
  { status, error, message: alert }: { status: number; error?: string; message: string },
): CommandPage => ({ ...page, outcome: { status, alert }, isNobody: error === NOBODY })
