import { expect } from 'vitest'
import type { Limit } from '../../app/limits/limit.ts'
import { LIMITS } from '../../app/limits/table.ts'
import { closeDatabase, openDatabase, transact } from '../../database/database.ts'
import { takePoints } from '../../database/limits/counter.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { databasePath } from '../../database/paths.ts'

/** An answer, whichever way it was asked for. */
export type Answer = {
  status: number
  headers: Headers | Record<string, string | string[] | undefined>
  body: unknown
}

let addresses = 0
/** A new address, behind the proxy that the program trusts by default. */
export const newAddress = (): string => `198.51.100.${++addresses}`

export const from = (address: string) => ({ 'x-forwarded-for': address })

export function limit(name: string): Limit {
  const found = LIMITS.find((one) => one.name === name)
  if (!found) throw new Error(`No limit ${name}`)
  return found
}

/** Spends a subject's points until `left` of them are left, as if the requests had been made. */
export function spend(
  { dataDir }: { dataDir: string },
  name: string,
  subject: string,
  left: number,
): void {
  const { points, seconds } = limit(name)
  const counter = { key: `${name}\n${subject}`, points, seconds }
  onCounters(dataDir, (db) => {
    const take = () => takePoints(db, [counter], Date.now()).quotas[0]?.remaining ?? 0
    transact(db, () => {
      while (take() > left);
    })
  })
}

/** Ends the windows of all counters, as time would. */
export function endWindows({ dataDir }: { dataDir: string }): void {
  onCounters(dataDir, (db) => db.exec('UPDATE counter SET resets_at = 0'))
}

function onCounters(dataDir: string, work: (db: ReturnType<typeof openDatabase>) => void): void {
  const db = openDatabase(databasePath.limits({ dataDir }, '0'), limitsSchema, 'program')
  work(db)
  closeDatabase(db)
}

/** Expects an answer that says how a limit stands. */
function expectStanding(answer: Answer, name: string, remaining: number): void {
  const { points, seconds } = limit(name)
  expect(header(answer, 'ratelimit-policy')).toBe(`${points};w=${seconds}`)
  expect(header(answer, 'ratelimit-limit')).toBe(String(points))
  expect(header(answer, 'ratelimit-remaining')).toBe(String(remaining))
  const reset = Number(header(answer, 'ratelimit-reset'))
  expect(reset).toBeLessThanOrEqual(Date.now() / 1_000 + seconds)
  expect(reset).toBeGreaterThan(Date.now() / 1_000 - 1)
}

/** Expects 429 (RFC 6585 section 4) by a limit, in the form of the endpoint's other errors. */
export function expectRefused(answer: Answer, name: string): void {
  expect(answer.status).toBe(429)
  expectStanding(answer, name, 0)
  const wait = Number(header(answer, 'retry-after'))
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(limit(name).seconds)
  const { error } = answer.body as { error: string }
  expect(['RateLimitExceeded', 'rate_limit_exceeded']).toContain(error)
}

/**
 * Shows a limit: of `send`'s first request it says what is left, the last that may pass does, and
 * the next is refused.
 *
 * @param subject whom the limit counts, as its counter names it
 * @returns the last answer that passed
 */
export async function expectLimit(
  vestibule: { dataDir: string },
  name: string,
  subject: string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  expectStanding(await send(), name, limit(name).points - 1)
  spend(vestibule, name, subject, 1)
  const last = await send()
  expect(last.status).not.toBe(429)
  expectStanding(last, name, 0)
  expectRefused(await send(), name)
  return last
}

function header({ headers }: Answer, name: string): unknown {
  return headers instanceof Headers ? headers.get(name) : headers[name]
}
