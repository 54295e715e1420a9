import { rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeFolder } from '../../base/files/make_folder.ts'
import { POLL } from '../../base/lifetimes.ts'
import { askUpstream } from '../../base/upstream.ts'
import { closeDatabase, type Db, openDatabase } from '../database.ts'
import { type Keeper, keep } from '../durable.ts'
import type { Schema } from '../schema.ts'
import { assertNewest, beginEpoch, type Head, keys, type Snapshot, writeHead } from './head.ts'
import { deleteAll, inBatches, type Kv, MAX_BATCH } from './kv.ts'
import { writeRecords } from './record.ts'
import { waitingFor } from './replication_lag.ts'
import { type Restored, recordKeys, restore } from './restore.ts'
import { chunkKeys, chunksOf, keepFile, snapshotOf } from './snapshot.ts'
import { type Change, WalReader } from './wal.ts'

/** Bytes of log up to which no snapshot is made, however small the database. */
const LOG_FREE = 48 * 1024
/** Stretches of log after which a snapshot is made, however short they are. */
const MAX_STRETCHES = 16
/** Bytes of a database whose snapshot is one batch, with its head. */
const SMALL = MAX_BATCH - 16 * 1024

const open = new Set<Replica>()

/** Waits until the actors of this process have closed their databases, for `ms` at most. */
export async function replicasClosed(ms: number): Promise<void> {
  const deadline = performance.now() + ms
  while (open.size > 0 && performance.now() < deadline) await setTimeout(POLL)
}

/**
 * A database on this machine whose truth is in the key-value storage of its actor (docs/engine.md).
 *
 * Each commit is shipped as the pages it changed. It counts once it is written there *and* no newer
 * epoch was found afterwards: who begins an epoch reads what is there only after that. Nor is anything
 * answered from here, before such a look, that was not written here
 * (`test/storage/two_writers.pml`).
 */
export class Replica implements Keeper {
  readonly db: Db
  readonly #kv: Kv
  readonly #path: string
  readonly #wal: WalReader
  readonly #epoch: string
  #head: Head
  #headIsWritten = false
  /** Index of the next record of this epoch's log. */
  #next = 0
  /** Bytes of records on top of the snapshot. */
  #logBytes: number
  #snapshots = 0
  /** Keys that nothing refers to once the head stands. */
  #stale: string[]
  #shipping: Promise<void> | null = null
  /** How many changes were shipped or are being shipped. */
  #ships = 0
  /** A look whether this epoch is the newest, and the one after it, which has not begun. */
  #looking: Promise<void> | null = null
  #nextLook: Promise<void> | null = null
  #snapshotting: Promise<void> | null = null
  #lost: Error | null = null
  readonly #onLost: (err: Error) => void

  /**
   * Restores the database of an actor that wakes, or makes an empty one.
   *
   * @param path of the replica on this machine; what is there is of no value and is replaced
   * @param onLost is told once when it is no longer certain what is kept
   * @throws {FencedError} when another instance wakes at the same time, and wins
   */
  static async open(
    kv: Kv,
    path: string,
    schema: Schema,
    onLost: (err: Error) => void = () => {},
  ): Promise<Replica> {
    const { epoch, before } = await beginEpoch(kv)
    makeFolder(dirname(path))
    removeCopy(path)
    const restored = await restore(kv, before, path)
    return new Replica(kv, path, openDatabase(path, schema, 'nothing'), epoch, restored, onLost)
  }

  private constructor(
    kv: Kv,
    path: string,
    db: Db,
    epoch: string,
    restored: Restored,
    onLost: (err: Error) => void,
  ) {
    this.#onLost = onLost
    this.#kv = kv
    this.#path = path
    this.#wal = new WalReader(path)
    this.db = db
    this.#epoch = epoch
    this.#head = { snapshot: restored.snapshot, base: restored.base, from: 0, unfinished: null }
    this.#logBytes = restored.logBytes
    this.#stale = restored.stale
    keep(db, this)
    open.add(this)
  }

  /** Whether it is no longer certain what is kept: the actor has to wake anew. */
  get lost(): boolean {
    return this.#lost !== null
  }

