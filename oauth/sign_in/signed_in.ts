import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { Account } from '@atproto/oauth-provider/store'
import { parse, serialize } from 'hono/utils/cookie'
import { SIGN_IN_HANDOVER } from '../../base/lifetimes.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Services } from '../../sagas/services.ts'
import { toAccount } from '../../stores/account.ts'
import type { DeviceId } from './device.ts'
import type { Place } from './place.ts'

const COOKIE = 'sign-in'

type Token = Parameters<OAuthProvider['signer']['verifyEphemeralToken']>[0]
type Signer = OAuthProvider['signer']
type Claims = Parameters<Signer['createEphemeralToken']>[0]

/** Somebody who has just signed in, as the provider's pages are told. */
export type SignedIn = {
  account: Account
  /** Shown with the calls of those pages, where the account is not remembered on the device. */
  ephemeralToken: Token
}

/**
 * The cookie that takes a sign-in from our page to the provider's: its token of a sign-in, which counts
 * for one account, one device, one authorization request (or the account page) and a quarter of an hour,
 * and ends with the sign-ins of the account.
 */
export async function signedInCookie(
  { signer, issuer }: Pick<OAuthProvider, 'signer' | 'issuer'>,
  place: Place,
  deviceId: DeviceId,
  did: Account['did'],
): Promise<[name: string, value: string]> {
  const requestUri = place.request?.requestUri as Claims['requestUri']
  const token = await signer.createEphemeralToken({ sub: did, deviceId, requestUri } as Claims)
  const options = {
    path: place.cookiePath,
    maxAge: SIGN_IN_HANDOVER / 1_000,
    httpOnly: true,
    secure: !issuer.startsWith('http:'),
    sameSite: 'Lax',
  } as const
  return ['set-cookie', serialize(COOKIE, token, options)]
}

/** Has the browser forget it. */
export function noSignedInCookie({ cookiePath: path }: Place): [name: string, value: string] {
  return ['set-cookie', serialize(COOKIE, '', { path, maxAge: 0 })]
}

/** Who has signed in with this browser for this sign-in; null where nobody has, or no more. */
export async function findSignedIn(
  { signer }: Pick<OAuthProvider, 'signer'>,
  { actors }: Pick<Services, 'actors'>,
  request: HttpRequest,
  place: Place,
  device: string,
): Promise<{ account: AccountRow; token: Token } | null> {
  const token = parse(request.headers.get('cookie') ?? '', COOKIE)[COOKIE]
  if (!token) return null
  const claims = await signer.verifyEphemeralToken(token as Token).catch(() => null)
  if (!claims) return null
  const { sub, deviceId, requestUri, generation } = claims.payload
  if (deviceId !== device || requestUri !== place.request?.requestUri) return null
  const account = (await actors.directory.find(sub, ['did'])) && (await actors.account(sub).read())
  if (!account || account.takedownRef !== null || account.generation !== generation) return null
  return { account, token: token as Token }
}

/** The same as the provider's pages are told. */
export async function readSignedIn(
  ...args: Parameters<typeof findSignedIn>
): Promise<SignedIn | null> {
  const found = await findSignedIn(...args)
  return found && { account: toAccount(found.account), ephemeralToken: found.token }
}
