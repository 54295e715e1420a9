import { DONE, ENTERED, SIGN_IN_FORM } from '../../base/lifetimes.ts'
import type { Seal } from '../../base/secrets/seal.ts'
import type { Challenge } from '../../sagas/sign_in/passkey_challenge.ts'
import type { SecurityAction } from '../security_paths.ts'
import { SealedForBrowser } from '../sign_in/sealed.ts'

/** What was done with a form, as the next page says it. */
export type Done =
  | { what: 'session' | 'others' | 'revoked' | 'trust' | 'set' | 'invited' | 'uninvited' }
  /** The only time that an app password is shown. */
  | { what: 'made'; name: string; password: string }
  /** The only time that recovery codes are shown, if there are new ones. */
  | { what: 'factors'; recoveryCodes?: string[] }
  /** Nothing yet: the person is asked for a proof, or has given it, and goes on with what they had entered. */
  | { what: 'entered'; entered: Entered }

/** An authenticator that a person is about to add: its secret in base32, and what is in the QR code. */
export type Begun = { secret: string; uri: string }

/** What was entered in a form of which nothing was done yet. */
export type Entered = {
  action: SecurityAction
  fields: Readonly<Record<string, string>>
  begun?: Begun
}

/**
 * Whose page it is, sealed into its forms, with an authenticator that was begun there, the challenge of a passkey, or
 * what was entered before a proof; and what was done, into the cookie with which the browser comes to the page after
 * that.
 */
export type SecurityForms = SealedForBrowser<{
  did: string
  begun?: Begun
  challenge?: Challenge
  entered?: Entered
  done?: Done
}>

export function createSecurityForms(seal: Seal): SecurityForms {
  return new SealedForBrowser(seal, 'form of the security page', ({ done }) =>
    done ? lastsOf(done) : SIGN_IN_FORM,
  )
}

/** How long the next page may say it, ms. */
export function lastsOf({ what }: Done): number {
  return what === 'entered' ? ENTERED : DONE
}
