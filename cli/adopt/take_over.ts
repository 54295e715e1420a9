import { dirname, resolve } from 'node:path'
import { isThere, readLink } from '../../base/files/files.ts'
import type { Db } from '../../database/database.ts'
import { assertNotNewer } from '../../database/import/pds_steps.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { CliError, ExitCode } from '../errors.ts'
import {
  type ImportReport,
  importPds,
  type PdsData,
  readPdsData,
} from '../import_pds/import_pds.ts'
import type { Installation } from '../installation.ts'
import { carryInstallation } from './carry_over.ts'
import { openOwnActors, ownOperator } from './own_operator.ts'
import { type FoundPlaces, PLACES } from './places.ts'
import type { Plan } from './plan.ts'

export type TakenOver = Omit<ImportReport, 'sessionsLeftBehind'> & {
  /** How many of what goes on that people and apps hold. */
  carried: Record<string, number>
}

/** Where the PDS is reached before it has run here: nothing listens there (RFC 863). */
const NOT_YET = 'http://127.0.0.1:9'

/**
 * Puts the accounts of a PDS into an installation that is made for them, and what they hold.
 *
 * @param db its database of accounts
 * @param plan its settings are those of the real installation
 */
export async function takeOver(installation: Installation, db: Db, plan: Plan): Promise<TakenOver> {
  assertNotNewer(db, plan.places.accounts)
  assertNoLinks(plan.places)
  const data = readPdsData(db, { sessions: true })
  if (data.accounts.length > 0) assertRepos(plan.places)
  const carried = carryInstallation({ pds: db, jwtSecret: plan.jwtSecret, ...installation })
  const { sessionsLeftBehind: _, ...report } = await importInto(installation, data, plan)
  const sessions = data.accounts.flatMap((one) => one.sessions ?? [])
  return {
    ...report,
    carried: {
      'sessions by OAuth': sessions.reduce((sum, { oauth }) => sum + oauth.length, 0),
      'sessions by password': sessions.reduce((sum, { legacy }) => sum + legacy.length, 0),
      ...carried,
    },
  }
}

async function importInto(
  installation: Installation,
  data: PdsData,
  { input: { output, plc } }: Plan,
): Promise<ImportReport> {
  const { did, publicUrl: url } = installation.settings
  const { adminPassword } = installation.secrets
  const actors = openOwnActors(installation, 'program')
  try {
    await actors.directory.addPds({ did, url, address: NOT_YET, adminPassword, isEmbedded: true })
    return await importPds({
      // Also in a rehearsal, whose folder is thrown away. Without a key of the PDS nothing is written to PLC.
      ...{ installation, output, dryRun: false, plc, pds: did, pdsRotationKey: null },
      operator: ownOperator(actors),
      data,
    })
  } finally {
    actors.close()
  }
}

/** @throws {CliError} where accounts would come without their repos: a part of the data lies elsewhere */
function assertRepos({ actors, sequencer }: FoundPlaces): void {
  for (const path of [actors, sequencer]) {
    if (isThere(path)) continue
    throw new CliError(
      `There is no ${path}, where by its settings the PDS has a part of its data: mount it there, or say in its settings where it is on this machine (--pds-env)`,
      ExitCode.wrongUsage,
    )
  }
}

/**
 * A link is copied as one, and what it leads to is not given to the user of this program: who may write to the data
 * of the PDS could make one to what is not theirs.
 *
 * @throws {CliError} where a part of the data is one
 */
function assertNoLinks(places: FoundPlaces): void {
  for (const [name, setting] of PLACES) {
    const path = places[name]
    const target = path === null ? null : readLink(path)
    if (path === null || target === null) continue
    throw new CliError(
      `${path} is a symbolic link: say in the settings of the PDS where that part of its data is (${setting}=${resolve(dirname(path), target)})`,
      ExitCode.wrongUsage,
    )
  }
}

/** @throws {CliError} where an account could not be taken over, so that none is */
export async function assertWhole(dataDir: string, { refused }: TakenOver): Promise<void> {
  const { findings } = await checkData(dataDir, { patience: 0 })
  const wrong = [
    ...refused.map(({ did, reason }) => `${did}: ${reason}`),
    ...findings.map(({ path, problem }) => `${path}: ${problem}`),
  ]
  if (wrong.length > 0) {
    throw new CliError(
      `Nothing is changed, because not all can be taken over:\n${wrong.join('\n')}`,
    )
  }
}
