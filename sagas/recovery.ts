import { RECOVERY_INTERVAL, SAGA_ABANDONED } from '../base/lifetimes.ts'
import { hasPassed } from '../base/time/has_passed.ts'
import { SteadyClock } from '../base/time/steady_clock.ts'
import { logEvent } from '../base/watching/event_log.ts'
import { FaultLog } from '../base/watching/fault_log.ts'
import { openSagas } from '../base/watching/metrics.ts'
import { every } from '../base/work/every.ts'
import { finishDeletion } from './changes/account_life.ts'
import { settleEmailChange } from './changes/email_change.ts'
import { settleHandleChange } from './changes/handle_change.ts'
import { settleStandingChange } from './changes/standing_change.ts'
import { PdsWatch } from './following/pds_watch.ts'
import type { Services } from './services/services.ts'
import { takeBackLate } from './sign_up/late_sign_up.ts'
import { settleSignUp } from './sign_up/sign_up.ts'

/**
 * Settles the sign-ups, deletions and changes that an earlier runner left behind, now,
 * when the PDS inside is up, and then from time to time those that got stuck; and follows what was
 * done on the PDSes directly.
 *
 * @param alone no other program works on them: all that is on record now was interrupted
 * @returns what ends it
 */
export function startRecovery(services: Services, alone: boolean): () => void {
  const clock = new SteadyClock()
  const faults = new FaultLog(services.log, 'settling what was interrupted')
  const watch = new PdsWatch(services)
  const work = async () => {
    try {
      // By a clock that was set, what is under way now seems to have been so for long.
      if (!clock.isSteadyFor(SAGA_ABANDONED)) return
      const begun = alone ? clock.begunAt : Number.NEGATIVE_INFINITY
      await recover(services, begun, faults)
    } finally {
      await watch.look()
    }
  }
  const { log, embeddedPds } = services
  return every(RECOVERY_INTERVAL, 'looking for what was interrupted', work, log, (listener) =>
    embeddedPds.onUp(listener),
  )
}

/** Also what is under way in good order: what stays is what to worry about. */
async function countOpen({ actors }: Services): Promise<void> {
  const { signUps, handleChanges, emailChanges, deletions, standingChanges } =
    await actors.directory.listUnderWay()
  openSagas.set({ what: 'sign-up' }, signUps.length)
  openSagas.set({ what: 'handle change' }, handleChanges.length)
  openSagas.set({ what: 'change of address' }, emailChanges.length)
  openSagas.set({ what: 'deletion' }, deletions.length)
  openSagas.set({ what: 'change of standing' }, standingChanges.length)
}

/** So many sign-ups that were given up are looked after in one round. */
const LATE_AT_ONCE = 100

/** The account that something was about, and its PDS where that is on record with it. */
type Whose = { did: string; pdsDid?: string } | { did: string | null; pdsDid: string }

/**
 * Settles what was on record at `begun` (ms), or has not changed for {@link SAGA_ABANDONED}. What has happened
 * at the PDS or on PLC is finished at once. What has not is given up only after {@link SAGA_ABANDONED}, since a
 * request from before the interruption may still be on its way there. What needs the PDS inside waits until that
 * is up.
 */
async function recover(services: Services, begun: number, faults: FaultLog): Promise<void> {
  const { directory } = services.actors
  const isAbandoned = (since: number) => hasPassed(since, SAGA_ABANDONED)
  const isLeft = (since: number) => since < begun || isAbandoned(since)
  const pdses = services.embeddedPds.isDown ? await directory.listPdses() : []
  const down = pdses.find(({ isEmbedded }) => isEmbedded)?.did
  const settle = async (what: string, { did, pdsDid }: Whose, work: () => Promise<unknown>) => {
    try {
      if (down && (pdsDid ?? (await directory.find(did as string))?.pdsDid) === down) return
      const settled = await work()
      faults.succeeded({ did, what })
      // What stays open is counted (`openSagas`).
      if (settled === 'open') return
      logEvent(services.log, 'saga_settled', { did, what, settled }, undefined)
    } catch (err) {
      faults.failed(err, { did, what })
    }
  }
  await countOpen(services)
  // Asked for each kind: settling takes its time, and others finish their own meanwhile.
  const underWay = () => directory.listUnderWay()
  for (const signUp of (await underWay()).signUps) {
    if (!isLeft(signUp.updatedAt)) continue
    const interrupted = isAbandoned(signUp.updatedAt) ? 'abandoned' : 'under way'
    await settle('sign-up', signUp, () => settleSignUp(services, signUp, interrupted))
  }
  for (const { did, createdAt } of (await underWay()).handleChanges) {
    if (!isLeft(createdAt)) continue
    await settle('handle change', { did }, () => settleHandleChange(services, did, isAbandoned))
  }
  for (const change of (await underWay()).emailChanges) {
    const { did, createdAt } = change
    if (!isLeft(createdAt)) continue
    await settle('change of address', { did }, () => settleEmailChange(services, change))
  }
  for (const { did, createdAt } of (await underWay()).deletions) {
    if (!isLeft(createdAt)) continue
    await settle('deletion', { did }, () => finishDeletion(services, did))
  }
  for (const change of (await underWay()).standingChanges) {
    const { did, createdAt } = change
    if (!isLeft(createdAt)) continue
    const work = () => settleStandingChange(services, change, isAbandoned)
    await settle('change of standing', { did }, work)
  }
  for (const identity of await directory.listWithdrawnIdentities(LATE_AT_ONCE)) {
    await settle('late sign-up', identity, () => takeBackLate(services, identity))
  }
}
