import type { Services } from '../actors/services.ts'
import { RECOVERY_INTERVAL, SAGA_ABANDONED } from '../lifetimes.ts'
import { finishDeletion } from './account_life.ts'
import { settleEmailChange } from './email_change.ts'
import { settleHandleChange } from './handle_change.ts'
import { settleSignUp } from './sign_up.ts'

/**
 * Settles the sign-ups and changes of handle and address that an earlier runner left behind, now, and then from
 * time to time those that got stuck.
 *
 * @returns what ends it
 */
export function startRecovery(services: Services): () => void {
  // Nobody works on anything yet: whatever is on record was interrupted.
  void recover(services, 0)
  const timer = setInterval(() => void recover(services, SAGA_ABANDONED), RECOVERY_INTERVAL)
  timer.unref()
  return () => clearInterval(timer)
}

/**
 * Settles what nobody has touched for `untouched` ms. What has happened at the PDS or on PLC is
 * finished at once; what has not is given up only when {@link SAGA_ABANDONED} has passed, since a
 * request of before the interruption may still be under way there.
 */
export async function recover(services: Services, untouched: number): Promise<void> {
  const { actors, log } = services
  const now = Date.now()
  const isAbandoned = (since: number) => now - since >= SAGA_ABANDONED
  try {
    for (const signUp of await actors.directory.listAbandonedSignUps(now + 1 - untouched)) {
      const { did, updatedAt } = signUp
      await settleSignUp(services, signUp, isAbandoned(updatedAt))
        .then((outcome) => log.info({ did, outcome }, 'interrupted sign-up'))
        .catch((err) => log.warn({ err, did }, 'interrupted sign-up left for later'))
    }
    for (const change of await actors.directory.listAbandonedHandleChanges(now + 1 - untouched)) {
      const { did, newHandle, createdAt } = change
      await settleHandleChange(services, did, newHandle, isAbandoned(createdAt))
        .then((outcome) => log.info({ did, outcome }, 'interrupted handle change'))
        .catch((err) => log.warn({ err, did }, 'interrupted handle change left for later'))
    }
    for (const change of await actors.directory.listAbandonedEmailChanges(now + 1 - untouched)) {
      const { did, newEmail } = change
      await settleEmailChange(services, did, newEmail)
        .then((outcome) => log.info({ did, outcome }, 'interrupted change of address'))
        .catch((err) => log.warn({ err, did }, 'interrupted change of address left for later'))
    }
    for (const { did } of await actors.directory.listAbandonedDeletions(now + 1 - untouched)) {
      await finishDeletion(services, did)
        .then(() => log.info({ did }, 'interrupted deletion finished'))
        .catch((err) => log.warn({ err, did }, 'interrupted deletion left for later'))
    }
  } catch (err) {
    log.error({ err }, 'the directory did not say what was interrupted')
  }
}
