import { SIGN_IN_FORM, SIGN_IN_STEP } from '../../base/lifetimes.ts'
import type { Seal } from '../../base/seal.ts'
import type { FactorKind } from '../../factors/kinds.ts'
import type { FirstStep } from '../../sagas/second_factor.ts'
import type { Place } from './place.ts'

/** What the seal is for (`base/seal.ts`). */
const SEAL = 'form of a sign-in'

/** What a form says of itself when it comes back. */
export type FormState = {
  /** Whose sign-in it is, where only one account is asked for. */
  username?: string
  /** What was done before: the password was right, and this is the second step. */
  first?: FirstStep & {
    username: string
    hint: string
    isRemembered: boolean
    /** The code that is asked for, and others that the account takes. */
    kind: FactorKind
    others: FactorKind[]
  }
}

type Sealed = FormState & { at: number; device: string; request: string | null }

/**
 * Seals the state of a form into it. So a form that comes back was shown here, to this browser and for
 * this sign-in (CSRF, login CSRF), not too long ago; and nobody but this program reads or changes it.
 */
export class Forms {
  readonly #seal: Seal

  constructor(seal: Seal) {
    this.#seal = seal
  }

  write(place: Place, device: string, state: FormState): string {
    const sealed: Sealed = { ...state, at: Date.now(), device, request: place.requestUri }
    return this.#seal.seal(SEAL, JSON.stringify(sealed))
  }

  /** @returns null for what was not shown to this browser for this sign-in, or too long ago */
  read(place: Place, device: string, given: string | undefined): FormState | null {
    const opened = given === undefined ? null : this.#seal.open(SEAL, given)
    if (opened === null) return null
    const { at, device: of, request, ...state } = JSON.parse(opened) as Sealed
    const age = Date.now() - at
    const isIn = age <= (state.first ? SIGN_IN_STEP : SIGN_IN_FORM)
    return isIn && of === device && request === place.requestUri ? state : null
  }
}
