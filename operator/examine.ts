import { DOCTOR_RECENT } from '../base/lifetimes.ts'
import type { Services } from '../sagas/services.ts'
import { type Check, thatAnswered } from './check.ts'
import { command, type OperatorContext } from './command.ts'
import { lookAround } from './doctor/around.ts'
import { inputs } from './inputs.ts'
import { check as checkPdses, list as listPdses } from './pdses.ts'
import { replicationOf } from './read_replication.ts'
import { checkReplication } from './replication.ts'

/** Accounts whose handles are looked at. */
const HANDLES = 500

/** What was found, and when (ms since the epoch). */
export type Looked = { at: number; checks: Check[] }

const lastLooks = new WeakMap<Services, Looked>()
const underWay = new WeakSet<Services>()

/** What `vestibule doctor` finds, as the running program sees it. */
export const look = command(inputs.doctor, async (context) => {
  const { services } = context
  const [{ pdses }, accounts, { checks }] = await Promise.all([
    listPdses.run(context, {}),
    services.actors.directory.listAccounts('', HANDLES),
    checkPdses.run(context, {}),
  ])
  const handles = accounts.flatMap(({ handle }) => handle ?? [])
  const known = { pdses: thatAnswered(pdses, checks), handles }
  const around = await lookAround(services.settings, known)
  const replication = checkReplication(replicationOf(services.settings))
  const looked = { at: Date.now(), checks: [...checks, ...replication, ...around] }
  lastLooks.set(services, looked)
  return looked
})

/** What was found last; where that is long ago, it is looked at anew, for who asks later. */
export function lastLook(context: OperatorContext): Looked | null {
  const { services } = context
  const last = lastLooks.get(services) ?? null
  const isRecent = last !== null && Date.now() - last.at < DOCTOR_RECENT
  if (!isRecent && !underWay.has(services)) {
    underWay.add(services)
    look
      .run(context, {})
      .catch((err) => services.log.warn({ err }, 'how things stand could not be looked at'))
      .finally(() => underWay.delete(services))
  }
  return last
}
