import { createHash } from 'node:crypto'
import { OPERATOR_SESSION } from '../base/lifetimes.ts'
import type { Seal } from '../base/secrets/seal.ts'
import { SealedForBrowser } from '../oauth/sign_in/sealed.ts'

/** What says of a form that it was shown in this session (CSRF). */
export class OperatorForms {
  readonly #sealed: SealedForBrowser<null | 'ours'>

  constructor(seal: Seal) {
    this.#sealed = new SealedForBrowser(seal, "form of the operator's page", () => OPERATOR_SESSION)
  }

  /** @param session its secret */
  write(session: string): string {
    return this.#sealed.write(nameOf(session), 'ours')
  }

  isOurs(session: string, given: string | undefined): boolean {
    return this.#sealed.read(nameOf(session), given) !== null
  }
}

const nameOf = (session: string) => createHash('sha256').update(session).digest('base64url')
