import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import type { OperatorAct } from '../../actors/directory/events.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { AUDIT_MEMORY, DAY, HOUR, TRAIL_END } from '../../base/lifetimes.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import { createLog } from '../../base/watching/log.ts'
import { type Bounded, measure } from '../../database/bounded_table.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import {
  actsLike,
  EVENTS,
  MOST_OF_ONE_EVENT,
  type TrailEvent,
} from '../../database/directory/event.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { inputs } from '../../operator/inputs/index.ts'
import { formOf } from '../../operator/paths.ts'
import { dayOf, keepEvents } from '../../sagas/notices/kept_events.ts'
import { formsOf } from '../shared/pages/forms_of.ts'
import {
  command,
  enterAs,
  enterByLink,
  newOperator,
  startOperatorApp,
} from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'

type Filter = Record<string, string | number>

let app: AppInProcess
beforeAll(async () => {
  app = await startOperatorApp()
})
afterAll(() => app?.close())

const trail = async (filter: Filter = {}) => {
  const { status, body } = await command(app, 'trail', filter)
  expect([status, body.message]).toEqual([200, undefined])
  return body as {
    events: (Omit<TrailEvent, 'did'> & { id: number; account: { handle: string } | null })[]
    next: number | null
  }
}

async function signIn(identifier: string, password: string, address: string): Promise<void> {
  await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier, password }),
    address,
  })
}

test('what happens to accounts comes into the trail, and is found by each filter', async () => {
  const [kim, lee] = [await newPerson(app), await newPerson(app)]
  const [here, there] = ['203.0.113.7', '203.0.113.80']
  await signIn(kim.handle, 'a wrong one', here)
  await signIn(kim.handle, kim.password, here)
  await signIn(lee.handle, lee.password, there)
  await signIn('nobody.test', 'a wrong one', there)
  const found = async (filter: Filter) =>
    (await trail(filter)).events.map(({ event, account }) => [event, account?.handle ?? null])
  await expect
    .poll(() => found({ address: '203.0.113.' }))
    .toEqual([
      ['sign_in_failed', null],
      ['signed_in', lee.handle],
      ['signed_in', kim.handle],
      ['sign_in_failed', kim.handle],
    ])
  expect(await found({ account: kim.handle, event: 'sign_in_failed' })).toEqual([
    ['sign_in_failed', kim.handle],
  ])
  expect(await found({ account: kim.did, address: here, search: 'password' })).toHaveLength(2)
  expect(await found({ address: here, since: new Date(Date.now() + DAY).toISOString() })).toEqual(
    [],
  )
  expect(await found({ address: here, until: dayOf(Date.now()) })).toEqual([])
  expect(await found({ address: here, since: dayOf(Date.now()) })).toHaveLength(2)
  const { events } = await trail({ account: kim.handle, event: 'signed_in' })
  expect(events).toEqual([
    {
      ...{ id: expect.any(Number), at: expect.any(Number), event: 'signed_in', operator: null },
      ...{ address: here, detail: { way: 'password' } },
      account: { did: kim.did, handle: kim.handle },
    },
  ])

  await command(app, 'operator/add', { account: lee.handle })
  await expect
    .poll(() => found({ event: 'operator_added' }))
    .toEqual([['operator_added', lee.handle]])
  expect(await found({ by: 'command line', account: lee.did })).toEqual([
    ['operator_added', lee.handle],
    ['operator_acted', lee.handle],
  ])
  expect(await found({ by: 'somebody else' })).toEqual([])
})

test('a time that is none is refused, with one that would be right', async () => {
  const { status, body } = await command(app, 'trail', { since: 'yesterday' })
  expect([status, body.message]).toEqual([400, expect.stringContaining('such as 2026-11-26')])
})

test('a time is of UTC however it is written, wherever the machine is', () => {
  vi.stubEnv('TZ', 'Asia/Kathmandu')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(new Date(0).getTimezoneOffset()).not.toBe(0)
  const midnight = Date.UTC(2026, 10, 26)
  const read = (since: string) => (inputs.trail.parse({ since }).since ?? Number.NaN) - midnight
  expect(read('2026-11-26')).toBe(0)
  for (const time of ['T14:00', ' 14:00', ' 14:00 UTC', 'T14:00:00.000Z', 'T16:00+02:00']) {
    expect([time, read(`2026-11-26${time}`)]).toEqual([time, 14 * HOUR])
  }
  for (const none of ['2026-11-26 2 pm', '2026-11-26 14:00 EST', '2026-11-26T25:00', '']) {
    expect([none, inputs.trail.safeParse({ since: none }).success]).toEqual([none, false])
  }
})

