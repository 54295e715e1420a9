import { actor } from 'rivetkit'
import { SWEEP_INTERVAL } from '../../lifetimes.ts'
import { createOperatorHandler } from '../../operator/handler.ts'
import { startRecovery } from '../../sagas/recovery.ts'
import { closeDatabase, type Db } from '../../stores/sql/database.ts'
import { durable } from '../../stores/sql/durable.ts'
import { flowSchema } from '../../stores/sql/flow/schema.ts'
import { sweepFlow } from '../../stores/sql/flow/sweep.ts'
import { commitGroup, inGroup } from '../../stores/sql/group_commit.ts'
import { sweepCounters } from '../../stores/sql/limits/counter.ts'
import { forInstance } from '../engine/instance.ts'
import type { KvContext } from '../engine/kv.ts'
import type { Actors } from '../handles.ts'
import { openActorDatabase } from '../open_database.ts'
import { answering, databasePath, type Runner, requireSecret } from '../runner.ts'
import { createServices, type Services } from '../services.ts'
import { answer } from './answer.ts'
import { byEvent } from './ask.ts'
import { createClientRegistration } from './client_registration.ts'
import { codeOwner } from './code_owner.ts'
import type { RequestEnvelope } from './envelope.ts'
import { unavailable } from './fault.ts'
import { limitRoutes, openCounters } from './limits/index.ts'
import { claimNumber } from './number.ts'
import { askOwner, createOwners, type Owner, ownerHere } from './owners.ts'
import { createProvider } from './provider.ts'
import { createRoutes, type Routes } from './routes.ts'

/** Answers HTTP requests and keeps what a sign-in needs between two of them. */
export const authActor = (runner: Runner, connect: (c: { client(): unknown }) => Actors) =>
  actor({
    options: { noSleep: true, actionTimeout: 60_000, createVarsTimeout: 20_000 },
    onBeforeConnect: requireSecret(runner),
    createVars: async (
      c: KvContext & { key: string[]; client(): unknown },
      _driver: unknown,
    ): Promise<AuthVars> => {
      const number = Number(c.key[0])
      const { authActors, rateLimits } = runner.settings
      const path = databasePath.auth(runner.settings, String(number))
      const { db, close } = await openActorDatabase(runner, c, path, flowSchema)
      const actors = connect(c)
      await claimNumber(runner, db, number, actors.auth(0))
      const counters = openCounters(runner, String(number))
      const here = ownerHere(db, counters)
      const owners = createOwners(here, { number, of: authActors, peer: actors.auth })
      const others = [...Array(authActors).keys()].filter((other) => other !== number)
      const services = createServices(runner, actors, others.map(actors.auth))
      const provider = await createProvider(owners, services)
      const sweeper = setInterval(() => {
        sweepFlow(db)
        sweepCounters(counters)
      }, SWEEP_INTERVAL)
      sweeper.unref()
      const operator = createOperatorHandler({
        services,
        registerClient: createClientRegistration(owners, provider),
      })
      const routes = createRoutes(services, provider, operator)
      return {
        number,
        db,
        close,
        counters,
        here,
        services,
        sweeper,
        // What is left in the directory is one's work, not everybody's.
        stopRecovery: number === 0 ? startRecovery(services, authActors === 1) : () => {},
        routes: rateLimits ? limitRoutes(owners, services, routes) : routes,
      }
    },
    onSleep: (c) => stop(c.vars),
    onDestroy: (c) => stop(c.vars),
    actions: {
      ...actionsOf(runner),
      ...forInstance(actionsOf(runner), runner.log),
      ask: byEvent(actionsOf(runner).answer),
    },
  })

const actionsOf = (runner: Runner) => ({
  answer: answering((c: { vars: AuthVars }, envelope: RequestEnvelope) =>
    runner.inFlight.run(async () => {
      const owner = codeOwner(envelope, runner.settings.authActors)
      if (owner !== null && owner !== c.vars.number) {
        return c.vars.services.actors.auth(owner).answer(envelope)
      }
      const answered = await inGroup(c.vars.db, () =>
        answer(envelope, runner.settings, c.vars.routes),
      )
      await durable(c.vars.db)
      return answered
    }, unavailable),
  ),
  ready: () => true,
  authActors: () => runner.settings.authActors,
  owned: answering(({ vars }: { vars: AuthVars }, name: string, args: never[]) =>
    askOwner(vars.here, vars.db, name, args),
  ),
  forgetDocument: async (c: { vars: AuthVars }, did: string) => {
    await c.vars.services.identity.did.cache?.clearEntry(did)
  },
})

async function stop(vars: AuthVars): Promise<void> {
  clearInterval(vars.sweeper)
  vars.stopRecovery()
  // Others may have asked until now.
  commitGroup(vars.db)
  await vars.close()
  closeDatabase(vars.counters)
}

type AuthVars = {
  number: number
  db: Db
  close(): Promise<void>
  counters: Db
  /** What this auth actor keeps for all of them. */
  here: Owner
  services: Services
  sweeper: NodeJS.Timeout
  stopRecovery: () => void
  routes: Routes
}
