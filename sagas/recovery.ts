import { setTimeout as wait } from 'node:timers/promises'
import { RECOVERY_INTERVAL, SAGA_ABANDONED } from '../base/lifetimes.ts'
import { finishDeletion } from './account_life.ts'
import { settleEmailChange } from './email_change.ts'
import { settleHandleChange } from './handle_change.ts'
import { PdsWatch } from './pds_watch.ts'
import type { Services } from './services.ts'
import { settleSignUp } from './sign_up.ts'

/**
 * Settles the sign-ups and changes of handle and address that an earlier runner left behind, now,
 * and then from time to time those that got stuck; and follows what was done on the PDSes directly.
 *
 * @param alone whether nobody else works on any: whatever is on record by now was interrupted
 * @returns what ends it
 */
export function startRecovery(services: Services, alone: boolean): () => void {
  const begun = alone ? Date.now() : Number.NEGATIVE_INFINITY
  const watch = new PdsWatch(services)
  const stopping = new AbortController()
  const work = async () => {
    for (let before = Math.max(begun, Date.now() - SAGA_ABANDONED); !stopping.signal.aborted; ) {
      await recover(services, before)
      await watch.look()
      await wait(RECOVERY_INTERVAL, null, { signal: stopping.signal, ref: false }).catch(() => {})
      before = Math.max(begun, Date.now() - SAGA_ABANDONED)
    }
  }
  void work()
  return () => stopping.abort()
}

/**
 * Settles what nobody has touched since `before`, in ms. What has happened at the PDS or on PLC is
 * finished at once; what has not is given up only when {@link SAGA_ABANDONED} has passed, since a
 * request of before the interruption may still be under way there.
 */
async function recover(services: Services, before: number): Promise<void> {
  const { actors, log } = services
  const isAbandoned = (since: number) => Date.now() - since >= SAGA_ABANDONED
  try {
    for (const signUp of await actors.directory.listAbandonedSignUps(before)) {
      const { did, updatedAt } = signUp
      await settleSignUp(services, signUp, isAbandoned(updatedAt))
        .then((outcome) => log.info({ did, outcome }, 'interrupted sign-up'))
        .catch((err) => log.warn({ err, did }, 'interrupted sign-up left for later'))
    }
    for (const { did } of await actors.directory.listAbandonedHandleChanges(before)) {
      await settleHandleChange(services, did, isAbandoned)
        .then((outcome) => log.info({ did, outcome }, 'interrupted handle change'))
        .catch((err) => log.warn({ err, did }, 'interrupted handle change left for later'))
    }
    for (const change of await actors.directory.listAbandonedEmailChanges(before)) {
      const { did, newEmail } = change
      await settleEmailChange(services, did, newEmail)
        .then((outcome) => log.info({ did, outcome }, 'interrupted change of address'))
        .catch((err) => log.warn({ err, did }, 'interrupted change of address left for later'))
    }
    for (const { did } of await actors.directory.listAbandonedDeletions(before)) {
      await finishDeletion(services, did)
        .then(() => log.info({ did }, 'interrupted deletion finished'))
        .catch((err) => log.warn({ err, did }, 'interrupted deletion left for later'))
    }
  } catch (err) {
    log.error({ err }, 'the directory did not say what was interrupted')
  }
}
