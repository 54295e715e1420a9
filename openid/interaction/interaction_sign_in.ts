import { decodeJwt } from 'jose'
import type { Interaction } from 'oidc-provider'
import { nullWhereDamaged } from '../../base/errors.ts'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import { chosenOf, type Person } from '../../oauth/security/people.ts'
import { hasSignedOut, noSignedOutCookie } from '../../oauth/sign_in/cookies/signed_out.ts'
import type { Services } from '../../sagas/services/services.ts'
import { type Login, MULTI_FACTOR } from '../storage/interaction_result.ts'
import { isAmong, isHinted, LOGIN_HINT, loginHintOf } from './login_hint.ts'
import {
  accountOf,
  askToSignIn,
  finish,
  type InteractionVisit,
  type SignedInPerson,
} from './visit.ts'

type OfAccounts = Pick<Services, 'actors'>
type SignsIn = OfAccounts & Pick<Services, 'settings'>

/** Whether it is to be found out who it is, before anything else. */
export function isSignIn(visit: InteractionVisit): boolean {
  return visit.interaction.prompt.name !== 'consent' || isAnother(visit)
}

/** Where a person begins whom the client does not only want signed in, by the name of the prompt. */
const FIRST: Readonly<Record<string, 'choose' | 'passkey-sign-up'>> = {
  select_account: 'choose',
  create: 'passkey-sign-up',
}

/** Finds out who it is; where nobody is signed in, by the pages of a sign-in. */
export async function signIn(
  { actors, settings }: SignsIn,
  visit: InteractionVisit,
): Promise<HttpResponse> {
  const { request, interaction, people, recent } = visit
  const askedAt = askedAtOf(interaction)
  const isNewWanted = isAskedAnew(interaction)
  if (isNewWanted && askedAt === NEVER) {
    interaction.lastSubmission = { ...interaction.lastSubmission, askedAt: Date.now() }
    await interaction.persist()
  }
  const first = FIRST[interaction.prompt.name]
  // They come back from there with an account.
  const isBegun = request.url.searchParams.has('account')
  if (first && !isBegun) return askToSignIn(visit, { step: first })
  const hinted = hintedIn(interaction)
  const meant = isBegun ? undefined : await meantOf({ actors }, visit, hinted)
  if (meant === 'another')
    return askToSignIn(visit, { step: people.length > 0 ? 'sign-in' : undefined })
  if (meant && hinted === undefined && isOfAnother(interaction, meant)) {
    return askToSignIn(visit, { step: 'choose' })
  }
  const isChosen = isBegun || meant !== undefined
  if (!isChosen && people.length > 0 && hasSignedOut(request)) {
    return askToSignIn(visit, { step: 'choose' })
  }
  const found = meant ?? chosenOf(request, people)
  // OpenID Connect Core section 3.1.2.1: nobody but whom the client has named.
  if (isBegun && found?.basis && hinted !== undefined && found.did !== hinted) {
    return finish(visit, {
      error: 'login_required',
      error_description: 'Another account was chosen than that of the id_token_hint',
    })
  }
  if (!found?.basis) return askToSignIn(visit, { account: found?.did })
  const isNew = recent?.account.did === found.did && recent.since >= askedAt
  if (isNewWanted && !isNew) return askToSignIn(visit, { account: found.did })
  const account = await actors.account(found.did).read()
  if (account?.deactivatedAt !== null) {
    return finish(visit, {
      error: 'access_denied',
      error_description: 'The account is deactivated',
    })
  }
  await leaveEndedSession({ actors }, interaction)
  const answer = await finish(visit, {
    login: { ...(await loginOf(actors, visit, found as SignedInPerson)) },
    ...done(interaction),
  })
  return withCookies(answer, [noSignedOutCookie(settings.publicUrl)])
}

/**
 * Who signs in anew, and is not to be remembered any more, has ended the session that the client asked in: they go on in
 * another one. So do others, where its account is damaged.
 */
