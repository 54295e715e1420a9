import { PROOF_AGAIN } from '../base/lifetimes.ts'
import { readCookies } from '../http/cookie.ts'
import { inLanguage, wishOf } from '../http/language.ts'
import { type HttpRequest, type HttpResponse, withCookies } from '../http/message.ts'
import type { EntrywayProvider } from '../oauth/provider/entryway_provider.ts'
import { peopleOf } from '../oauth/security/people.ts'
import { SECURITY } from '../oauth/security_paths.ts'
import { findSignedIn } from '../oauth/sign_in/cookies/signed_in.ts'
import { loadDevice } from '../oauth/sign_in/device.ts'
import { Place } from '../oauth/sign_in/place.ts'
import { goOn } from '../oauth/sign_in/post.ts'
import { nameOf } from '../oauth/sign_in/shown.ts'
import { enterAsOperator, hasSecondFactor } from '../sagas/operators.ts'
import type { Services } from '../sagas/services/services.ts'
import { deviceCookies } from '../stores/device_cookies.ts'
import { noFactorPage, noOperatorPage } from './not_signed_in.ts'
import { sessionCookie } from './session_cookie.ts'
import { operatorSignIn, signInAsAnother, wantedPage } from './way_back.ts'

const PLACE = Place.forOperator({})

/**
 * Where an operator comes in from the pages of a sign-in: only right after it, and only where it took more than
 * a password.
 */
export async function enter(
  oauth: EntrywayProvider,
  services: Services,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { sessionId } = deviceCookies(readCookies(request))
  const page = wantedPage(request)
  if (sessionId === undefined) return goOn(operatorSignIn(request, page))
  const device = await loadDevice(oauth, request, { isRenewed: false })
  const { deviceId } = device
  const recent = await findSignedIn(services, request, PLACE, deviceId)
  const people = await peopleOf(oauth, deviceId, recent)
  const person = people.find(({ did }) => did === recent?.account.did)
  const isNow = recent !== null && Date.now() - recent.since <= PROOF_AGAIN
  const answer =
    isNow && person?.basis
      ? await letIn(services, request, {
          ...recent,
          basis: person.basis,
          another: signInAsAnother(request, page, people.length > 1),
        })
      : goOn(operatorSignIn(request, page, onlyOne(people)?.did))
  return withCookies(answer, device.cookies)
}

const onlyOne = <T>(all: readonly T[]) => (all.length === 1 ? all[0] : undefined)

type SignedIn = NonNullable<Awaited<ReturnType<typeof findSignedIn>>> & {
  basis: Parameters<typeof enterAsOperator>[2]['basis']
  /** Where they sign in with another account. */
  another: string
}

async function letIn(
  services: Services,
  request: HttpRequest,
  { account, basis, since, amr, another }: SignedIn,
): Promise<HttpResponse> {
  const { name: service, publicUrl } = services.settings
  const { did } = account
  const name = nameOf(account)
  const page = wantedPage(request)
  if (!(await services.actors.directory.isOperator(did))) {
    return noOperatorPage(service, name, another)
  }
  if (!amr?.includes('mfa')) {
    return (await hasSecondFactor(services, did))
      ? goOn(operatorSignIn(request, page, did))
      : noFactorPage(service, name, inLanguage(SECURITY, wishOf(request.url)))
  }
  const { address } = request.peer
  const secret = await enterAsOperator(services, did, { basis, since, address })
  return secret === null
    ? noOperatorPage(service, name, another)
    : goOn(page, [sessionCookie(secret, publicUrl)])
}