test('the page has it with the filters, page by page', async () => {
  const visitor = await enterByLink(app)
  for (let i = 0; i < 3; i++) await command(app, 'invite/create')
  const filter = { event: 'operator_acted', search: 'invite/create', limit: '2' }
  const first = await visitor.open(formOf('trail', filter))
  expect(first.text).toContain('<option selected>operator_acted')
  const next = first.hrefs.find((href) => href.includes('before=')) ?? ''
  const rows = (text: string) => text.match(/What: <span[^>]*>invite\/create/g)?.length
  expect([rows(first.text), rows((await visitor.open(next)).text)]).toEqual([2, 1])
})

test('how often each thing happened is counted by day, also over several processes', async () => {
  const db = openDatabase(':memory:', directorySchema)
  const count = (day: string, n: number) =>
    directoryFunctions.keepEvents(db, { events: [], counts: { [day]: { signed_in: n } } }, 0)
  count('2026-06-01', 1)
  count('2026-11-25', 2)
  count('2026-11-26', 3)
  count('2026-11-26', 4)
  expect(directoryFunctions.readEventCounts(db, '2026-11-26')).toEqual({ signed_in: 7 })
  expect(directoryFunctions.readEventCounts(db, '2026-11-25')).toEqual({ signed_in: 2 })
  expect(directoryFunctions.readEventCounts(db, '2026-06-01')).toEqual({})
  closeDatabase(db)
})

