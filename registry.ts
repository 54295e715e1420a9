import { accountActor } from './actors/account/index.ts'
import { accountsActor } from './actors/accounts/index.ts'
import { authActor } from './actors/auth/index.ts'
import { checkSpread } from './actors/auth/spread.ts'
import { directoryActor } from './actors/directory/index.ts'
import type { DirectoryStub } from './actors/directory/stub.ts'
import { connectAuth } from './actors/hosting/connect_auth.ts'
import { connectEngineActors } from './actors/hosting/engine/actors.ts'
import { removeOldCopies } from './actors/hosting/engine/copies.ts'
import { stayRegistered } from './actors/hosting/engine/membership.ts'
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

/** The actors of a runner, as the program that it is in reaches them. */
export type Started = {
  /** For the gateway. */
  auth: AuthActor
  directory: DirectoryStub
  /** To be called before it stops: an engine that lets it go then shall not get it back. */
  leave(): void
}

/** Registers the actors, each where it lives, and starts a runner for them. */
export async function startRunner(runner: Runner, host: Host): Promise<Started> {
  return host === 'engine' ? startOnEngine(runner) : startHere(runner, host)
}

async function startOnEngine(runner: Runner): Promise<Started> {
  const { settings, secrets, log } = runner
  const endpoint = settings.rivetEndpoint as string
  removeOldCopies(settings)
  const actors = connectEngineActors(endpoint, secrets.actorSecret, settings, log)
  const use = {
    auth: authActor(runner, () => actors, createApp),
    directory: directoryActor(runner),
    accounts: accountsActor(runner, actors.directory),
  }
  const start = (runnerKey: string) => startActors(use, { endpoint, runner: { runnerKey } })
  const membership = stayRegistered(endpoint, start, log)
  await membership.registered
  void checkSpread(runner, actors.auth(0))
  return {
    auth: connectAuth(settings, secrets.actorSecret, log),
    directory: actors.directory,
    leave: membership.end,
  }
}

async function startHere(runner: Runner, host: 'process' | 'port'): Promise<Started> {
  const { settings, secrets, log } = runner
  const secret = secrets.actorSecret
  const here = new ProcessHost(log)
  const { directory } = connectActors(here.client, secret, settings)
  const others = { directory: directoryActor(runner), account: accountActor(runner, directory) }
  if (host === 'process') {
    const auth = authActor(runner, () => connectActors(here.client, secret, settings), createApp)
    here.start({ auth, ...others })
    const all = new AuthRoundRobin(
      (number) => here.client.auth.getOrCreate([String(number)]) as OneAuthActor,
      () => false,
    )
    return { auth: all, directory, leave: () => {} }
  }
  here.start(others)
  const connect = (c: { client(): unknown }) => {
    const { auth } = c.client() as ActorsClient
    return connectActors({ ...here.client, auth }, secret, settings)
  }
  startOnPort(settings, secret, { auth: authActor(runner, connect, createApp) })
  const auth = await connectAuth(settings, secret, log).opened()
  return { auth, directory, leave: () => {} }
}
