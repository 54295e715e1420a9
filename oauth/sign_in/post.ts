import { challengeOver } from '../../actors/account/passkeys.ts'
import { Refusal } from '../../base/errors.ts'
import { readUse } from '../../factors/passkey.ts'
import { emptyResponse, type HttpResponse, withCookies } from '../../http/message.ts'
import { AGAIN } from '../../pages/passkeys/script.ts'
import type { AnsweredChallenge, Challenge } from '../../sagas/sign_in/passkey_challenge.ts'
import type { LoadedDevice } from './device.ts'
import type { Shown } from './shown.ts'

/** A form that came back from where it was shown. */
export type Post = Shown & { device: LoadedDevice }

/** A field as it was typed, without spaces around it. */
export function field({ request }: Pick<Post, 'request'>, name: string): string {
  return request.parameter(name)?.trim() ?? ''
}

/**
 * The passkey that was used on a page.
 *
 * @param form with the challenge that was shown there
 * @throws {Refusal} InvalidToken where it is none, or was not asked for; ExpiredToken where another challenge is
 */
export function passkeyOf(
  post: Pick<Post, 'request'>,
  { challenge }: { challenge?: Challenge | undefined },
): AnsweredChallenge {
  const given = field(post, 'passkey')
  const response = readUse(given)
  if (!response || !challenge) throw noPasskey(given)
  return { response, challenge }
}

/** What was sent is no passkey, or none was asked for. @param given in its place */
export const noPasskey = (given: string) =>
  given === AGAIN ? challengeOver() : new Refusal('InvalidToken', 'It is no passkey')

/** A page on which somebody begins anew. */
export function beginning({ parameters }: Post, username: string) {
  const hint = parameters?.login_hint
  return {
    username: hint ?? username,
    isNameFixed: hint !== undefined,
    isRemembered: false,
    canSignUp: false,
  }
}

/** After a form, the browser gets the next page (RFC 9110 section 15.4.4). */
export function goOn(location: string, cookies: HttpResponse['headers'] = []): HttpResponse {
  const next = emptyResponse(303, {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
  })
  return withCookies(next, cookies)
}
