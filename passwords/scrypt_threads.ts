import { once } from 'node:events'
import { availableParallelism, cpus } from 'node:os'
import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import { UnavailableError } from '../base/errors.ts'
import { PASSWORD_THREAD_IDLE } from '../base/lifetimes.ts'
import { Shares } from '../base/work/shares.ts'
import { RETRY_SECONDS } from '../http/answers/retry_after.ts'
import { noteOverload } from '../http/overload.ts'
import { addressOfClient } from '../http/requester.ts'

const THREAD = new URL('./scrypt_thread.js', import.meta.url)

const CORES = availableParallelism()

/** Linux keeps a priority for each thread; elsewhere it would be the whole program's. */
const HAS_PRIORITIES = process.platform === 'linux'

/**
 * The event loop and libuv's threads get the CPU first; where they want all of it, Linux leaves a
 * tenth to a thread that is this much nicer, so that sign-ins are late, but not for ever.
 */
export const NICE_INCREMENT = HAS_PRIORITIES ? 10 : 0

/** Under a CPU quota, threads of every priority are stopped together. */
const HAS_QUOTA = CORES < cpus().length

/** Every core, where others go first; else one is left to them. */
const limit = pLimit(HAS_PRIORITIES && !HAS_QUOTA ? CORES : Math.max(1, CORES - 1))

/**
 * How many passwords wait for each thread: what takes some seconds. Without a bound, the passwords of a
 * flood would be hashed long after those who sent them have given up, and everybody would wait for that.
 */
export const WAITING = { ofThread: 200 }

/** One that waits, and what gives it up. */
type Turn = { giveUp(): void }

/** By the site of who sent it: one who has many networks keeps nobody else from signing in. */
const waiting = new Shares<Turn>()

/** Threads without work, and when each ends; the one that worked last is the last. */
const idle = new Map<Worker, NodeJS.Timeout>()

/**
 * scrypt (N=16384, r=8, p=1) on threads that start with the first password and end when there was
 * none for a while.
 *
 * @param length of the key, in bytes
 * @throws {UnavailableError} when too many wait, also where it made room for another; when a thread cannot start, or
 * dies, and the next call starts another
 */
export async function deriveKey(password: string, salt: string, length: number): Promise<Buffer> {
  const address = addressOfClient() ?? ''
  makeRoom(address)
  if (limit.activeCount < limit.concurrency) return limit(() => hash(password, salt, length))
  const { promise: givenUp, reject } = Promise.withResolvers<never>()
  const turn = { giveUp: () => reject(GIVEN_UP) }
  waiting.add(address, turn)
  const hashed = limit(() => (waiting.remove(turn) ? hash(password, salt, length) : givenUp))
  try {
    return await Promise.race([hashed, givenUp])
  } catch (err) {
    // It is said of this request, not of the one that came instead.
    throw err === GIVEN_UP ? tooMany() : err
  }
}

const GIVEN_UP = Symbol('given up')

/** @throws {UnavailableError} */
function makeRoom(address: string): void {
  if (waiting.size < WAITING.ofThread * limit.concurrency) return
  const other = waiting.makeRoom(address)
  if (!other) throw tooMany()
  other.giveUp()
}

function tooMany(): UnavailableError {
  const work = 'hashing passwords'
  noteOverload({ by: 'everybody', work, retryAfter: RETRY_SECONDS })
  return new UnavailableError('Password hashing')
}

async function hash(password: string, salt: string, length: number): Promise<Buffer> {
  try {
    const thread = wake() ?? start()
    const key = await ask(thread, { password, salt, length })
    rest(thread)
    return Buffer.from(key)
  } catch (cause) {
    throw new UnavailableError('Password hashing', { cause })
  }
}

function start(): Worker {
  // The thread needs no secrets of the environment, and no modules that `--import` loads.
  const thread = new Worker(THREAD, {
    env: {},
    execArgv: [],
    workerData: { niceIncrement: NICE_INCREMENT },
  })
  thread.on('error', () => idle.delete(thread))
  thread.on('exit', () => idle.delete(thread))
  return thread
}

function wake(): Worker | undefined {
  const [thread, end] = [...idle].at(-1) ?? []
  if (!thread) return undefined
  clearTimeout(end)
  idle.delete(thread)
  thread.ref()
  return thread
}

/** The program may end meanwhile. */
function rest(thread: Worker): void {
  thread.unref()
  const end = setTimeout(() => {
    idle.delete(thread)
    void thread.terminate()
  }, PASSWORD_THREAD_IDLE)
  idle.set(thread, end.unref())
}

/** Also rejects when the thread ends without an answer. */
async function ask(thread: Worker, question: object): Promise<Uint8Array> {
  const settled = new AbortController()
  const { signal } = settled
  thread.postMessage(question)
  try {
    const [key] = await Promise.race([
      once(thread, 'message', { signal }),
      once(thread, 'exit', { signal }).then(([code]) => {
        throw new Error(`A thread ended with code ${code}`)
      }),
    ])
    return key
  } finally {
    settled.abort()
  }
}
