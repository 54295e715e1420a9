import { accountActor } from './actors/account/index.ts'
import { accountsActor } from './actors/accounts/index.ts'
import { authActor } from './actors/auth/index.ts'
import { checkNumber } from './actors/auth/number.ts'
import { directoryActor } from './actors/directory/index.ts'
import { connectAuth } from './actors/hosting/connect_auth.ts'
import { connectEngineActors } from './actors/hosting/engine/actors.ts'
import { removeOldCopies } from './actors/hosting/engine/copies.ts'
import { startOnPort } from './actors/hosting/port.ts'
import { ProcessHost } from './actors/hosting/process_host.ts'
import { AuthRoundRobin, type OneAuthActor } from './actors/hosting/round_robin.ts'
import { startActors } from './actors/hosting/setup.ts'
import { type ActorsClient, connectActors } from './actors/reach.ts'
import type { Runner } from './actors/runner.ts'
import { createApp } from './app/index.ts'
import type { AuthActor } from './http/envelope.ts'

/** Where the actors of a runner live and how they are reached. */
export type Host =
  /** In this process only; nothing listens. */
  | 'process'
  /** The auth actors behind the loopback port `ENTRYWAY_ACTOR_PORT`, the others in this process only. */
  | 'port'
  /** On a Rivet Engine (`RIVET_ENDPOINT`). */
  | 'engine'

/**
 * Registers the actors, each where it lives, and starts a runner for them.
 *
 * @returns the auth actors as a gateway in the same process reaches them
 */
export async function startRunner(runner: Runner, host: Host): Promise<AuthActor> {
  return host === 'engine' ? startOnEngine(runner) : startHere(runner, host)
}

function startOnEngine(runner: Runner): AuthActor {
  const { settings, secrets, log } = runner
  const endpoint = settings.rivetEndpoint as string
  removeOldCopies(settings)
  const actors = connectEngineActors(endpoint, secrets.actorSecret, log)
  const use = {
    auth: authActor(runner, () => actors, createApp),
    directory: directoryActor(runner),
    accounts: accountsActor(runner),
  }
  startActors(use, { endpoint })
  void checkNumber(runner, actors.auth(0))
  return connectAuth(settings, secrets.actorSecret, log)
}

async function startHere(runner: Runner, host: 'process' | 'port'): Promise<AuthActor> {
  const { settings, secrets, log } = runner
  const secret = secrets.actorSecret
  const here = new ProcessHost(log)
  const others = { directory: directoryActor(runner), account: accountActor(runner) }
  if (host === 'process') {
    const auth = authActor(runner, () => connectActors(here.client, secret), createApp)
    here.start({ auth, ...others })
    return new AuthRoundRobin(
      (number) => here.client.auth.getOrCreate([String(number)]) as OneAuthActor,
    )
  }
  here.start(others)
  const connect = (c: { client(): unknown }) => {
    const { auth } = c.client() as ActorsClient
    return connectActors({ ...here.client, auth }, secret)
  }
  startOnPort(settings, secret, { auth: authActor(runner, connect, createApp) })
  return connectAuth(settings, secret, log).opened()
}
