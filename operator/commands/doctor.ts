import { listDamagedAccounts } from '../../actors/account/damage.ts'
import { UnavailableError } from '../../base/errors.ts'
import { DOCTOR_RECENT } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { hasPassed } from '../../base/time/has_passed.ts'
import type { Log } from '../../base/watching/log.ts'
import type { Services } from '../../sagas/services/services.ts'
import { command, type OperatorContext } from '../command.ts'
import { type Check, thatAnswered } from '../doctor/check.ts'
import { checkDamaged } from '../doctor/damaged.ts'
import { INSTANCE } from '../doctor/instance.ts'
import { forTrial } from '../doctor/local.ts'
import { checkOpenFiles, readOpenFiles } from '../doctor/open_files.ts'
import { lookAround } from '../doctor/outside_checks.ts'
import { replicationOf } from '../doctor/read_replication.ts'
import { checkReplication } from '../doctor/replication.ts'
import { look as lookAt } from '../doctor/run_check.ts'
import { inputs } from '../inputs/index.ts'
import { findElsewhere } from './named_pds.ts'
import { check as checkPdses, list as listPdses } from './pdses.ts'

/** Accounts whose handles are looked at. */
const HANDLES = 500
/** Accounts of which the PLC directory is asked, which is of others. */
const DIDS = 20

/** What was found, and when (ms since the epoch). */
export type Looked = { at: number; checks: Check[] }

/** By the log, of which a program has one: each command is given services of its own (`operator/run.ts`). */
const lastLooks = new WeakMap<Log, Looked>()
const underWay = new WeakSet<Log>()

/**
 * What `vestibule doctor` finds, as the running program sees it. What is around the command looks at itself: the
 * program may not run, or on another machine.
 */
export const look = command(inputs.doctor, async (context, { around }) => {
  const { services } = context
  const { settings } = services
  const [{ pdses }, accounts] = await Promise.all([
    listPdses.run(context, {}),
    services.actors.directory.listAccounts('', HANDLES),
  ])
  const [{ checks: ofPdses }, dids] = await Promise.all([
    checkPdses.run(context, {}),
    lookAtDids(services, accounts.slice(0, DIDS)),
  ])
  const checks = [
    ...checkReplication(replicationOf(settings)),
    ...checkDamaged(listDamagedAccounts()),
    ...checkOpenFiles(readOpenFiles()),
    ...(pdses.length === 0 ? [noPds(settings)] : ofPdses),
    ...dids,
  ]
  if (!around) return { at: Date.now(), checks }
  const handles = accounts.flatMap(({ handle }) => handle ?? [])
  const asked = { instance: INSTANCE, seenToken: services.secrets.seenToken }
  checks.push(
    ...(await lookAround(settings, { pdses: thatAnswered(pdses, checks), handles, asked })),
  )
  const looked = { at: Date.now(), checks }
  lastLooks.set(services.log, looked)
  return looked
})

const noPds = ({ embeddedPds }: Settings): Check => ({
  name: 'PDS',
  state: 'warning',
  ...(embeddedPds
    ? {
        found: 'the one inside has not been up yet',
        mend: 'ask again in a moment, and see what the log of the program says',
      }
    : { found: 'there is none', mend: 'vestibule pds add <url>' }),
})

/** Whether the DIDs of some accounts name their PDS. */
async function lookAtDids(
  services: Services,
  accounts: readonly { did: string }[],
): Promise<Check[]> {
  if (accounts.length === 0) return []
  const mend = 'see that this machine reaches ENTRYWAY_PLC_URL'
  const check = await lookAt('DIDs of accounts', mend, async () => {
    let looked = 0
    const all = accounts.map(async ({ did }) => {
      // One that is damaged is a finding of its own.
      const account = await services.actors.account(did).read().catch(nullWhereUnavailable)
      const elsewhere = account && (await findElsewhere(services, account))
      if (account) looked++
      return elsewhere ? [`of ${did}: ${elsewhere.found}`] : []
    })
    const [first, ...others] = (await Promise.all(all)).flat()
    if (!first)
      return { state: 'ok', found: `those that were looked at (${looked}) name their PDS` }
    const found = others.length > 0 ? `${first}; and of ${others.length} more` : first
    return { state: 'failed', found, mend: 'vestibule account compare lists all, and what to do' }
  })
  return forTrial([check], services.settings)
}

function nullWhereUnavailable(err: unknown): null {
  if (err instanceof UnavailableError) return null
  throw err
}

/** What was found last; where that is long ago, it is looked at anew, for who asks later. */
export function lastLook(context: OperatorContext): Looked | null {
  const { log } = context.services
  const last = lastLooks.get(log) ?? null
  const isRecent = last !== null && !hasPassed(last.at, DOCTOR_RECENT)
  if (!isRecent && !underWay.has(log)) {
    underWay.add(log)
    look
      .run(context, { around: true })
      .catch((err) => log.warn({ err }, 'how things stand could not be looked at'))
      .finally(() => underWay.delete(log))
  }
  return last
}
