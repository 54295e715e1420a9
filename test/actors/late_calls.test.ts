import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { ownerHere } from '../../actors/auth/owners.ts'
import { partFunctions } from '../../actors/directory/index.ts'
import { callable } from '../../actors/hosting/callable.ts'
import { ActorConnection } from '../../actors/hosting/connection.ts'
import { onDatabase } from '../../actors/runner.ts'
import { CALL_BEGINS } from '../../base/lifetimes.ts'
import { TooLateError, workFor } from '../../base/time/in_time.ts'
import { createLog } from '../../base/watching/log.ts'
import type { Db } from '../../database/database.ts'
import { TIMEOUTS } from '../../gateway/timeouts.ts'
import type { AuthActor, RequestEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { refreshed } from '../shared/people/attacker.ts'
import { gatewayTo, openSession } from './gateway_to.ts'
import { Line } from './line.ts'

/** Shorter, and in the same proportions. */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  ...{ CALL_BEGINS: 900, QUIET: 300, SIGN_OF_LIFE: 900, CLOCK_DRIFT: 18 },
}))

const log = createLog('silent')

let app: AppInProcess
let did: string
/** Holds up the calls of an account that this names, until they may go on. */
let held: { action: string; reached: () => void; mayGoOn: Promise<void> } | null = null

beforeAll(async () => {
  app = await startApp({
    onCall: ({ action }) => {
      if (action !== held?.action) return
      const { mayGoOn, reached } = held
      held = null
      reached()
      return mayGoOn
    },
  })
  did = await app.addAccount({ handle: 'kim.test', email: 'kim@mail.internal', password: 'kim' })
})
afterAll(() => app?.close())

