import { actor } from 'rivetkit'
import { ACCOUNT_SLEEP, ACTION } from '../../base/lifetimes.ts'
import { assertInTime } from '../../base/time/in_time.ts'
import { accountWakes } from '../../base/watching/metrics.ts'
import { every } from '../../base/work/every.ts'
import { accountSchema } from '../../database/account/schema.ts'
import type { Db } from '../../database/database.ts'
import type { Kv } from '../../database/replication/kv.ts'
import { Replica } from '../../database/replication/replica.ts'
import { logAudit } from '../account/audit_log.ts'
import { asDamaged, assertNotLost, noteDamage, wake } from '../account/damage.ts'
import { accountFunctions } from '../account/index.ts'
import { Awake, MAX_AWAKE } from '../awake.ts'
import type { DirectoryStub } from '../directory/stub.ts'
import { ofAccount } from '../hosting/engine/account_storage.ts'
import { nextCopy } from '../hosting/engine/copies.ts'
import type { Whose } from '../hosting/engine/kept_actions.ts'
import { type KvContext, kvOf } from '../hosting/engine/kv.ts'
import { movable } from '../hosting/movable.ts'
import { assertServedHere } from '../hosting/open_database.ts'
import { answering, type Runner } from '../runner.ts'

type Entry = { replica: Promise<Replica>; active: number; usedAt: number }

/** Accounts that are awake, each with a database of its own in its own part of the storage. */
class Accounts {
  readonly #runner: Runner
  readonly #directory: DirectoryStub
  readonly #kv: Kv
  readonly #awake = new Map<string, Entry>()
  readonly #bound = new Awake(MAX_AWAKE.ofShard)
  readonly #closing = new Map<string, Promise<void>>()
  readonly #endLooks: () => void
  #hasEnded = false

  constructor(runner: Runner, directory: DirectoryStub, kv: Kv) {
    this.#runner = runner
    this.#directory = directory
    this.#kv = kv
    const closeIdle = () => this.#closeIdle()
    this.#endLooks = every(ACCOUNT_SLEEP / 4, 'closing idle accounts', closeIdle, runner.log)
  }

  /** Nothing leaves an account before everything that it was made of is kept. */
  async run(did: string, work: (db: Db) => unknown): Promise<unknown> {
    return this.#use(did, async (replica) => {
      try {
        // It may have been long in waking.
        assertInTime()
        return await work(replica.db)
      } catch (err) {
        noteDamage(this.#runner.log, did, err)
        throw err
      } finally {
        await replica.settle()
      }
    })
  }

  async keepHead(did: string): Promise<void> {
    await this.#use(did, (replica) => replica.keepHead())
  }

  async #use<T>(did: string, work: (replica: Replica) => Promise<T>): Promise<T> {
    const entry = await this.#wake(did)
    try {
      const replica = await entry.replica
      try {
        return await work(replica)
      } finally {
        if (replica.lost && this.#awake.get(did) === entry) this.#close(did, entry)
      }
    } finally {
      entry.active--
      entry.usedAt = performance.now()
      if (entry.active === 0 && this.#awake.get(did) === entry) this.#bound.rest(did)
    }
  }

  async close(): Promise<void> {
    this.#hasEnded = true
    this.#endLooks()
    for (const [did, entry] of this.#awake) this.#close(did, entry)
    await Promise.all(this.#closing.values())
  }

  async #wake(did: string): Promise<Entry> {
    for (;;) {
      const closing = this.#closing.get(did)
      if (!closing) break
      await closing
    }
    // It may have waited for that: nothing would close the account again.
    if (this.#hasEnded) throw new Error('The actor ends')
    let entry = this.#awake.get(did)
    if (!entry) {
      this.#makeRoom()
      const replica = wake(this.#runner.log, did, () => this.#open(did))
      entry = { replica, active: 0, usedAt: performance.now() }
      this.#awake.set(did, entry)
      accountWakes.inc()
      replica.catch(() => this.#forget(did))
    }
    entry.active++
    this.#bound.begin(did)
    return entry
  }

  async #open(did: string): Promise<Replica> {
    const kv = ofAccount(this.#kv, did)
    const opened = await Replica.open(kv, nextCopy(this.#runner.settings), accountSchema)
    await assertNotLost(this.#directory, did, `the database of ${did} on the engine`, opened)
    logAudit(opened.db, did, this.#runner.log)
    return opened
  }

  /** Puts accounts to sleep, so that one more may wake. */
  #makeRoom(): void {
    for (;;) {
      const { surplus } = this.#bound
      const entry = surplus === undefined ? undefined : this.#awake.get(surplus)
      if (surplus === undefined || !entry) return
      this.#close(surplus, entry)
    }
  }

  #forget(did: string): void {
    this.#awake.delete(did)
    this.#bound.end(did)
  }

  #closeIdle(): void {
    const idle = performance.now() - ACCOUNT_SLEEP
    for (const [did, entry] of this.#awake) {
      if (entry.active === 0 && entry.usedAt < idle) this.#close(did, entry)
    }
  }

  #close(did: string, entry: Entry): void {
    this.#forget(did)
    const closed = entry.replica
      .then((replica) => replica.close())
      .catch((err) => this.#runner.log.warn({ err, did }, 'an account was not closed in order'))
      .finally(() => this.#closing.delete(did))
    this.#closing.set(did, closed)
  }
}

/** Some of the accounts. The key is `shardOf` each of them. */
export const accountsActor = (runner: Runner, directory: DirectoryStub) => {
  const run = (c: { vars: Accounts }, did: string, name: string, args: []) => {
    const work = Object.hasOwn(accountFunctions, name)
      ? accountFunctions[name as keyof typeof accountFunctions]
      : undefined
    if (!work) throw new Error(`An account cannot be asked to ${name}`)
    const ran = c.vars.run(did, (db) => (work as (db: Db, ...a: never[]) => unknown)(db, ...args))
    return ran.catch((err) => {
      throw asDamaged(err)
    })
  }
  const start = async (c: KvContext) => {
    const kv = kvOf(c)
    // What its accounts answer leaves through an auth actor, which looks whether it may.
    await assertServedHere(kv)
    return new Accounts(runner, directory, kv)
  }
  const stop = (held: Accounts) => held.close()
  const keepHead = (held: Accounts, did: Whose) => held.keepHead(did as string)
  const serving = { start, stop, keepHead, schema: accountSchema }
  return actor({
    options: { noSleep: true, actionTimeout: ACTION },
    ...movable('accounts', runner, serving, { run: answering(run) }),
  })
}
