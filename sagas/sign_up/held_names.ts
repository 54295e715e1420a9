import { Refusal, type RefusalCode, signUpUnderWay } from '../../base/errors.ts'
import type { Services } from '../services/services.ts'

/** What a sign-up holds. */
type Held = { handle?: string; email?: string; inviteCode?: string | null }

const HELD: Partial<Record<RefusalCode, keyof Held>> = {
  EmailTaken: 'email',
  HandleTaken: 'handle',
  InvalidInviteCode: 'inviteCode',
}

/**
 * Does work that may find a name or an invite code not to be free, and says so where that is held by a sign-up which is
 * not finished: most often the same person's of a moment ago, of which the PDS has said nothing.
 *
 * @throws {Refusal} SignUpUnderWay
 */
export async function tellingHeld<T>(
  services: Pick<Services, 'actors'>,
  names: Held,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (err) {
    if (err instanceof Refusal && (await isHeld(services, names, err))) throw signUpUnderWay()
    throw err
  }
}

async function isHeld({ actors }: Pick<Services, 'actors'>, names: Held, { code }: Refusal) {
  const which = HELD[code]
  const name = which && names[which]
  return name ? actors.directory.isHeldBySignUp({ [which]: name }) : false
}
