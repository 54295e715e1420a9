import type { Move } from '../../base/files/move.ts'
import { keepHeadOf, stopServing } from '../../database/replication/stop_serving.ts'
import type { Schema } from '../../database/schema.ts'
import { type Runner, requireSecret } from '../runner.ts'
import { callable } from './callable.ts'
import { ofAccount } from './engine/account_storage.ts'
import { nextCopy } from './engine/copies.ts'
import { keptActions, type Whose } from './engine/kept_actions.ts'
import { type KvContext, kvOf } from './engine/kv.ts'
import { ServedData, type Serving } from './served_data.ts'

type Context = KvContext & { sleep?(): void }

// biome-ignore lint/suspicious/noExplicitAny: each action has arguments of its own
type Actions<H> = Record<string, (c: { vars: H }, ...args: any[]) => unknown>

type Movable<C, H> = Pick<Serving<H>, 'stop' | 'keepHead'> & {
  start(c: C): Promise<H>
  /** Of its database, or of each of those that it keeps. */
  schema: Schema
}

/**
 * An actor whose data may be moved elsewhere while it serves ({@link ServedData}): what it declares but its options.
 * Its actions are given what `start` returned, as `vars`.
 */
export function movable<C extends Context, H, A extends Actions<H>>(
  name: string,
  runner: Runner,
  { start, schema, ...serving }: Movable<C, H>,
  actions: A,
) {
  type OnServedData = { vars: ServedData<H> }
  const gated = Object.fromEntries(
    Object.entries(actions).map(([action, run]) => [
      action,
      (c: OnServedData, ...args: unknown[]) => c.vars.use((held) => run({ vars: held }, ...args)),
    ]),
  )
  const kept = keptActions<Context & OnServedData>(runner, {
    keepHead: (c, did) => c.vars.keepHead(did),
    changeMove: (c, next, expected) => c.vars.change(kvOf(c), next, expected),
  })
  const calls = callable(name, { ...gated, ...kept }, runner.log)
  const servingOf = (c: C): Serving<H> => {
    const kv = () => kvOf(c)
    const path = () => nextCopy(runner.settings)
    return {
      ...serving,
      start: () => start(c),
      mark: (move: Move) => stopServing(kv(), move, path(), schema),
      keepHeadOf: (did: Whose) =>
        keepHeadOf(did === null ? kv() : ofAccount(kv(), did), path(), schema),
      wakeAnew: () => c.sleep?.(),
    }
  }
  return {
    onBeforeConnect: requireSecret(runner),
    onDisconnect: calls.onDisconnect,
    createVars: (c: C, _driver: unknown) => ServedData.begin(servingOf(c), runner.log),
    onSleep: (c: OnServedData) => c.vars.end(),
    onDestroy: (c: OnServedData) => c.vars.end(),
    actions: { ...gated, ...calls.actions },
  }
}
