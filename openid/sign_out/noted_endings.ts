import type { OwnEndings } from '../../actors/auth/own_endings.ts'
import { type AccountStub, type Actors, replacingCalls } from '../../actors/reach.ts'
import type { OpenidEnding } from '../../database/flow/openid_ending.ts'

/** What an account can be asked that may end sign-ins to OpenID clients. */
export const ENDING_SIGN_INS = [
  'deactivate',
  'takeDown',
  'erase',
  'changePassword',
  'resetPassword',
  'signOutEverywhere',
  'signOutElsewhere',
  'useSignOutLink',
  'endSession',
  'forgetDevice',
  'endBrowser',
  'endOpenidSession',
  'endOpenidSignIn',
] as const satisfies (keyof AccountStub)[]

/**
 * The same actors, which note an ending before they make it, so that OpenID clients are told of it also where
 * the program dies in between. That takes the account and its caller, and no other actor.
 *
 * @param tell begins to tell; nobody waits for it
 */
export function notingEndings(
  actors: Actors,
  own: Pick<OwnEndings, 'note'>,
  tell: (ending: OpenidEnding) => void,
): Actors {
  const names = new Set(ENDING_SIGN_INS)
  return replacingCalls(actors, names, (did, account, name) => async (...args) => {
    const end = account[name] as (...args: never[]) => Promise<unknown>
    const notedAt = await own.note(did)
    try {
      return await end(...args)
    } finally {
      tell({ did, notedAt })
    }
  })
}
