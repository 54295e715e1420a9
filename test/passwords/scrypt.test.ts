import { execFile } from 'node:child_process'
import { scryptSync } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, getPriority } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { PASSWORD_THREAD_IDLE } from '../../base/lifetimes.ts'
import { hashPassword, OLD_PASSWORD_MAX_LENGTH, verifyPassword } from '../../passwords/scrypt.ts'
import { deriveKey, NICE_INCREMENT } from '../../passwords/scrypt_threads.ts'

const CORES = availableParallelism()

/** Every thread that was started and did not end yet. */
const threads = new Set<Worker>()
const noteThread = (thread: Worker) => {
  threads.add(thread)
  thread.on('exit', () => threads.delete(thread))
}
beforeAll(() => void process.on('worker', noteThread))
afterAll(() => void process.off('worker', noteThread))
afterEach(() => void vi.useRealTimers())

const reference = { N: 16384, r: 8, p: 1 }
const expected = (password: string, salt: string) =>
  `${salt}:${scryptSync(password, salt, 64, reference).toString('hex')}`

/** The nice value of every thread of this process, as proc_pid_stat(5) has it. */
const priorities = () =>
  readdirSync('/proc/self/task').map((task) => {
    const [, fields = ''] = readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ')
    return Number(fields.split(' ')[16])
  })

const many = Array.from({ length: 3 * CORES }, (_, i) => `password ${i}`)

test('hashes as the reference PDS does, also when many come at once', async () => {
  const hashes = await Promise.all(many.map((password) => hashPassword(password, 'salt')))
  expect(hashes).toEqual(many.map((password) => expected(password, 'salt')))
  expect(threads.size).toBeLessThanOrEqual(CORES)
})

test('its threads, and no others, have a lower priority', async () => {
  const normal = getPriority()
  await hashPassword('password')
  const lower = priorities().filter((nice) => nice !== normal)
  expect(lower).toEqual(Array(threads.size).fill(Math.min(normal + NICE_INCREMENT, 19)))
})

test('takes the password that was hashed, and no other', async () => {
  const stored = await hashPassword('páss 密码')
  expect(await verifyPassword('páss 密码', stored)).toBe(true)
  expect(await verifyPassword('pass 密码', stored)).toBe(false)
  expect(await verifyPassword('', stored)).toBe(false)
  expect(await verifyPassword('páss 密码', null)).toBe(false)
})

test('looks at no more than the longest password', async () => {
  const longest = 'x'.repeat(OLD_PASSWORD_MAX_LENGTH)
  const stored = await hashPassword(longest)
  expect(await verifyPassword(longest, stored)).toBe(true)
  expect(await verifyPassword(`${longest}x`, stored)).toBe(false)
})

test('a thread that fails costs what it was asked, and none of what waits', async () => {
  const failing = Array.from({ length: CORES }, () => deriveKey('password', 'salt', -1))
  const waiting = many.map((password) => hashPassword(password, 'salt'))
  for (const { status, reason } of (await Promise.allSettled(failing)) as PromiseRejectedResult[]) {
    expect(status).toBe('rejected')
    expect(reason).toBeInstanceOf(UnavailableError)
    expect(reason.cause).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  }
  expect(await Promise.all(waiting)).toEqual(many.map((password) => expected(password, 'salt')))
})

test('a password is not wrong because its thread was killed', async () => {
  const stored = await hashPassword('right')
  const refused = expect(verifyPassword('right', stored)).rejects.toThrow(UnavailableError)
  await setImmediate()
  await Promise.all([...threads].map((thread) => thread.terminate()))
  await refused
  expect(await verifyPassword('right', stored)).toBe(true)
})

test('a thread that was killed while it had nothing to do is not asked', async () => {
  const stored = await hashPassword('right')
  await Promise.all([...threads].map((thread) => thread.terminate()))
  expect(await verifyPassword('right', stored)).toBe(true)
})

test('a thread ends when it was idle', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await hashPassword('password')
  const [thread] = threads
  if (!thread) throw new Error('There is no thread')
  vi.advanceTimersByTime(PASSWORD_THREAD_IDLE - 1)
  await hashPassword('password')
  vi.advanceTimersByTime(PASSWORD_THREAD_IDLE - 1)
  expect([...threads]).toContain(thread)
  const ended = once(thread, 'exit')
  vi.advanceTimersByTime(1)
  // A hash that is asked for before the thread has ended gets another thread.
  expect(await verifyPassword('password', await hashPassword('password'))).toBe(true)
  await ended
})

test('a program waits for its hashes, and then for nothing', async () => {
  const scrypt = new URL('../../passwords/scrypt.ts', import.meta.url)
  const program = `
    const { hashPassword } = await import('${scrypt}')
    console.log(await hashPassword('password', 'salt'))`
  const args = ['--input-type=module', '--eval', program]
  // Far less than an idle thread lives.
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 })
  expect(stdout.trim()).toBe(expected('password', 'salt'))
})
