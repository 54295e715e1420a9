import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLimitsInForce } from '../../actors/auth/limits_in_force.ts'
import { askOwner, createOwners, ownerHere } from '../../actors/auth/owners.ts'
import type { AuthPeer } from '../../actors/reach.ts'
import { measure } from '../../database/bounded_table.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { NEAR_LIMITS } from '../../database/limits/bounds.ts'
import {
  type Counter,
  returnPoints,
  sweepCounters,
  takenPoints,
  takePoints,
} from '../../database/limits/counter.ts'
import { countReached, listNear } from '../../database/limits/near_limit.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { partitionOf } from '../../database/partition.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { formOf } from '../../operator/paths.ts'
import { limit } from '../shared/limit.ts'
import { command, enterByLink, startOperatorApp } from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'

const GUESSES = 'password, one address at one account'
const ADDRESS = '192.0.2.1'
const ALL = { text: '', limit: 100 }

let app: AppInProcess
beforeAll(async () => {
  app = await startOperatorApp()
})
afterAll(() => app?.close())

const counterOf = (name: string, subject: string): Counter => {
  const { points, seconds } = limit(name)
  return { key: `${name}\n${subject}`, points, seconds }
}

const signIn = async (identifier: string, password: string) => {
  const answer = await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier, password }),
    address: ADDRESS,
  })
  return 'status' in answer && answer.status
}

test('who has used up a limit stands in the list, and goes on once it is lifted', async () => {
  const { handle, password } = await newPerson(app)
  const guesses = counterOf(GUESSES, `${handle}\n${ADDRESS}`)
  for (let i = 0; i < guesses.points - 1; i++) takePoints(app.counters, [guesses])
  expect(app.counters.inTransaction).toBe(false)
  expect(await signIn(handle, 'a wrong one')).toBe(401)
  expect(await signIn(handle, password)).toBe(429)
  const found = (await command(app, 'limits/list', { search: handle.toUpperCase() })).body.limits
  expect(found).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      ...{ limit: GUESSES, whom: `${handle} at ${ADDRESS}`, used: 10, of: 10, isReached: true },
      resetsAt: expect.any(Number),
    },
  ])
  const [{ id, resetsAt }] = found
  expect(resetsAt).toBeGreaterThan(Date.now())
  expect((await command(app, 'limits/lift', { id })).body).toEqual(found[0])
  expect(await signIn(handle, password)).toBe(200)
  const [act] = (await command(app, 'trail', { event: 'operator_acted', limit: 1 })).body.events
  expect(act).toMatchObject({
    operator: 'the command line',
    detail: { what: 'limits/lift', to: `${handle} at ${ADDRESS} (${GUESSES})` },
  })
  const again = await command(app, 'limits/lift', { id })
  expect(again).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } })
})

test('the page has it, with the way to lift it', async () => {
  const visitor = await enterByLink(app)
  const mails = counterOf('mail', '198.51.100.7')
  for (let i = 0; i < mails.points; i++) takePoints(app.counters, [mails])
  const { limits } = (await command(app, 'limits/list', { search: '198.51.100.7' })).body
  const page = await visitor.open(formOf('limits list', { search: '198.51.100.7' }))
  expect(page.text).toContain('198.51.100.7')
  const lift = await visitor.open(formOf('limits lift', { id: limits[0].id }))
  expect(page.hrefs).toContain(formOf('limits lift', { id: limits[0].id }))
  expect(lift.status).toBe(200)
})

