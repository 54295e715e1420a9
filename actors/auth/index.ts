import { actor } from 'rivetkit'
import { SWEEP_INTERVAL } from '../../lifetimes.ts'
import { closeDatabase, openDatabase } from '../../stores/sql/database.ts'
import { upsertClient } from '../../stores/sql/flow/client.ts'
import { flowSchema } from '../../stores/sql/flow/schema.ts'
import { sweepFlow } from '../../stores/sql/flow/sweep.ts'
import { connectActors } from '../handles.ts'
import { answering, databasePath, onDatabase, type Runner, requireSecret } from '../runner.ts'
import { createServices } from '../services.ts'
import { answer } from './answer.ts'
import type { RequestEnvelope } from './envelope.ts'
import type { FetchHandler } from './fetch_adapter.ts'
import { createProvider } from './provider.ts'
import { createRoutes } from './routes.ts'

/** Answers HTTP requests and keeps what a sign-in needs between two of them. */
export const authActor = (runner: Runner) =>
  actor({
    options: { noSleep: true, actionTimeout: 60_000, createVarsTimeout: 20_000 },
    onBeforeConnect: requireSecret(runner),
    createVars: async (c: { key: string[]; client(): unknown }, _driver: unknown) => {
      const db = openDatabase(databasePath.auth(runner.settings, c.key[0] as string), flowSchema)
      const actors = connectActors(c.client() as never, runner.secrets.actorSecret)
      const services = createServices(runner, actors)
      const pdses = await actors.directory.listPdses()
      const provider = await createProvider(
        db,
        services,
        pdses.map((pds) => pds.url),
      )
      const sweeper = setInterval(() => sweepFlow(db), SWEEP_INTERVAL)
      sweeper.unref()
      return { db, sweeper, handle: createRoutes(services, provider) }
    },
    onSleep: (c) => {
      clearInterval(c.vars.sweeper)
      closeDatabase(c.vars.db)
    },
    onDestroy: (c) => {
      clearInterval(c.vars.sweeper)
      closeDatabase(c.vars.db)
    },
    actions: {
      answer: answering((c: { vars: AuthVars }, envelope: RequestEnvelope) =>
        answer(envelope, runner.settings, c.vars.handle),
      ),
      ready: () => true,
      ...onDatabase({ registerClient: upsertClient }),
    },
  })

type AuthVars = {
  db: ReturnType<typeof openDatabase>
  sweeper: NodeJS.Timeout
  handle: FetchHandler
}
