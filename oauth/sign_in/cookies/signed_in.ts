import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { Account } from '@atproto/oauth-provider/store'
import { nullWhereDamaged } from '../../../base/errors.ts'
import { SIGN_IN_HANDOVER } from '../../../base/lifetimes.ts'
import type { Seal } from '../../../base/secrets/seal.ts'
import type { AccountRow } from '../../../database/account/profile.ts'
import { readCookie, setCookie } from '../../../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../../../http/message.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { toAccount } from '../../../stores/account.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { ACCOUNT, AUTHORIZE } from '../../paths.ts'
import type { DeviceId } from '../device.ts'
import type { Place } from '../place.ts'
import { SealedForBrowser } from '../sealed.ts'
import { signedOutCookie } from './signed_out.ts'

const COOKIE = 'sign-in'

/** Between the sign-ins for apps of several tabs, the newest first. */
const BETWEEN = '~'

/**
 * Characters of all of them, which is four. nginx takes 4,096 bytes for the whole header of an answer, and a browser as much
 * for one cookie (RFC 6265bis section 5.7).
 */
const LONGEST = 1_800

type Token = Awaited<ReturnType<OAuthProvider['signer']['createEphemeralToken']>>

/** Somebody who has just signed in, as the provider's pages are told. */
export type SignedIn = {
  account: Account
  /** Shown with the calls of those pages, where the account is not remembered on the device. */
  ephemeralToken?: Token
}

type HandedOver = {
  did: Account['did']
  generation: number
  request: string | null
  /** When the person signed in, ms, and how (RFC 8176). */
  since: number
  amr?: readonly string[]
  /** Whether the account is not remembered on the device. */
  isPassing?: true
}

type Parts = {
  provider: Pick<OAuthProvider, 'issuer'>
  seal: Seal
  request: HttpRequest
  place: Place
  deviceId: DeviceId
}

/**
 * The cookie that takes a sign-in from our page to the provider's. It counts for one account, one device,
 * one authorization request (or the account page) and a quarter of an hour, and ends with the sign-ins of
 * the account. That of an account which is remembered on the device counts only as long as the device is signed
 * in; for any other, the provider's pages are given a token of the sign-in ({@link readSignedIn}). Those for
 * the requests of other tabs stay, as far as there is room; but who is remembered has none that is not, so that they are
 * out once the device is, whoever signs it out.
 *
 * The browser forgets it when it is closed.
 *
 * @param since when the person signed in, ms: one that is written anew lasts no longer
 */
export function signedInCookie(
  { provider: { issuer }, seal, request, place, deviceId }: Parts,
  did: Account['did'],
  { isRemembered, since = Date.now() }: { isRemembered: boolean; since?: number },
): [name: string, value: string] {
  const scope = requestScope()
  const signedIn: HandedOver = {
    did,
    generation: scope.signInOf(did).generation,
    request: place.requestUri,
    since,
    ...(scope.amr && { amr: scope.amr }),
    ...(!isRemembered && { isPassing: true }),
  }
  const own = sealedBy(seal).write(deviceId, signedIn, since)
  const isStaying = ({ state }: Shown) =>
    state.request !== place.requestUri && !(isRemembered && state.isPassing && state.did === did)
  const others = handedOver(seal, request, deviceId).filter(isStaying)
  const all = others.reduce((text, { sealed }) => {
    const more = text + BETWEEN + sealed
    return more.length > LONGEST ? text : more
  }, own)
  return setCookie(COOKIE, all, {
    path: place.cookiePath,
    publicUrl: issuer,
  })
}

/** The session of the OpenID provider, and where browsers send it (`openid/provider/configuration.ts`). */
export const OPENID_SESSION = { cookie: 'openid-session', path: '/openid' }

/** Takes the cookies of all sign-ins from a browser in which somebody has signed out, and has it know of that. */
export function signedOutCookies(issuer: string): HttpResponse['headers'] {
  const { cookie, path } = OPENID_SESSION
  const openid = setCookie(cookie, '', { path, publicUrl: issuer, lasts: 0 })
  return [...noSignInCookies(issuer), openid, signedOutCookie(issuer)]
}

/**
 * Takes the cookies of {@link signedInCookie} from a browser.
 *
 * @param except the path of one that stays
 */
export function noSignInCookies(issuer: string, except?: string): HttpResponse['headers'] {
  const options = { publicUrl: issuer, lasts: 0 }
  const paths = [AUTHORIZE, ACCOUNT].filter((path) => path !== except)
  return paths.map((path) => setCookie(COOKIE, '', { path, ...options }))
}

export type FoundSignIn = {
  account: AccountRow
  /** Whether it is not remembered on the device. */
  isPassing: boolean
  /** ms */
  since: number
  /** RFC 8176 */
  amr: readonly string[] | undefined
}

/** Who has signed in with this browser for this sign-in; null where nobody has, or no more. */
export async function findSignedIn(
  { actors, secrets }: Pick<Services, 'actors' | 'secrets'>,
  request: HttpRequest,
  place: Place,
  deviceId: string,
): Promise<FoundSignIn | null> {
  const all = handedOver(secrets.seal, request, deviceId)
  const found = all.find((each) => each.state.request === place.requestUri)
  if (!found) return null
  const { did, generation, since, amr, isPassing = false } = found.state
  const isKept = (await actors.directory.find(did, ['did'])) !== null
  const account = isKept && (await actors.account(did).read().catch(nullWhereDamaged))
  if (!account || account.takedownRef !== null || account.generation !== generation) return null
  return { account, isPassing, since, amr }
}

/**
 * The same as the provider's pages are told. A token of the sign-in ends with it, and is signed where it is shown:
 * most sign-ins lead to pages that need none.
 */
export async function readSignedIn(
  { signer }: Pick<OAuthProvider, 'signer'>,
  ...args: Parameters<typeof findSignedIn>
): Promise<SignedIn | null> {
  const found = await findSignedIn(...args)
  if (!found) return null
  const account = toAccount(found.account)
  if (!found.isPassing) return { account }
  const [, , place, deviceId] = args
  const claims = {
    sub: account.did,
    deviceId,
    requestUri: place.request?.requestUri,
    exp: Math.floor((found.since + SIGN_IN_HANDOVER) / 1_000),
    generation: found.account.generation,
  }
  return { account, ephemeralToken: await signer.createEphemeralToken(claims as never) }
}

type Shown = { sealed: string; state: HandedOver }

/** What a browser shows that counts. */
function handedOver(seal: Seal, request: HttpRequest, deviceId: string): Shown[] {
  const given = readCookie(request, COOKIE)?.split(BETWEEN) ?? []
  return given.flatMap((sealed) => {
    const state = sealedBy(seal).read(deviceId, sealed)
    return state ? [{ sealed, state }] : []
  })
}

function sealedBy(seal: Seal): SealedForBrowser<HandedOver> {
  return new SealedForBrowser(seal, 'hand-over of a sign-in', () => SIGN_IN_HANDOVER)
}