test('the names of counters are kept while they are near their limit, and not before', () => {
  const db = openDatabase(':memory:', limitsSchema)
  const guesses = counterOf(GUESSES, 'kim.test\n192.0.2.9')
  const names = () => db.prepare('SELECT count(*) FROM near_limit').pluck().get()
  for (let i = 0; i < 7; i++) takePoints(db, [guesses])
  expect([names(), listNear(db, ALL)]).toEqual([0, []])
  const taken = takenPoints([guesses], takePoints(db, [guesses]).quotas)
  expect(listNear(db, ALL)).toMatchObject([{ key: guesses.key, used: 8, points: 10 }])
  returnPoints(db, taken)
  expect(listNear(db, ALL)).toEqual([])
  takePoints(db, [guesses])
  takePoints(db, [guesses])
  expect(listNear(db, ALL)).toMatchObject([{ used: 9 }])
  expect(countReached(db)).toBe(0)
  takePoints(db, [guesses])
  expect(countReached(db)).toBe(1)
  sweepCounters(db, Date.now() + guesses.seconds * 1_000 + 1_000)
  expect(names()).toBe(0)
  closeDatabase(db)
})

test('very many make room for each other', () => {
  const db = openDatabase(':memory:', limitsSchema)
  const { maxBytes } = NEAR_LIMITS
  NEAR_LIMITS.maxBytes = 10_000
  try {
    for (let i = 0; i < 200; i++) takePoints(db, [{ key: `mail\n${i}`, points: 1, seconds: 60 }])
    expect(measure(db, NEAR_LIMITS).rows).toBeGreaterThan(20)
    expect(measure(db, NEAR_LIMITS).bytes).toBeLessThanOrEqual(10_000)
    takePoints(db, [{ key: `mail\n${'x'.repeat(5_000)}`, points: 1, seconds: 60 }])
    expect(Math.max(...listNear(db, ALL).map(({ key }) => key.length))).toBe(300)
  } finally {
    NEAR_LIMITS.maxBytes = maxBytes
    closeDatabase(db)
  }
})

test('those of every auth actor are listed and lifted by any of them', async () => {
  const of = 3
  const actors = Array.from({ length: of }, () => {
    const flow = openDatabase(':memory:', flowSchema)
    const counters = openDatabase(':memory:', limitsSchema)
    return { flow, counters, here: ownerHere(flow, counters) }
  })
  const peer = (number: number) => {
    const { here, flow } = actors[number] as (typeof actors)[number]
    return {
      owned: (name, args) => askOwner(here, flow, name, args as never[]),
    } satisfies Pick<AuthPeer, 'owned'> as unknown as AuthPeer
  }
  const ownersOf = (number: number) =>
    createOwners((actors[number] as (typeof actors)[number]).here, { number, of, peer })
  const keys = Array.from({ length: of }, (_, number) => {
    for (let i = 0; ; i++) if (partitionOf(`mail\n${i}`, of) === number) return `mail\n${i}`
  })
  for (const [i, key] of keys.entries()) {
    const counter = { key, points: 2, seconds: 100 * (i + 1) }
    for (let taken = 0; taken < 2; taken++) await ownersOf(0)(key).takePoints([counter])
  }
  const inForce = createLimitsInForce(ownersOf(1), of)
  expect((await inForce.list(ALL)).map(({ key }) => key)).toEqual([...keys].reverse())
  const [longest, ...others] = await inForce.list({ text: '', limit: 2 })
  expect([longest?.key, others.length]).toEqual([keys[2], 1])
  expect(await createLimitsInForce(ownersOf(0), of).lift(longest?.id as string)).toEqual(longest)
  expect((await inForce.list(ALL)).map(({ key }) => key)).toEqual([keys[1], keys[0]])
  expect(await inForce.lift('made up')).toBeNull()
  for (const { flow, counters } of actors) {
    closeDatabase(flow)
    closeDatabase(counters)
  }
})

test('one that has made room begins anew when it is lifted, not where it stood', () => {
  const db = openDatabase(':memory:', limitsSchema)
  const counter = { key: 'mail\nkim', points: 10, seconds: 60 }
  for (let i = 0; i < 10; i++) takePoints(db, [counter])
  db.prepare(
    'INSERT INTO pushed_out SELECT limit_id, 10, resets_at FROM counter WHERE points = 10',
  ).run()
  const here = ownerHere(db, db)
  const [found] = listNear(db, ALL)
  expect(here.liftNear(found?.id as string)).not.toBeNull()
  expect(takePoints(db, [counter]).quotas[0]?.remaining).toBe(9)
  closeDatabase(db)
})
