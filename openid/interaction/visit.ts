import type Provider from 'oidc-provider'
import type { Client, Interaction } from 'oidc-provider'
import { chosenLanguage, firstLocale, inLanguage, type Wish } from '../../http/language.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import type { Person } from '../../oauth/security/people.ts'
import type { FoundSignIn } from '../../oauth/sign_in/cookies/signed_in.ts'
import { Place, type Wanted } from '../../oauth/sign_in/place.ts'
import { goOn } from '../../oauth/sign_in/post.ts'
import type { Login } from '../storage/interaction_result.ts'

export type SignedInPerson = Person & { basis: NonNullable<Person['basis']> }

/** One visit of the page on which a person goes on to a client. */
export type InteractionVisit = {
  request: HttpRequest
  provider: Provider
  interaction: Interaction
  client: Client
  deviceId: string
  people: readonly Person[]
  /** Who has signed in a moment ago. */
  recent: FoundSignIn | null
}

/** Who has signed in for it so far. */
export function accountOf({ session, lastSubmission }: Interaction): string | undefined {
  const submitted = lastSubmission as { login?: Login } | undefined
  return session?.accountId ?? submitted?.login?.accountId
}

/**
 * Characters of a hint that is carried through the sign-in in addresses, of which proxies take some kB. No name here is
 * longer, but of an account by a long DID.
 */
const LONGEST_HINT = 512

/** Goes to the pages of a sign-in, which come back. @param wanted with which one, and whom they ask */
export function askToSignIn(
  { request, interaction }: InteractionVisit,
  wanted: Wanted,
): HttpResponse {
  const { login_hint: hint } = interaction.params
  const hinted = typeof hint === 'string' && hint.length <= LONGEST_HINT ? hint : undefined
  const place = Place.forOpenid(interaction.uid, wishFor({ request, interaction }), hinted)
  return goOn(place.page(wanted))
}

/** The person does not want to go on; in the provider's words. */
export const REFUSED = {
  error: 'access_denied',
  error_description: 'The person refused',
}

/** Goes on at the provider, which looks at the result. */
export async function finish(
  { request, interaction }: Pick<InteractionVisit, 'request' | 'interaction'>,
  result: NonNullable<Interaction['result']>,
): Promise<HttpResponse> {
  interaction.result = result
  await interaction.persist()
  return goOn(inLanguage(interaction.returnTo, wishFor({ request, interaction })))
}

/** In which language somebody reads the pages of an interaction. */
export function wishFor({
  request,
  interaction,
}: Pick<InteractionVisit, 'request' | 'interaction'>): Wish {
  const { ui_locales: locales } = interaction.params
  const locale = firstLocale(typeof locales === 'string' ? locales : undefined)
  return { language: chosenLanguage(request.url), locale }
}
