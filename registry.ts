import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createFileSystemDriver, setup } from 'rivetkit'
import { createClient } from 'rivetkit/client'
import { accountActor } from './actors/account/index.ts'
import { accountsActor } from './actors/accounts/index.ts'
import { authActor } from './actors/auth/index.ts'
import { assertNumber } from './actors/auth/number.ts'
import { directoryActor } from './actors/directory/index.ts'
import { AuthConnection, type RivetConnection } from './actors/hosting/connection.ts'
import { connectEngineActors, type EngineClient } from './actors/hosting/engine/actors.ts'
import { removeOldCopies } from './actors/hosting/engine/copies.ts'
import { Line, overLine } from './actors/hosting/engine/line.ts'
import { EngineStorage } from './actors/hosting/engine/storage.ts'
import { ProcessHost } from './actors/hosting/process_host.ts'
import { AuthRoundRobin, type OneAuthActor } from './actors/hosting/round_robin.ts'
import { type ActorsClient, connectActors } from './actors/reach.ts'
import type { Runner } from './actors/runner.ts'
import { createApp } from './app/index.ts'
import type { Settings } from './base/settings.ts'
import type { AuthActor } from './http/envelope.ts'

/** Bytes of a message to an actor: a request body of 64 KiB, its headers, and CBOR around them. */
const MAX_INCOMING = 256 * 1024
/** Bytes of a message from an actor: the largest asset of the sign-in pages, with room. */
const MAX_OUTGOING = 4 * 1024 * 1024

const COMMON = {
  noWelcome: true,
  logging: { level: 'error' as const },
  inspector: { enabled: false },
  maxIncomingMessageSize: MAX_INCOMING,
  maxOutgoingMessageSize: MAX_OUTGOING,
}

/** Where the actors of a runner live and how they are reached. */
export type Host =
  /** In this process only; nothing listens. */
  | 'process'
  /** The auth actors behind the loopback port `ENTRYWAY_ACTOR_PORT`, the others in this process only. */
  | 'port'
  /** On a Rivet Engine (`RIVET_ENDPOINT`). */
  | 'engine'

/**
 * Registers the actors and starts a runner for them.
 *
 * @returns the auth actors as a gateway in the same process reaches it
 */
export async function startRunner(runner: Runner, host: Host): Promise<AuthActor> {
  const { settings } = runner
  const processHost = new ProcessHost(runner.log)
  const secret = runner.secrets.actorSecret
  if (host === 'engine') {
    removeOldCopies(settings)
    const actors = connectEngineActors(engineClient(settings), secret)
    const use = {
      auth: authActor(runner, () => actors, createApp),
      directory: directoryActor(runner),
      accounts: accountsActor(runner),
    }
    setup({ ...COMMON, use, endpoint: settings.rivetEndpoint as string }).startRunner()
    void actors
      .auth(0)
      .authActors()
      .then((known) => assertNumber(runner, known))
      // Where nobody says so yet, each auth actor looks when it wakes.
      .catch(() => {})
    return connectEngineAuth(settings, secret)
  }

  const auth = authActor(
    runner,
    (c) => {
      const reach = host === 'port' ? (c.client() as ActorsClient) : processHost.client
      return connectActors({ ...processHost.client, auth: reach.auth }, secret)
    },
    createApp,
  )
  const here = {
    ...(host === 'process' ? { auth } : {}),
    directory: directoryActor(runner),
    account: accountActor(runner),
  }
  setup({ ...COMMON, use: here, driver: processHost.driver, serveManager: false }).startRunner()
  if (host === 'process') {
    return new AuthRoundRobin(
      (number) => processHost.client.auth.getOrCreate([String(number)]) as OneAuthActor,
    )
  }

  const path = join(settings.dataDir, 'actors')
  // The actors keep everything in databases of their own. What rivetkit keeps of each is two files,
  // and one that a crash left with only the first would never wake again.
  rmSync(path, { recursive: true, force: true })
  setup({
    ...COMMON,
    use: { auth },
    driver: createFileSystemDriver({ path }),
    serveManager: true,
    managerHost: '127.0.0.1',
    managerPort: settings.actorPort,
    managerBasePath: portPath(secret),
  }).startRunner()
  return connectAuth(settings, secret).opened()
}

/** The auth actors on an engine. */
export function connectEngineAuth(settings: Settings, secret: string): AuthActor {
  const { auth } = engineClient(settings)
  return new AuthRoundRobin(
    (number) => overLine(new Line(auth, [String(number)], secret)) as OneAuthActor,
  )
}

/** The storage of the actors of an engine, while no runner serves them. */
export function openEngineStorage(
  runner: Pick<Runner, 'settings' | 'secrets' | 'log'>,
): EngineStorage {
  const { settings, secrets } = runner
  const client = engineClient(settings)
  const storage = new EngineStorage(async (name, key) => {
    const line = new Line(client[name], [key], secrets.actorSecret)
    await line.call('lend', []).finally(() => line.close())
  })
  const use = {
    auth: storage.actor(runner, 'auth'),
    directory: storage.actor(runner, 'directory'),
    accounts: storage.actor(runner, 'accounts'),
  }
  setup({ ...COMMON, use, endpoint: settings.rivetEndpoint as string }).startRunner()
  return storage
}

function engineClient({ rivetEndpoint }: Settings): EngineClient {
  return createClient({ endpoint: rivetEndpoint as string }) as unknown as EngineClient
}

/** The auth actors behind the actor port, over one persistent connection each. */
export function connectAuth(settings: Settings, secret: string): AuthRoundRobin {
  const endpoint = `http://127.0.0.1:${settings.actorPort}${portPath(secret)}`
  // The port would name itself without the path.
  const client = createClient({ endpoint, disableMetadataLookup: true }) as unknown as AuthClient
  return new AuthRoundRobin((number) => {
    const handle = client.auth.getOrCreate([String(number)], { params: { secret } })
    return new AuthConnection(() => handle.connect())
  })
}

/**
 * Where everything on the actor port lies. rivetkit's own routes there ask for no secret: they list
 * actors with their keys, create them and read what they store; so not even they are to be found.
 */
export function portPath(secret: string): string {
  return `/${createHash('sha256').update(`actor port\n${secret}`).digest('base64url')}`
}

type AuthClient = {
  auth: {
    getOrCreate(
      key: string[],
      options: { params: { secret: string } },
    ): { connect(): RivetConnection }
  }
}
