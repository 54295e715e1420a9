import { InFlight } from '../actors/in_flight.ts'
import type { Runner } from '../actors/runner.ts'
import { CLOSING, DAY, DRAIN } from '../base/lifetimes.ts'
import { loadSecrets } from '../base/secrets/secrets.ts'
import type { Settings } from '../base/settings/settings.ts'
import { type ClockDoubt, resumeClock } from '../base/time/settled_clock.ts'
import type { Log } from '../base/watching/log.ts'
import { Background } from '../base/work/background.ts'
import { endRepeatedWork } from '../base/work/every.ts'
import { closeAllDatabases } from '../database/database.ts'
import { replicasClosed } from '../database/replication/replica.ts'
import { accountDatabaseOf, folderOf, foldersOfData } from '../embedded/folder.ts'
import { EmbeddedPds } from '../embedded/index.ts'
import { createMailer } from '../mail/mailer.ts'
import { keepClockDoubt, readClockDoubt } from '../maintenance/data_folder/clock_doubt.ts'
import { lastWritten } from '../maintenance/data_folder/files.ts'
import { holdData } from '../maintenance/data_folder/hold.ts'
import { assertNotRootElsewhere } from '../maintenance/data_folder/owner.ts'
import { assertNotReleased } from '../maintenance/data_folder/pds_marks.ts'
import { assertNotLost, assertServable } from '../maintenance/data_folder/servable.ts'
import { watchSizes } from '../maintenance/data_folder/sizes.ts'
import type { AtMost } from './ending.ts'
import { giveUp } from './launch.ts'

/** What the actors of this process are given. Its data are this process's alone until it ends. */
export async function prepareRunner(
  settings: Settings,
  log: Log,
): Promise<Runner & { embeddedPds: EmbeddedPds }> {
  assertNotRootElsewhere(settings.dataDir)
  // On an engine it keeps nothing of worth here, and each actor looks at its own.
  holdData(settings.dataDir, { evenMoved: settings.database === 'engine' })
  const pdsData = settings.embeddedPds ? [folderOf(settings, process.env)] : []
  await assertNotReleased([settings.dataDir, ...pdsData])
  for (const folder of pdsData) {
    assertNotLost(settings.dataDir, accountDatabaseOf(folder, process.env))
  }
  const mailer = createMailer({
    ...(settings.smtpUrl ? { smtpUrl: settings.smtpUrl } : {}),
    from: settings.emailFrom,
    dataDir: settings.dataDir,
    publicUrl: settings.publicUrl,
    service: settings.name,
    log,
  })
  const secrets = await loadSecrets(settings)
  if (settings.database === 'file') {
    const { dataDir } = settings
    const keep = (doubt: ClockDoubt | null) => keepClockDoubt(dataDir, doubt)
    sayClock(log, resumeClock(lastWritten(dataDir), readClockDoubt(dataDir), keep))
    // It brings the directory to the newest schema, so it comes after all that refuses a start.
    assertServable(settings.dataDir)
  }
  const folders = foldersOfData(settings, process.env)
  if (settings.metricsPort !== null) watchSizes(settings.dataDir, folders, log)
  return {
    settings,
    folders,
    secrets,
    mailer,
    log,
    inFlight: new InFlight(),
    background: new Background(log),
    embeddedPds: new EmbeddedPds(settings, secrets, log),
    refuse: giveUp,
    end: () => process.kill(process.pid, 'SIGTERM'),
  }
}

/** Whether it is wrong, only the operator knows: the program may have been stopped for as long. */
function sayClock(log: Log, ahead: number): void {
  if (ahead === 0) return
  const days = Math.round(Math.abs(ahead) / DAY)
  log.warn(
    ahead > 0
      ? `The clock is ${days} days after the last write to the data: what has expired by it is not deleted for an hour`
      : `The clock is ${days} days before the last write to the data: see that it is right (vestibule doctor), since what is given now expires by it`,
  )
}

/**
 * Closes what {@link prepareRunner} and the actors opened; the embedded PDS ends last. An engine has been told by
 * then, and moves the actors with their databases.
 */
export async function stopRunner(
  {
    settings,
    mailer,
    embeddedPds,
  }: Pick<Runner, 'settings' | 'mailer'> & { embeddedPds: EmbeddedPds },
  atMost: AtMost,
): Promise<void> {
  if (settings.rivetEndpoint) await replicasClosed(atMost(DRAIN))
  endRepeatedWork()
  mailer.close()
  closeAllDatabases(CLOSING)
  await embeddedPds.stop()
}
