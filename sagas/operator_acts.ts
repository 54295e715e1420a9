import { outlasting } from '../base/time/in_time.ts'
import { recordAudit } from './notices/audit.ts'
import type { ActingOperator } from './operators.ts'
import type { Services } from './services/services.ts'

/** What somebody has done as an operator. */
export type OperatorAct = {
  /** A command, or an XRPC method. */
  command: string
  /** Whom or what it was done to. */
  subject: string
  /** DID of the account, where it was done to one. */
  did: string | null
  /** Whether its owner reads of it. */
  isInAudit: boolean
}

/**
 * Keeps it in the operators' trail and, where it is about an account, in that of the account. Where that cannot be, it is in
 * the log: what was done is not to be told as something to try again.
 */
export async function keepOperatorAct(
  services: Pick<Services, 'actors' | 'log'>,
  by: ActingOperator,
  { isInAudit, ...done }: OperatorAct,
): Promise<void> {
  const act = { at: Date.now(), ...by, ...done }
  const { did, command } = done
  try {
    await outlasting(() => services.actors.directory.addOperatorAct(act))
    if (did !== null && isInAudit) {
      await recordAudit(services, did, 'operator_acted', { what: command, ...by })
    }
  } catch (err) {
    services.log.error({ err, ...act }, 'an operator command was done, and is in no trail')
  }
}
