import { connectAuth } from '../actors/hosting/connect_auth.ts'
import { loadSecrets } from '../base/secrets/secrets.ts'
import { startGateway } from '../gateway/server.ts'
import { launch } from './launch.ts'

/** The gateway alone; the runner is another process, on this machine or behind a Rivet Engine. */
await launch(async (settings, log) => {
  const secrets = await loadSecrets(settings)
  const auth = connectAuth(settings, secrets.actorSecret, log)
  const gateway = await startGateway(settings, auth, log)
  log.info({ url: settings.publicUrl, host: settings.host, port: settings.port }, 'gateway is up')
  return () => gateway.stop()
})
