import { BACKGROUND, TRAIL_END } from '../base/lifetimes.ts'
import { missingForUse } from '../base/settings/settings.ts'
import { startGateway } from '../gateway/server.ts'
import { startDailyBackups } from '../maintenance/backup/daily_backup.ts'
import { startRunner } from '../registry.ts'
import { keepEvents } from '../sagas/notices/kept_events.ts'
import { launch } from './launch.ts'
import { prepareRunner, stopRunner } from './prepare_runner.ts'

/** Gateway and runner in one process: nothing listens but the gateway. */
await launch(async (settings, log) => {
  const runner = await prepareRunner(settings, log)
  const { auth, directory, leave } = await startRunner(
    runner,
    settings.rivetEndpoint ? 'engine' : 'process',
  )
  const endTrail = keepEvents(log, directory)
  const gateway = await startGateway(settings, auth, log)
  await Promise.all([auth.ready(), runner.embeddedPds.start(directory)])
  const endBackups = startDailyBackups(runner)
  log.info({ url: settings.publicUrl, host: settings.host, port: settings.port }, 'Vestibule is up')
  for (const sentence of missingForUse(settings)) log.warn(sentence)
  return async (atMost) => {
    leave()
    endBackups()
    await gateway.stop()
    await runner.background.end(atMost(BACKGROUND))
    await endTrail(atMost(TRAIL_END))
    await stopRunner(runner, atMost)
  }
})
