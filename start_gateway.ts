import { loadSecrets } from './base/secrets.ts'
import { startGateway } from './gateway/server.ts'
import { launch } from './launch.ts'
import { connectAuth, connectEngineAuth } from './registry.ts'

/** The gateway alone; the runner is another process, on this machine or behind a Rivet Engine. */
await launch(async (settings, log) => {
  const secrets = await loadSecrets(settings)
  const connect = settings.rivetEndpoint ? connectEngineAuth : connectAuth
  const gateway = await startGateway(settings, connect(settings, secrets.actorSecret), log)
  log.info({ url: settings.publicUrl, host: settings.host, port: settings.port }, 'gateway is up')
  return () => gateway.stop()
})
