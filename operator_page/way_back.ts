import type { Seal } from '../base/secrets/seal.ts'
import { wishOf } from '../http/language.ts'
import type { HttpRequest } from '../http/message.ts'
import { OPERATOR_ENTRANCE } from '../oauth/paths.ts'
import { Place } from '../oauth/sign_in/place.ts'
import type { Description } from '../operator/descriptions/description.ts'
import { type Field, fieldsOf } from '../operator/descriptions/fields.ts'
import { descriptions } from '../operator/descriptions/index.ts'
import { formOf, OPERATOR_COMMANDS, OPERATOR_DO, OPERATOR_PAGE } from '../operator/paths.ts'
import { FILLED, readFilled, sealFilled } from './filled_forms.ts'

/**
 * Characters of an address: what is longer is left out. It is carried through the sign-in, where nginx takes 4,096 bytes for
 * the whole header of an answer.
 */
const LONGEST = 2_000

/** The command that a path of the page is for. */
export function commandAt(pathname: string): Description | undefined {
  const words = pathname.slice(OPERATOR_DO.length).replaceAll('/', ' ')
  return pathname.startsWith(OPERATOR_DO)
    ? descriptions.find((each) => each.words === words)
    : undefined
}

/** What is filled in on the page that a request is for: in the form that was sent, or in the address. */
export function filledAt(seal: Seal, request: HttpRequest): (name: string) => string {
  const before = request.method === 'POST' ? {} : readFilled(seal, request)
  return (name) => request.parameter(name) ?? before[name] ?? ''
}

/** The page of a command with what was filled in, sealed; secrets are left out. */
export function filledForm(
  seal: Seal,
  { words, pagedBy }: Pick<Description, 'words' | 'pagedBy'>,
  fields: readonly Field[],
  filled: (name: string) => string,
): string {
  const open = fields.filter(({ elsewhere }) => elsewhere !== 'secret').map(({ name }) => name)
  const names = pagedBy === null ? open : [...open, pagedBy]
  const given = names.map((name) => [name, filled(name)] as const)
  const filledIn = Object.fromEntries(given.filter(([, value]) => value !== ''))
  const isBlank = Object.keys(filledIn).length === 0
  return fitting(isBlank ? formOf(words) : formOf(words, { [FILLED]: sealFilled(seal, filledIn) }))
}

/** A page, but for what was filled in where that is too long. */
const fitting = (page: string) => (page.length > LONGEST ? (page.split('?')[0] as string) : page)

/** The page that a request is about, as a link leads to it. */
export function pageOf(seal: Seal, request: HttpRequest): string {
  const { pathname } = request.url
  const description = commandAt(pathname)
  if (description) {
    return filledForm(seal, description, fieldsOf(description), filledAt(seal, request))
  }
  return request.method === 'POST' ? OPERATOR_PAGE : pathname
}

/** Where an operator goes who has come in: to the page that they wanted, if it is one of those behind the way in. */
export function wantedPage({ url }: HttpRequest): string {
  const wanted = URL.parse(url.searchParams.get(TO) ?? '', url.origin)
  const isOurs = wanted?.origin === url.origin && isBehind(wanted.pathname)
  return wanted && isOurs ? fitting(wanted.pathname + wanted.search) : OPERATOR_PAGE
}

const TO = 'to'

const isBehind = (path: string) => path === OPERATOR_COMMANDS || path.startsWith(OPERATOR_DO)

/** Undefined for the first page, to which everybody comes who wants no other. */
const placeFor = ({ url }: HttpRequest, page: string) =>
  Place.forOperator(wishOf(url), page === OPERATOR_PAGE ? undefined : page)

/**
 * Where an operator signs in, in the language in which they did before.
 *
 * @param page to which they come then
 * @param account its DID, where it is known who it is
 */
export const operatorSignIn = (request: HttpRequest, page: string, account?: string): string =>
  placeFor(request, page).page({ account })

/** The same for who is signed in with another account. @param hasOthers whether the browser knows more of them */
export const signInAsAnother = (request: HttpRequest, page: string, hasOthers: boolean): string =>
  placeFor(request, page).page({ step: hasOthers ? 'choose' : 'sign-in' })

/** The way in for who may be signed in already. @param page as there */
export const operatorEntrance = (page: string): string =>
  page === OPERATOR_PAGE
    ? OPERATOR_ENTRANCE
    : `${OPERATOR_ENTRANCE}?${new URLSearchParams({ [TO]: page })}`
