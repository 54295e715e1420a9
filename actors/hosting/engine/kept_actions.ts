import type { Move } from '../../../base/files/move.ts'
import type { Expected } from '../../../database/replication/copy_mark.ts'
import { answering, assertSecret, type Runner } from '../../runner.ts'
import { ofAccount } from './account_storage.ts'
import { type KvContext, kvOf } from './kv.ts'

/** Whose database is meant, of an actor that has several; null for the only one of another actor. */
export type Whose = string | null

/** What an actor does for those who read what it keeps, or move that elsewhere. */
type Keeper<C> = {
  /** See {@link Kept}. */
  keepHead(c: C, did: Whose): Promise<void>
  /** See {@link ServedData.change}. */
  changeMove(c: C, next: Move | null, expected: Expected): Promise<void>
}

/**
 * Actions by which what an actor keeps is read while it serves, and moved. That is everything, so the caller proves
 * to be the operator: that a call comes from a machine of this entryway is not enough.
 */
export function keptActions<C extends KvContext>(
  { secrets }: Pick<Runner, 'secrets'>,
  { keepHead, changeMove }: Keeper<C>,
) {
  const forOperator =
    <A extends unknown[], R>(action: (c: C, did: Whose, ...args: A) => R) =>
    (c: C, token: string, did: Whose, ...args: A): R => {
      assertSecret(token, secrets.operatorToken)
      return action(c, did, ...args)
    }
  const kvFor = (c: C, did: Whose) => (did === null ? kvOf(c) : ofAccount(kvOf(c), did))
  return {
    listKept: forOperator((c, did, prefix: string) => kvFor(c, did).list(prefix)),
    getKept: forOperator((c, did, keys: string[]) => kvFor(c, did).get(keys)),
    keepHead: forOperator(keepHead),
    changeMove: forOperator(
      answering((c: C, _did: Whose, next: Move | null, expected: Expected) =>
        changeMove(c, next, expected),
      ),
    ),
  }
}
