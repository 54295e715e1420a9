import { launch, prepareRunner, stopRunner } from './launch.ts'
import { startRunner } from './registry.ts'

/** A runner alone: on loopback for the gateway of this machine, or registered with a Rivet Engine. */
await launch(async (settings, log) => {
  const runner = await prepareRunner(settings, log)
  await startRunner(runner, settings.rivetEndpoint ? 'engine' : 'port')
  log.info({ host: settings.rivetEndpoint ?? `127.0.0.1:${settings.actorPort}` }, 'runner is up')
  return async () => stopRunner(runner)
})
