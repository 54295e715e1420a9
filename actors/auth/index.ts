import { actor } from 'rivetkit'
import { SWEEP_INTERVAL } from '../../lifetimes.ts'
import { createOperatorHandler } from '../../operator/handler.ts'
import { startRecovery } from '../../sagas/recovery.ts'
import { closeDatabase, type Db } from '../../stores/sql/database.ts'
import { durable } from '../../stores/sql/durable.ts'
import { flowSchema } from '../../stores/sql/flow/schema.ts'
import { sweepFlow } from '../../stores/sql/flow/sweep.ts'
import { enterGroup } from '../../stores/sql/group_commit.ts'
import { sweepCounters } from '../../stores/sql/limits/counter.ts'
import { forInstance } from '../engine/instance.ts'
import type { KvContext } from '../engine/kv.ts'
import { openActorDatabase } from '../engine/open.ts'
import type { Actors } from '../handles.ts'
import { answering, databasePath, type Runner, requireSecret } from '../runner.ts'
import { createServices } from '../services.ts'
import { answer } from './answer.ts'
import { byEvent } from './ask.ts'
import { createClientRegistration } from './client_registration.ts'
import type { RequestEnvelope } from './envelope.ts'
import { unavailable } from './fault.ts'
import { limitRoutes, openCounters } from './limits/index.ts'
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
      const path = databasePath.auth(runner.settings, c.key[0] as string)
      const { db, close } = await openActorDatabase(runner, c, path, flowSchema)
      const actors = connect(c)
      const services = createServices(runner, actors)
      const provider = await createProvider(db, services)
      const counters = openCounters(runner, c.key[0] as string)
      const sweeper = setInterval(() => {
        sweepFlow(db)
        sweepCounters(counters)
      }, SWEEP_INTERVAL)
      sweeper.unref()
      const operator = createOperatorHandler({
        services,
        registerClient: createClientRegistration(db, provider),
      })
      const routes = createRoutes(services, provider, operator)
      return {
        db,
        close,
        counters,
        sweeper,
        stopRecovery: startRecovery(services),
        routes: runner.settings.rateLimits ? limitRoutes(counters, db, actors, routes) : routes,
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
      const settled = enterGroup(c.vars.db)
      const answered = await answer(envelope, runner.settings, c.vars.routes)
      await settled()
      await durable(c.vars.db)
      return answered
    }, unavailable),
  ),
  ready: () => true,
})

async function stop(vars: AuthVars): Promise<void> {
  clearInterval(vars.sweeper)
  vars.stopRecovery()
  await vars.close()
  closeDatabase(vars.counters)
}

type AuthVars = {
  db: Db
  close(): Promise<void>
  counters: Db
  sweeper: NodeJS.Timeout
  stopRecovery: () => void
  routes: Routes
}
