import { closeSync, fdatasync, fstatSync, openSync } from 'node:fs'
import { assertStillThere, type OpenFile } from '../base/files/files.ts'
import { type Db, sql } from './database.ts'
import { type Keeper, keep, sparedChanges } from './durable.ts'

/** One wait for the disk, and how many changes it covers; null while some are not committed. */
type Sync = { covers: number | null; done: Promise<void> }

/** Threads of libuv's pool, unless `UV_THREADPOOL_SIZE` makes them more. */
const POOL_THREADS = 4

let underWay = 0

/** Whether what is given to a thread of libuv's pool may have to wait for the disk first. */
export function isPoolWaiting(): boolean {
  return underWay >= POOL_THREADS
}

/**
 * Puts the commits of a database on disk, as `synchronous=FULL` would, but on a thread of the pool:
 * the event loop goes on meanwhile, and commits that come together share one wait. The database is
 * opened with `NORMAL`, which syncs the log's header and every checkpoint by itself and leaves to us
 * the one thing that `FULL` adds, to sync the log after a commit
 * (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export class LogSync implements Keeper {
  readonly #db: Db
  readonly #path: string
  readonly #onLost: (err: Error) => void
  #log: (OpenFile & { fd: number }) | null = null
  /** Rows changed since the database was opened, as far as they are on disk. */
  #onDisk = 0
  #running: Sync | null = null
  #next: Promise<void> | null = null
  #lost: Error | null = null

  /** @param onLost called once when it is no longer certain what is on disk */
  constructor(db: Db, path: string, onLost: (err: Error) => void) {
    this.#db = db
    this.#path = path
    this.#onLost = onLost
    keep(db, this)
  }

  settle(): Promise<void> | undefined {
    if (this.#lost) return Promise.reject(this.#lost)
    if (!this.#db.open) return undefined
    const changes = changesOf(this.#db)
    if (changes === this.#onDisk) return undefined
    if (!this.#running) return this.#sync()
    if (changes === this.#running.covers) return this.#running.done
    // The sync that is running began before the last commits, so it may not cover them.
    this.#next ??= this.#running.done.then(() => this.#sync())
    return this.#next
  }

  /** Lets what is under way end: its file number may soon be another file's. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#next ?? this.#running?.done])
    if (this.#log) closeSync(this.#log.fd)
    this.#log = null
  }

  #sync(): Promise<void> {
    this.#next = null
    const covers = this.#db.inTransaction ? null : changesOf(this.#db)
    const done = new Promise<void>((resolve, reject) => {
      // There is a log as soon as there was a change.
      this.#log ??= openLog(`${this.#path}-wal`)
      const log = this.#log
      underWay++
      fdatasync(log.fd, (err) => {
        underWay--
        this.#running = null
        try {
          if (err) throw err
          // What is on a disk that was unmounted, or in a folder that was removed, is not found again.
          assertStillThere(log)
        } catch (lost) {
          return reject(lost)
        }
        this.#onDisk = covers ?? this.#onDisk
        resolve()
      })
    })
    this.#running = { covers, done }
    // After a failed sync the kernel may report success for pages that it dropped: trust no later one.
    done.catch((err: Error) => {
      this.#lost = err
      this.#onLost(err)
    })
    return done
  }
}

function openLog(path: string): OpenFile & { fd: number } {
  const fd = openSync(path, 'r+')
  const { dev, ino } = fstatSync(fd)
  return { path, dev, ino, fd }
}

/** Rows changed since the database was opened, but for those that need not be waited for. */
function changesOf(db: Db): number {
  return (sql(db, 'SELECT total_changes()').pluck().get() as number) - sparedChanges(db)
}