  /** Also a mere question needs a look: another instance may have changed the database since. */
  async settle(): Promise<void> {
    const ships = this.#ships
    await this.#shipAll()
    if (this.#ships === ships) await this.#look()
  }

  async #shipAll(): Promise<void> {
    for (;;) {
      if (this.#lost) throw this.#lost
      if (this.#shipping) {
        await this.#shipping
        continue
      }
      const change = this.db.open ? this.#wal.read() : null
      if (!change) return
      this.#ships++
      const ship = () => this.#ship(change)
      const kept = () => askUpstream('engine', { name: 'keep a commit' }, ship)
      this.#occupy(waitingFor(this, kept))
    }
  }

  /**
   * Writes down what the database is made of, where this epoch has written nothing yet: others who read it
   * could not tell whether a record that arrived late counts.
   */
  async keepHead(): Promise<void> {
    while (this.#shipping) await this.#shipping
    if (!this.#lost && !this.#headIsWritten) {
      this.#occupy(this.#putHead())
      await this.#shipping
    }
    if (this.#lost) throw this.#lost
  }

  async #putHead(): Promise<void> {
    await this.#kv.put([[keys.head(this.#epoch), writeHead(this.#head)]])
    await this.#confirm()
  }

  /** Keeps what is committed, and removes the replica. */
  async close(): Promise<void> {
    try {
      await this.#shipAll()
      await this.#snapshotting
      // An epoch that wrote nothing need not be remembered.
      if (!this.#headIsWritten) await this.#kv.delete([keys.head(this.#epoch)])
    } finally {
      this.#wal.close()
      if (this.db.open) closeDatabase(this.db)
      removeCopy(this.#path)
      open.delete(this)
    }
  }

  /** Those who ask while a look is under way share the next one: this one may be older than they are. */
  #look(): Promise<void> {
    if (!this.#nextLook) {
      const look = (this.#looking ?? Promise.resolve())
        .catch(() => {})
        .then(() => {
          this.#looking = look
          this.#nextLook = null
          return assertNewest(this.#kv, this.#epoch)
        })
        .catch((err: Error) => {
          this.#lose(err)
          throw err
        })
      this.#nextLook = look
    }
    return this.#nextLook
  }

  #occupy(work: Promise<void>): void {
    this.#shipping = work
      .catch((err: Error) => this.#lose(err))
      .finally(() => {
        this.#shipping = null
      })
  }

  #lose(err: Error): void {
    if (this.#lost) return
    this.#lost = err
    this.#onLost(err)
  }

  /** Called in the same turn in which `change` was read, so the log on this machine holds no more. */
  async #ship(change: Change): Promise<void> {
    const records = writeRecords(change)
    const bytes = records.reduce((sum, record) => sum + record.length, 0)
    const folded = this.#isLong(bytes) && this.#fold()
    if (folded && statSync(this.#path).size <= SMALL) {
      await this.#shipDatabase()
      return
    }
    const entries: [string, Uint8Array][] = records.map((record, i) => [
      keys.record(this.#epoch, this.#next + i),
      record,
    ])
    this.#next += records.length
    this.#logBytes += bytes
    if (folded) {
      const snapshot = this.#nextSnapshot()
      this.#snapshotting = this.#makeSnapshot(snapshot, this.#next)
      this.#head = { ...this.#head, unfinished: snapshot }
    }
    if (folded || !this.#headIsWritten) {
      entries.unshift([keys.head(this.#epoch), writeHead(this.#head)])
    }
    for (const batch of inBatches(entries)) await this.#kv.put(batch)
    await this.#confirm()
  }

  #isLong(bytes: number): boolean {
    return (
      this.#head.base.length > MAX_STRETCHES ||
      this.#logBytes + bytes > Math.max(LOG_FREE, statSync(this.#path).size / 2)
    )
  }

  /** Moves the log on this machine into the file, unless a snapshot is being read from both. */
  #fold(): boolean {
    if (this.db.inTransaction || this.#snapshotting) return false
    const [result] = this.db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    if (result?.busy !== 0) return false
    this.#wal.truncated()
    return true
  }

  #nextSnapshot(): Snapshot {
    return snapshotOf(this.#path, `${this.#epoch}/${this.#snapshots++}`)
  }

  /** Instead of one more record: the whole database, with the head that names it, in one batch. */
  async #shipDatabase(): Promise<void> {
    const snapshot = this.#nextSnapshot()
    const image = await readFile(this.#path)
    const head: Head = { snapshot, base: [], from: this.#next, unfinished: null }
    await this.#kv.put([[keys.head(this.#epoch), writeHead(head)], ...chunksOf(snapshot, image)])
    this.#replaceHead(head, this.#next)
    await this.#confirm()
  }

  /**
   * Keeps a database of several batches anew beside its growing log, from the file, which stays as
   * it is until the next fold. The head that names the snapshot comes last: cut short, it was never
   * there, and is cleared away by the next that stands.
   */
  async #makeSnapshot(snapshot: Snapshot, upTo: number): Promise<void> {
    try {
      await keepFile(this.#kv, snapshot, this.#path)
      while (this.#shipping) await this.#shipping
      if (!this.#lost)
        this.#occupy(this.#adopt({ snapshot, base: [], from: upTo, unfinished: null }))
      await this.#shipping
    } catch (err) {
      this.#lose(err as Error)
    } finally {
      this.#snapshotting = null
    }
  }

  async #adopt(head: Head): Promise<void> {
    this.#replaceHead(head, head.from)
    await this.#putHead()
  }

  #replaceHead(head: Head, upTo: number): void {
    const { snapshot, base, from } = this.#head
    this.#stale.push(
      ...(snapshot ? chunkKeys(snapshot) : []),
      ...base.flatMap(recordKeys),
      ...recordKeys({ epoch: this.#epoch, from, to: upTo }),
    )
    this.#head = head
    this.#logBytes = 0
  }

  /**
   * What was written counts, unless a newer epoch began before. In that case it must not be answered,
   * and nothing may be deleted.
   */
  async #confirm(): Promise<void> {
    await assertNewest(this.#kv, this.#epoch)
    this.#headIsWritten = true
    await deleteAll(this.#kv, this.#stale.splice(0))
  }
}

function removeCopy(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}