async function leaveEndedSession({ actors }: OfAccounts, { session }: Interaction): Promise<void> {
  const { accountId: did, uid } = session ?? {}
  if (did === undefined || uid === undefined) return
  const found = await actors.account(did).findOpenidSessionByUid(uid).catch(nullWhereDamaged)
  if (found === null) Object.assign(session as object, { uid: undefined })
}

/**
 * Whether the browser is signed in as somebody else. To go on as this one signs that one out of all clients, which no
 * link of another site may do by itself: anybody can write a hint.
 */
function isOfAnother({ session }: Interaction, { did }: Person): boolean {
  return session?.accountId !== undefined && session.accountId !== did
}

/**
 * Which of the people in the browser the client means.
 *
 * @param hinted DID that it has named by an id token
 * @returns `another` where it means somebody else; undefined where it does not say
 */
async function meantOf(
  { actors }: OfAccounts,
  { interaction, people }: InteractionVisit,
  hinted: string | undefined,
): Promise<Person | 'another' | undefined> {
  if (hinted !== undefined) return people.find(({ did }) => did === hinted)
  const hint = loginHintOf(interaction.params)
  if (hint === undefined) return undefined
  for (const person of people) {
    const { did, handle, isDamaged } = person
    if (isDamaged ? isAmong([did, handle], hint) : await isHinted(actors, did, hint)) return person
  }
  return 'another'
}

/** Where a person has begun, now and before: what is given to the provider takes the place of the last it was given. */
function done({ prompt, lastSubmission }: Interaction): Record<string, object> {
  const names = Object.keys(FIRST).filter((each) => each === prompt.name || lastSubmission?.[each])
  return Object.fromEntries(names.map((each) => [each, {}]))
}

/** How a person has signed in. */
export async function loginOf(
  actors: OfAccounts['actors'],
  { deviceId, recent }: Pick<InteractionVisit, 'deviceId' | 'recent'>,
  { did, basis }: SignedInPerson,
): Promise<Login> {
  const isRecent = recent?.account.did === did
  const remembered = await actors.account(did).readDevice(deviceId)
  const amr = isRecent ? recent.amr : remembered?.device.amr
  const since = isRecent ? recent.since : (remembered?.device.updatedAt ?? Date.now())
  return {
    accountId: did,
    ts: Math.floor(since / 1_000),
    ...(amr && { amr: [...amr] }),
    ...(amr?.includes('mfa') && { acr: MULTI_FACTOR }),
    remember: basis.device !== undefined,
    deviceId,
    basis,
  }
}

/** DID of the person whom the client wants signed in. The provider has verified the token. */
function hintedIn({ params }: Interaction): string | undefined {
  const { id_token_hint: hint } = params
  return typeof hint === 'string' ? decodeJwt(hint).sub : undefined
}

const NEVER = Number.POSITIVE_INFINITY

/** Since when a sign-in counts that is asked for anew, ms. */
function askedAtOf({ lastSubmission }: Interaction): number {
  const askedAt = lastSubmission?.askedAt
  return typeof askedAt === 'number' ? askedAt : NEVER
}

/** Reasons of the provider for which it is asked who it is, and any sign-in of theirs will do. */
const ONLY_WHO = ['no_session', 'id_token_hint', LOGIN_HINT]

/**
 * Whether the client takes none but a new sign-in. So it is with that of another account, too, which the person
 * chooses where the first has signed in.
 */
function isAskedAnew({ prompt, params }: Interaction): boolean {
  if (prompt.name === 'login') return prompt.reasons.some((each) => !ONLY_WHO.includes(each))
  const prompts = String(params.prompt ?? '').split(' ')
  return prompts.includes('login') || params.max_age !== undefined
}

/** Whether the person has chosen another account than that of the session. */
function isAnother({ request, interaction, people }: InteractionVisit): boolean {
  if (!request.url.searchParams.has('account')) return false
  const chosen = chosenOf(request, people)
  return chosen !== undefined && chosen.did !== accountOf(interaction)
}
