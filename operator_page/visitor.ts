import type { Seal } from '../base/secrets/seal.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Script } from '../http/page/document.ts'
import type { OperatorContext } from '../operator/command.ts'
import type { OperatorSession } from '../sagas/operators.ts'

/** Who is in, and asks for a page. */
export type Visitor = {
  request: HttpRequest
  session: OperatorSession
  /** What commands are given. */
  context: OperatorContext
  /** Into each form of the page. */
  sealed: string
  /** Of a page with something to copy. */
  copyScript: Script
}

export const sealOf = ({ context }: Pick<Visitor, 'context'>): Seal => context.services.secrets.seal

/** How what was sent before came out. */
export type Outcome = { alert?: string; notice?: string; status?: number }