describe('the trail', () => {
  let db: Db
  beforeEach(() => {
    db = openDatabase(':memory:', directorySchema)
  })
  afterEach(() => closeDatabase(db))

  const NOBODY = { did: null, address: null, operator: null, detail: {} }
  const add = (event: string, more: Partial<TrailEvent> = {}) => {
    const [first] = [{ at: 1_000, ...NOBODY, event, ...more }]
    directoryFunctions.keepEvents(db, { events: [first], counts: {} }, first.at)
  }
  const act = (
    at: number,
    {
      subject = 'kim',
      did = null,
      command = 'invite/create',
      operator = 'kim.test',
    }: Partial<OperatorAct> = {},
  ) =>
    directoryFunctions.addOperatorAct(db, {
      ...{ at, operator, operatorAddress: null, command, subject, did },
    })
  const count = (event = '%') =>
    db.prepare('SELECT count(*) FROM event WHERE event LIKE ?').pluck().get(event)

  const MOST = 5_000
  /** With little room for each kind. */
  function inLittleRoom(work: () => void): void {
    const sizes = Object.values(EVENTS).map((bounded) => bounded.maxBytes)
    for (const bounded of Object.values(EVENTS)) bounded.maxBytes = MOST
    try {
      work()
    } finally {
      for (const [i, bounded] of Object.values(EVENTS).entries()) {
        bounded.maxBytes = sizes[i] as number
      }
    }
  }
  const expectFull = (bounded: Bounded) => {
    const { rows, bytes } = measure(db, bounded)
    expect(rows).toBeGreaterThan(5)
    expect(bytes).toBeLessThanOrEqual(MOST)
  }
  const often = (work: (i: number) => void) => {
    for (let i = 0; i < 200; i++) work(i)
  }

  test('has an end, and one kind pushes out no other', () => {
    inLittleRoom(() => {
      add('signed_in')
      act(1_000)
      often(() => add('sign_in_failed'))
      expect([count('signed_in'), count('operator_acted')]).toEqual([1, 1])
      often(() => add('signed_in'))
      expect(count('operator_acted')).toBe(1)
      for (const bounded of [EVENTS.guesses, EVENTS.others]) expectFull(bounded)
    })
  })

  test('nor does an operator push out what another did, or what they did otherwise', () => {
    const did = 'did:plc:lee'
    const [email, lee] = ['com.atproto.admin.updateAccountEmail', `lee.test (${did})`]
    inLittleRoom(() => {
      const others = [
        { command: email, operator: 'the admin password' },
        { command: email, operator: 'the admin password of did:web:pds.test' },
        { command: email, operator: `kim.test (did:plc:kim)` },
        { operator: lee },
      ]
      for (const other of others) act(1_000, other)
      // A handle is changed as often as one likes.
      const by = (i: number) => `${i % 2 === 0 ? 'a link of ' : ''}lee${i}.test (${did})`
      often((i) => act(1_000, { command: email, operator: by(i), subject: 'x'.repeat(100) }))
      for (const { command = 'invite/create', operator } of others) {
        expect([
          operator,
          measure(db, actsLike({ operator, detail: { what: command } })).rows,
        ]).toEqual([operator, 1])
      }
      expectFull(actsLike({ operator: lee, detail: { what: email } }))
    })
  })

  test('goes back for as long as those of accounts', () => {
    add('signed_in')
    act(2_000)
    add('signed_in', { at: 2_000 + AUDIT_MEMORY })
    expect(count()).toBe(2)
    add('signed_in', { at: 2_001 + AUDIT_MEMORY })
    expect([count(), count('operator_acted')]).toEqual([2, 0])
  })

  test('has one event of one account so often, which then pushes out nothing else', () => {
    const did = 'did:plc:kim'
    for (const one of [did, 'did:plc:lee']) add('signed_in', { did: one })
    add('app_password_created', { did: 'did:plc:lee' })
    act(1_000, { subject: did, did })
    const all = Array.from({ length: MOST_OF_ONE_EVENT + 5 }, (_, at) => ({
      ...{ ...NOBODY, at, event: 'app_password_created', did },
    }))
    for (const events of [all.slice(0, 100), all.slice(100)]) {
      directoryFunctions.keepEvents(db, { events, counts: {} }, 1_000)
    }
    expect(count('app_password_created')).toBe(MOST_OF_ONE_EVENT + 1)
    expect(directoryFunctions.listEvents(db, { did, until: 6 }, 9)).toMatchObject([{ at: 5 }])
    expect([count('signed_in'), count('operator_acted')]).toEqual([2, 1])
  })

  test('of an account that is deleted keeps what operators did', () => {
    const did = 'did:plc:kim'
    add('signed_in', { did })
    add('signed_in', { did: 'did:plc:lee' })
    act(1_000, { subject: did, did })
    const before = Date.now()
    directoryFunctions.removeAccount(db, did)
    expect(directoryFunctions.listEvents(db, {}, 9).map((each) => [each.event, each.did])).toEqual([
      ['operator_acted', did],
      ['signed_in', 'did:plc:lee'],
    ])
    // What was on its way, and then what happens to the same one once it is here again.
    add('signed_in', { did, at: before })
    expect(directoryFunctions.listEvents(db, { did, event: 'signed_in' }, 9)).toEqual([])
    add('signed_in', { did, at: Date.now() + 1_000 })
    expect(directoryFunctions.listEvents(db, { did, event: 'signed_in' }, 9)).toHaveLength(1)
  })

  test('is written when the directory answers again, and what waits for it has an end', async () => {
    const log = createLog('silent')
    let isAway = true
    const end = keepEvents(log, {
      keepEvents: async (happened, now) => {
        if (isAway) throw new Error('away')
        directoryFunctions.keepEvents(db, happened, now)
      },
    })
    for (let i = 0; i < 10_100; i++) logEvent(log, 'signed_in', { did: `did:${i}` }, '192.0.2.1')
    logEvent(log, 'mail_sent', { kind: 'signInCode' }, undefined)
    await end(TRAIL_END)
    expect(count()).toBe(0)
    isAway = false
    await end(TRAIL_END)
    expect(count()).toBe(10_000)
    expect(directoryFunctions.readEventCounts(db, dayOf(Date.now()))).toEqual({
      ...{ signed_in: 10_100, mail_sent: 1 },
    })
    expect(directoryFunctions.listEvents(db, { did: 'did:0' }, 9)).toMatchObject([
      { event: 'signed_in', did: 'did:0', address: '192.0.2.1' },
    ])
  })

  test('a program that stops does not wait for a directory that never answers', async () => {
    const log = createLog('silent')
    const end = keepEvents(log, { keepEvents: () => new Promise(() => {}) })
    logEvent(log, 'mail_sent', { kind: 'signInCode' }, undefined)
    await end(50)
  })
})

test('an operator is known by the DID, too, since the handle may be of another one later', async () => {
  const operator = await newOperator(app)
  const visitor = await enterAs(app, operator)
  const page = await visitor.open(formOf('invite create'))
  expect((await visitor.send(formsOf(page).at(-1) ?? page, { count: '1' })).notice).toBe('Done.')
  const { events } = await trail({ by: operator.did })
  expect(events).toMatchObject([
    { operator: `${operator.handle} (${operator.did})`, detail: { what: 'invite/create' } },
  ])
})
