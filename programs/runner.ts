import { BACKGROUND, DRAIN, TRAIL_END } from '../base/lifetimes.ts'
import { startDailyBackups } from '../maintenance/backup/daily_backup.ts'
import { startRunner } from '../registry.ts'
import { keepEvents } from '../sagas/notices/kept_events.ts'
import { launch } from './launch.ts'
import { prepareRunner, stopRunner } from './prepare_runner.ts'

/** A runner alone: on loopback for the gateway of this machine, or registered with a Rivet Engine. */
await launch(async (settings, log) => {
  const runner = await prepareRunner(settings, log)
  const { directory, leave } = await startRunner(runner, settings.rivetEndpoint ? 'engine' : 'port')
  const endTrail = keepEvents(log, directory)
  await runner.embeddedPds.start(directory)
  const endBackups = startDailyBackups(runner)
  const host = settings.rivetEndpoint
    ? new URL(settings.rivetEndpoint).host
    : `127.0.0.1:${settings.actorPort}`
  log.info({ host }, 'runner is up')
  return async (atMost) => {
    leave()
    endBackups()
    await runner.inFlight.end(atMost(DRAIN))
    await runner.background.end(atMost(BACKGROUND))
    await endTrail(atMost(TRAIL_END))
    await stopRunner(runner, atMost)
  }
})
