import { actor } from 'rivetkit'
import { WritableDisk } from '../../base/files/writable_disk.ts'
import { ACTION, AUTH_WAKE, SWEEP_INTERVAL } from '../../base/lifetimes.ts'
import { every } from '../../base/work/every.ts'
import { closeDatabase, type Db } from '../../database/database.ts'
import { durable } from '../../database/durable.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { sweepFlow } from '../../database/flow/sweep.ts'
import { commitGroup, inGroup } from '../../database/group_commit.ts'
import { sweepCounters } from '../../database/limits/counter.ts'
import { databasePath } from '../../database/paths.ts'
import { unavailable } from '../../http/answers/fault.ts'
import type { AskForEndings, SessionName } from '../../http/endings.ts'
import type { RequestEnvelope } from '../../http/envelope.ts'
import type { KvContext } from '../hosting/engine/kv.ts'
import { movable } from '../hosting/movable.ts'
import { type OpenDatabase, openActorDatabase } from '../hosting/open_database.ts'
import type { Actors } from '../reach.ts'
import { answering, type Runner } from '../runner.ts'
import type { App, CreateApp } from './app.ts'
import { openCounters } from './counters.ts'
import { ownEndings } from './own_endings.ts'
import { askOwner, createOwners, type Owner, ownerHere } from './owners.ts'
import { claimSpread } from './spread.ts'

/**
 * Runs the application, and keeps what a sign-in needs between two requests.
 *
 * @param connect how this actor reaches the others
 */
export const authActor = (
  runner: Runner,
  connect: (c: { client(): unknown }) => Actors,
  createApp: CreateApp,
) => {
  const start = async (c: KvContext & { key: string[]; client(): unknown }): Promise<AuthVars> => {
    const number = Number(c.key[0])
    const { authActors } = runner.settings
    const path = databasePath.auth(runner.settings, String(number))
    const opened = await openActorDatabase(runner, c, path, flowSchema)
    const { db } = opened
    const actors = connect(c)
    await claimSpread(runner, db, number, actors.auth(0))
    const counters = openCounters(runner, String(number))
    const here = ownerHere(db, counters)
    const { auth: peer, authUnlessAway: peerUnlessAway, isAuthAway: isAway } = actors
    const owners = createOwners(here, { number, of: authActors, peer, peerUnlessAway, isAway })
    const sweep = () => {
      sweepFlow(db)
      sweepCounters(counters)
    }
    const app = await createApp({ runner, actors, owners, endings: ownEndings(db), number })
    const endSweeps = every(SWEEP_INTERVAL, 'the sweep of what has expired', sweep, runner.log)
    return { ...opened, number, counters, here, actors, endSweeps, app }
  }
  const keepHead = (held: AuthVars) => held.keepHead()
  const serving = { start, stop, keepHead, schema: flowSchema }
  return actor({
    options: { noSleep: true, actionTimeout: ACTION, createVarsTimeout: AUTH_WAKE },
    ...movable('auth', runner, serving, actionsOf(runner, diskOf(runner))),
  })
}

/** Null where an engine keeps the data: one machine that is full is not to take the others out. */
const diskOf = ({ settings: { database }, folders }: Runner) =>
  database === 'file' ? new WritableDisk(...folders) : null

const actionsOf = (runner: Runner, disk: WritableDisk | null) => ({
  answer: answering((c: { vars: AuthVars }, envelope: RequestEnvelope) =>
    runner.inFlight.run(async () => {
      const { app, actors, db, number } = c.vars
      const { answerer, answer } = app.read(envelope)
      if (answerer !== null && answerer !== number) return actors.auth(answerer).answer(envelope)
      const answered = await inGroup(db, answer)
      await durable(db)
      return answered
    }, unavailable),
  ),
  ready: async () => !runner.embeddedPds.isDown && ((await disk?.isWritable()) ?? true),
  authActors: () => runner.settings.authActors,
  directories: () => runner.settings.directories,
  owned: answering(({ vars }: { vars: AuthVars }, name: string, args: never[]) =>
    askOwner(vars.here, vars.db, name, args),
  ),
  tellEndings: ({ vars }: { vars: AuthVars }, ask: AskForEndings) => vars.app.tellEndings(ask),
  areOpen: answering(({ vars }: { vars: AuthVars }, sessions: SessionName[]) =>
    vars.app.areOpen(sessions),
  ),
  forgetDocument: ({ vars }: { vars: AuthVars }, did: string) => vars.app.forgetDocument(did),
  refreshPdses: ({ vars }: { vars: AuthVars }) => vars.app.refreshPdses(),
})

async function stop(vars: AuthVars): Promise<void> {
  vars.endSweeps()
  vars.app.close()
  // Others may have asked until now.
  commitGroup(vars.db)
  await vars.close()
  closeDatabase(vars.counters)
}

type AuthVars = OpenDatabase & {
  number: number
  counters: Db
  /** What this auth actor keeps for all of them. */
  here: Owner
  actors: Actors
  endSweeps(): void
  app: App
}