/** The next call of that action waits. */
function holdUp(action: string) {
  const [reached, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  held = { action, reached: reached.resolve, mayGoOn: mayGoOn.promise }
  return { reached: reached.promise, goOn: mayGoOn.resolve }
}

/** The auth actor at the other end of a line. */
function lineToAuth() {
  const answer = (_c: unknown, envelope: RequestEnvelope) => app.auth.answer(envelope)
  const line = new Line(callable('auth', { answer }, log))
  const options = { actor: 'auth', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  return { line, connection, auth: connection.stub as AuthActor }
}

/** By its date it is not late, so that it ends the session if it is begun. */
const datedAhead = () => ({ proof: { claims: { iat: Math.floor(Date.now() / 1_000) + 60 } } })

describe('a refresh that comes after its client has gone on', () => {
  test('ends no session, where it lay on its way to the auth actor', async () => {
    const { line, auth } = lineToAuth()
    const [slow, other] = [gatewayTo(auth), gatewayTo(app.auth)]
    const session = await openSession(app, did, slow.client)
    await slow.client.nonce()
    line.cut()
    expect(await slow.client.refresh(session, datedAhead())).toMatchObject({ status: 503 })
    const next = await refreshed(other.client, await refreshed(other.client, session))
    const before = line.results
    line.mend()
    await expect.poll(() => line.results).toBe(before + 1)
    expect(await other.client.refresh(next)).toMatchObject({ status: 200 })
  })

  test('ends none, where the auth actor had to wait for the account', async () => {
    const { line, auth } = lineToAuth()
    const [slow, other] = [gatewayTo(auth), gatewayTo(app.auth)]
    const session = await openSession(app, did, slow.client)
    await slow.client.nonce()
    const { reached, goOn } = holdUp('findSessionByRefreshToken')
    const given = slow.client.refresh(session, datedAhead())
    await reached
    line.cut()
    expect(await given).toMatchObject({ status: 503 })
    const next = await refreshed(other.client, await refreshed(other.client, session))
    const before = line.results
    goOn()
    await expect.poll(() => line.results).toBe(before + 1)
    expect(await other.client.refresh(next)).toMatchObject({ status: 200 })
  })

  test('ends none, where all are in one process', async () => {
    const [slow, other] = [gatewayTo(app.auth, 500), gatewayTo(app.auth)]
    const session = await openSession(app, did, slow.client)
    await slow.client.nonce()
    const { reached, goOn } = holdUp('findSessionByRefreshToken')
    const given = slow.client.refresh(session, datedAhead())
    await reached
    expect(await given).toMatchObject({ status: 503 })
    const next = await refreshed(other.client, await refreshed(other.client, session))
    goOn()
    await slow.settled()
    expect(await other.client.refresh(next)).toMatchObject({ status: 200 })
  })

  test('ends none, where the client went away and asked elsewhere', async () => {
    const [slow, other] = [gatewayTo(app.auth), gatewayTo(app.auth)]
    const session = await openSession(app, did, slow.client)
    await slow.client.nonce()
    const { reached, goOn } = holdUp('findSessionByRefreshToken')
    const given = slow.client.refresh(session, datedAhead())
    await reached
    slow.outgoing.destroyed = true
    const next = await refreshed(other.client, await refreshed(other.client, session))
    const later = performance.now() + CALL_BEGINS
    await expect.poll(() => performance.now()).toBeGreaterThan(later)
    goOn()
    await given
    expect(await other.client.refresh(next)).toMatchObject({ status: 200 })
  })

  test('ends none, where the one before it had waited for an actor that moved', async () => {
    const waited = 13
    const [moved, other] = [gatewayTo(app.auth, TIMEOUTS.deadline, waited), gatewayTo(app.auth)]
    const madeAgo = (s: number) => ({
      proof: { claims: { iat: Math.floor(Date.now() / 1_000) - s } },
    })
    const first = await openSession(app, did, other.client)
    const second = await refreshed(moved.client, first, madeAgo(waited))
    const third = await refreshed(other.client, second)
    expect(await other.client.refresh(first, madeAgo(9))).toMatchObject({ status: 400 })
    expect(await other.client.refresh(third)).toMatchObject({ status: 200 })
  })

  test('while one whose client waits is answered, however long it takes', async () => {
    const { line, auth } = lineToAuth()
    const { client } = gatewayTo(auth)
    const session = await openSession(app, did, client)
    await client.nonce()
    const { reached, goOn } = holdUp('findSessionByRefreshToken')
    const given = client.refresh(session)
    await reached
    const mayBeginUntil = line.calls.at(-1) ?? 0
    await expect.poll(() => performance.now()).toBeGreaterThan(mayBeginUntil)
    const { looks } = line
    await expect.poll(() => line.looks).toBeGreaterThan(looks)
    goOn()
    expect(await given).toMatchObject({ status: 200 })
  })
})

describe('the caller of a call that got lost', () => {
  const lose: [string, (line: Line) => void][] = [
    ['is silent', (line) => line.cut()],
    ['breaks', (line) => line.break()],
  ]

  test.each(lose)('hears that when it cannot be begun any more: the line %s', async (_, go) => {
    const never = Promise.withResolvers<void>()
    const line = new Line(callable('test', { wait: () => never.promise }, log))
    const options = { actor: 'test', secret: '', place: 'engine', log } as const
    const call = new ActorConnection(line.getter, ['0'], options).call('wait', [])
    await expect.poll(() => line.calls.length).toBe(1)
    go(line)
    await expect(call).rejects.toThrow()
    expect(performance.now()).toBeGreaterThanOrEqual(line.calls[0] ?? Number.POSITIVE_INFINITY)
  })

  test('has it not sent, when it was told before there was a connection', async () => {
    const line = new Line(callable('test', { act: () => true }, log))
    const options = { actor: 'test', secret: '', place: 'engine', log } as const
    const connection = new ActorConnection(line.getter, ['0'], options)
    line.cut()
    const caller = { until: performance.now() + 50 }
    const call = workFor(caller, () => connection.call('act', []))
    await expect.poll(() => performance.now()).toBeGreaterThan(caller.until)
    line.mend()
    await expect(call).rejects.toThrow(TooLateError)
    expect(line.calls).toEqual([])
    expect(await connection.call('act', [])).toBe(true)
  })
})

describe('nothing is begun for a caller who was told that it failed', () => {
  const late = { until: Number.NEGATIVE_INFINITY }
  /** A database that is not to be touched. */
  const untouched = new Proxy({} as Db, {
    get: (_, name) => {
      throw new Error(`The database was asked for ${String(name)}`)
    },
  })
  const actions = [accountFunctions, partFunctions].flatMap((functions) =>
    Object.entries(onDatabase(functions as Parameters<typeof onDatabase>[0])),
  )

  test.each(actions)('%s', async (_, action) => {
    const act = action as (c: object, ...args: unknown[]) => Promise<unknown>
    const acted = workFor(late, () => act({ vars: { db: untouched } }))
    await expect(acted).rejects.toThrow(TooLateError)
  })

  // What is known without a database is no function of one.
  const { isAway: _, ...functions } = ownerHere(untouched, untouched)
  test.each(Object.entries(functions))('%s', (_, act) => {
    expect(() => workFor(late, act as () => unknown)).toThrow(TooLateError)
  })
})
