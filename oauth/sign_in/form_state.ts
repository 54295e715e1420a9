import { SIGN_IN_FORM, SIGN_IN_STEP } from '../../base/lifetimes.ts'
import type { Seal } from '../../base/secrets/seal.ts'
import type { FactorKind } from '../../factors/kinds.ts'
import type { Challenge } from '../../sagas/sign_in/passkey_challenge.ts'
import type { FirstStep } from '../../sagas/sign_in/second_factor.ts'
import type { BegunSignUp } from '../../sagas/sign_up/passkey_sign_up.ts'
import type { Place } from './place.ts'
import { SealedForBrowser } from './sealed.ts'

/** What a form says of itself when it comes back. */
export type FormState = {
  /** Whose sign-in it is, where only one account is asked for. */
  username?: string
  /** Whether it asks for a code beside the password. */
  asksForCode?: true | undefined
  /** For a passkey that is used on the page. */
  challenge?: Challenge
  /** Of a sign-up whose passkey is to be made. */
  signUp?: BegunSignUp
  /** DID of the account that a person gives an app access to. */
  consentOf?: string
  /** Of one that is to be active again, as people read its name. */
  reactivationOf?: { did: string; name: string }
  /** What was done before: the password was right, and this is the second step. */
  first?: FirstStep & {
    username: string
    hint: string
    isRemembered: boolean
    /** What is asked for, and others that the account takes. */
    kind: FactorKind
    others: FactorKind[]
  }
}

/**
 * Seals the state of a form into it. So a form that comes back was shown here, to this browser and for
 * this sign-in, not too long ago.
 */
export class Forms {
  readonly #sealed: SealedForBrowser<FormState & { request: string | null }>

  constructor(seal: Seal) {
    this.#sealed = new SealedForBrowser(seal, 'form of a sign-in', ({ first, signUp }) =>
      first || signUp ? SIGN_IN_STEP : SIGN_IN_FORM,
    )
  }

  write({ requestUri }: Place, device: string, state: FormState): string {
    return this.#sealed.write(device, { ...state, request: requestUri })
  }

  /** @returns null for what was not shown to this browser for this sign-in, or too long ago */
  read({ requestUri }: Place, device: string, given: string | undefined): FormState | null {
    const read = this.#sealed.read(device, given)
    return read?.request === requestUri ? read : null
  }
}
