import { join } from 'node:path'
import { createClientWithDriver, createFileSystemDriver, setup } from 'rivetkit'
import { createClient } from 'rivetkit/client'
import { accountActor } from './actors/account/index.ts'
import { authActor } from './actors/auth/index.ts'
import { directoryActor } from './actors/directory/index.ts'
import type { Runner } from './actors/runner.ts'
import type { AuthActor } from './gateway/forward.ts'
import type { Settings } from './settings.ts'

/** Bytes of a message to an actor: a request body of 64 KiB, its headers, and CBOR around them. */
const MAX_INCOMING = 256 * 1024
/** Bytes of a message from an actor: the largest asset of the sign-in pages, with room. */
const MAX_OUTGOING = 4 * 1024 * 1024

/** Which auth actor answers; there is one. */
const AUTH_KEY = ['0']

type Manager = Parameters<typeof createClientWithDriver>[0]

/** Where the actors of a runner live and how they are reached. */
export type Host =
  /** In this process only; nothing listens. */
  | 'process'
  /** Behind the loopback port `ENTRYWAY_ACTOR_PORT`. */
  | 'port'
  /** On a Rivet Engine (`RIVET_ENDPOINT`). */
  | 'engine'

/**
 * Registers the actors and starts a runner for them.
 *
 * @returns the auth actor as a gateway in the same process reaches it
 */
export async function startRunner(runner: Runner, host: Host): Promise<AuthActor> {
  const { settings } = runner
  const use = {
    auth: authActor(runner),
    directory: directoryActor(runner),
    account: accountActor(runner),
  }
  const common = {
    use,
    noWelcome: true,
    logging: { level: 'error' as const },
    inspector: { enabled: false },
    maxIncomingMessageSize: MAX_INCOMING,
    maxOutgoingMessageSize: MAX_OUTGOING,
  }

  if (host === 'engine') {
    setup({ ...common, endpoint: settings.rivetEndpoint as string }).startRunner()
    return connectAuth(settings, runner.secrets.actorSecret)
  }

  const files = createFileSystemDriver({ path: join(settings.dataDir, 'actors') })
  const manager = await new Promise<Manager>((resolve) => {
    const driver = {
      ...files,
      manager: (config: Parameters<typeof files.manager>[0]) => {
        const created = files.manager(config)
        resolve(created)
        return created
      },
    }
    setup({
      ...common,
      driver,
      ...(host === 'port'
        ? { serveManager: true, managerHost: '127.0.0.1', managerPort: settings.actorPort }
        : { serveManager: false }),
    }).startRunner()
  })
  const client = createClientWithDriver(manager) as unknown as AuthClient
  return client.auth.getOrCreate(AUTH_KEY, { params: { secret: runner.secrets.actorSecret } })
}

/** The auth actor over one persistent connection, which reconnects by itself. */
export function connectAuth(settings: Settings, secret: string): AuthActor {
  const client = createClient({
    endpoint: settings.rivetEndpoint ?? `http://127.0.0.1:${settings.actorPort}`,
  }) as unknown as AuthClient
  return client.auth.getOrCreate(AUTH_KEY, { params: { secret } }).connect()
}

type AuthClient = {
  auth: {
    getOrCreate(
      key: string[],
      options: { params: { secret: string } },
    ): AuthActor & { connect(): AuthActor }
  }
}
