import { DONE, SIGN_IN_FORM } from '../../base/lifetimes.ts'
import type { Seal } from '../../base/seal.ts'
import { SealedForBrowser } from '../sign_in/sealed.ts'

/** What was done with a form, as the next page says it. */
export type Done =
  | { what: 'session' | 'others' | 'revoked' }
  /** The only time that an app password is shown. */
  | { what: 'made'; name: string; password: string }

/**
 * Whose page it is, sealed into its forms, and what was done, into the cookie with which the browser comes
 * to the page after that.
 */
export type SecurityForms = SealedForBrowser<{ did: string; done?: Done }>

export function createSecurityForms(seal: Seal): SecurityForms {
  return new SealedForBrowser(seal, 'form of the security page', ({ done }) =>
    done ? DONE : SIGN_IN_FORM,
  )
}
