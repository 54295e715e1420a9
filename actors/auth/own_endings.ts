import type { Db } from '../../database/database.ts'
import { durable } from '../../database/durable.ts'
import * as endings from '../../database/flow/openid_ending.ts'
import { inGroup } from '../../database/group_commit.ts'

/**
 * The endings that one auth actor makes, as far as OpenID clients may have to be told of them. It keeps them itself,
 * so that nobody who is away holds up an ending; each answer comes when it is kept.
 */
export type OwnEndings = {
  /** As {@link endings.noteOpenidEnding}. */
  note(did: string): Promise<number>
  /** As {@link endings.listOpenidEndings}. */
  listDue(limit: number): Promise<endings.OpenidEnding[]>
  /** As {@link endings.settleOpenidEnding}. */
  settle(ending: endings.OpenidEnding, dueAt: number | null): Promise<void>
}

/** @param db the flow database of the auth actor */
export function ownEndings(db: Db): OwnEndings {
  async function kept<T>(work: () => T): Promise<T> {
    const value = await inGroup(db, work)
    await durable(db)
    return value
  }
  return {
    note: (did) => kept(() => endings.noteOpenidEnding(db, did)),
    listDue: (limit) => kept(() => endings.listOpenidEndings(db, limit)),
    settle: (ending, dueAt) => kept(() => endings.settleOpenidEnding(db, ending, dueAt)),
  }
}
