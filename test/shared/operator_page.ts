import { startGateway } from '../../gateway/server.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { startApp } from '../../lab/world/app/app.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { command } from './people/operators.ts'

/** The application in this process behind a gateway. */
export type PageWorld = {
  url: string
  app: AppInProcess
  /** An address that lets in once. */
  newLink(): Promise<string>
  close(): Promise<void>
}

export async function startPageWorld(): Promise<PageWorld> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const app = await startApp({
    env: {
      ENTRYWAY_PUBLIC_URL: url,
      ENTRYWAY_NAME: 'Example',
      // Nothing listens there.
      ENTRYWAY_SMTP_URL: 'smtp://127.0.0.1:9',
      ENTRYWAY_INVITE_REQUIRED: 'true',
      ENTRYWAY_USER_INVITES: '5',
    },
  })
  const where = { host: '127.0.0.1', port, trustedProxies: [], publicUrl: url, name: 'here' }
  const gateway = await startGateway(where, app.auth, app.runner.log)
  return {
    url,
    app,
    newLink: async () => String((await command(app, 'operator/link')).body.url),
    close: async () => {
      await gateway.stop()
      await app.close()
    },
  }
}
