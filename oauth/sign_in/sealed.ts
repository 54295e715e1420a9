import { createHash } from 'node:crypto'
import type { Seal } from '../../base/secrets/seal.ts'

type Sealed<State> = { state: State; device: string; at: number }

/**
 * What a browser brings back as it was given: nobody but this program reads or changes it, and it counts
 * from that browser alone (CSRF, login CSRF), for a while.
 */
export class SealedForBrowser<State> {
  readonly #seal: Seal
  readonly #purpose: string
  readonly #lasts: (state: State) => number

  /**
   * @param purpose what it is for; it opens for nothing else (`base/secrets/seal.ts`)
   * @param lasts ms
   */
  constructor(seal: Seal, purpose: string, lasts: (state: State) => number) {
    this.#seal = seal
    this.#purpose = purpose
    this.#lasts = lasts
  }

  /** @param at when it begins to count, ms */
  write(device: string, state: State, at = Date.now()): string {
    const sealed: Sealed<State> = { state, device, at }
    return this.#seal.seal(this.#purpose, JSON.stringify(sealed))
  }

  /** @returns null for what was not given to this browser, or too long ago */
  read(device: string, given: string | undefined): State | null {
    const opened = given === undefined ? null : this.#seal.open(this.#purpose, given)
    if (opened === null) return null
    const { state, device: of, at } = JSON.parse(opened) as Sealed<State>
    return of === device && Date.now() - at <= this.#lasts(state) ? state : null
  }
}

/**
 * By what a form that is sent again is known; undefined where none was sent.
 *
 * @param sealed as it came
 * @param code that was entered in it, where it is another form with another one
 */
export function formId(sealed: string | undefined, code = ''): string | undefined {
  if (sealed === undefined) return undefined
  return createHash('sha256')
    .update(sealed + code)
    .digest('base64url')
    .slice(0, 16)
}
