import { SIGN_IN_FORM } from '../../base/lifetimes.ts'
import type { Seal } from '../../base/seal.ts'

/** What the seal is for (`base/seal.ts`). */
const SEAL = 'form of the security page'

/** What was done with a form, as the next page says it. */
export type Done =
  | { what: 'session' | 'others' | 'revoked' }
  /** The only time that an app password is shown. */
  | { what: 'made'; name: string; password: string }

type Sealed = { at: number; device: string; did: string; done?: Done }

/**
 * Seals whose page it is into its forms, and what was done into the cookie with which the browser comes
 * to the page after that: so what comes back was written here, for this browser and this account, not too
 * long ago (CSRF).
 */
export class SecurityForms {
  readonly #seal: Seal

  constructor(seal: Seal) {
    this.#seal = seal
  }

  write(device: string, did: string, done?: Done): string {
    const sealed: Sealed = { at: Date.now(), device, did, ...(done && { done }) }
    return this.#seal.seal(SEAL, JSON.stringify(sealed))
  }

  /** @returns null for what was not written for this browser, or too long ago */
  read(device: string, given: string | undefined): Pick<Sealed, 'did' | 'done'> | null {
    const opened = given ? this.#seal.open(SEAL, given) : null
    if (opened === null) return null
    const { at, device: of, ...sealed } = JSON.parse(opened) as Sealed
    return Date.now() - at <= SIGN_IN_FORM && of === device ? sealed : null
  }
}
