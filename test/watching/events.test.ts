import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { EVENT_LINES } from '../../base/lifetimes.ts'
import { logEvent, MOST_LINES } from '../../base/watching/event_log.ts'
import { AUDIT_EVENTS, type AuditEvent, EVENTS } from '../../base/watching/events.ts'
import { appendAudit, hearAudit } from '../../database/account/audit.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase, transact } from '../../database/database.ts'
import type { Answer } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ACCOUNT_LIMITS } from '../../sagas/accounts/account_limits.ts'
import { keptLog } from '../shared/logged.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'the secret of kim' }
const kept = keptLog()
let app: AppInProcess
let did: string

beforeAll(async () => {
  app = await startApp({ log: kept.log })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())
beforeEach(() => kept.clear())

const call = (method: string, input: object | null, { address = '192.0.2.9', token = '' } = {}) =>
  app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.server.${method}`,
    headers: {
      ...(input && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: input && JSON.stringify(input),
    address,
  })

const textOf = (answer: Answer) =>
  'body' in answer ? Buffer.from(answer.body ?? []).toString() : ''

const eventsOf = (name: string) => kept.lines().filter(({ event }) => event === name)

test('the page of the events says what the program logs', () => {
  const page = readFileSync(new URL('../../docs/watching.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (info|warn|error) \|([^|]*)\|/gm)].map(
    ([, event, level, fields = '']) => [event, level, fields.trim()],
  )
  const events = Object.entries(EVENTS).map(([event, { level, fields }]) => [
    event,
    level,
    fields.map((field) => `\`${field}\``).join(', '),
  ])
  expect(rows.sort()).toEqual(events.sort())
})

describe('a sign-in', () => {
  test('that fails is a line, whether or not there is such an account', async () => {
    await call('createSession', { identifier: kim.handle, password: 'wrong' })
    await call('createSession', { identifier: 'kim@elsewhere.internal', password: 'wrong' })
    const line = { level: 'warn', address: '192.0.2.9', way: 'password', msg: expect.any(String) }
    expect(eventsOf('sign_in_failed')).toEqual([
      { ...line, event: 'sign_in_failed', did, time: expect.any(String) },
      { ...line, event: 'sign_in_failed', time: expect.any(String) },
    ])
  })

  test('that succeeds says how, and so does what ends it', async () => {
    const answer = await call('createSession', { identifier: kim.email, password: kim.password })
    const token = /"refreshJwt":"([^"]+)"/.exec(textOf(answer))?.[1]
    expect(eventsOf('signed_in')).toMatchObject([
      { level: 'info', did, way: 'password', address: '192.0.2.9' },
    ])
    await call('deleteSession', null, { token })
    expect(eventsOf('session_revoked')).toMatchObject([{ did, address: '192.0.2.9' }])
    await call('refreshSession', null, { token })
    expect(eventsOf('refresh_refused')).toMatchObject([{ did, address: '192.0.2.9' }])
    expect(kept.text()).not.toMatch(/@|secret|eyJ/)
  })

  test('that a limit refuses says which', async () => {
    const address = '192.0.2.10'
    const guess = () =>
      call('createSession', { identifier: kim.handle, password: 'wrong' }, { address })
    await Promise.all(Array.from({ length: 11 }, guess))
    expect(eventsOf('sign_in_failed')).toHaveLength(10)
    expect(eventsOf('rate_limited')).toMatchObject([
      {
        address,
        limit: 'password, one address at one account',
        per: 'account at address',
        route: 'com.atproto.server.createSession',
      },
    ])
  })
})

test('a limit on admin passwords names no account', async () => {
  const authorization = `Basic ${Buffer.from('admin:wrong').toString('base64')}`
  const target = `/xrpc/com.atproto.admin.getAccountInfo?did=${did}`
  const address = '192.0.2.11'
  const [{ points }] = ACCOUNT_LIMITS['admin password'].limits
  for (let i = 0; i <= points; i++) await app.ask({ target, address, headers: { authorization } })
  const [limited] = eventsOf('rate_limited')
  expect(limited).toMatchObject({ address, limit: 'admin password', per: 'address' })
  expect(limited).not.toHaveProperty('did')
})

test('a mail is a line, without its address and its code', async () => {
  await call('requestPasswordReset', { email: kim.email })
  const [mail] = await app.readMails()
  const [code = ''] = mail?.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/) ?? []
  expect(eventsOf('mail_sent')).toMatchObject([{ kind: 'resetPassword', did }])
  await call('resetPassword', { token: code, password: 'another secret' })
  expect(eventsOf('password_changed')).toMatchObject([{ did, address: '192.0.2.9' }])
  expect(code).not.toBe('')
  for (const secret of [code, kim.email, 'another secret']) {
    expect(kept.text()).not.toContain(secret)
  }
})

test.each(Object.keys(AUDIT_EVENTS) as AuditEvent[])(
  '%s in an audit trail is a line with its fields alone',
  async (event) => {
    const detail = { address: '192.0.2.11', name: 'a secret', code: 'a secret', clientId: 'app' }
    await app.actors.account(did).audit({ at: Date.now(), event, detail })
    const [line, ...others] = kept.lines()
    expect(others).toEqual([])
    expect(line).toMatchObject({ event, did, address: '192.0.2.11' })
    expect(JSON.stringify(line)).not.toContain('secret')
    const known = ['level', 'time', 'event', 'address', 'msg', ...EVENTS[event].fields]
    expect(Object.keys(line ?? {}).filter((name) => !known.includes(name))).toEqual([])
  },
)

test('what was rolled back is no line', () => {
  const db = openDatabase(':memory:', accountSchema)
  const heard: string[] = []
  hearAudit(db, ({ event }) => heard.push(event))
  const append = (event: AuditEvent) => appendAudit(db, { at: 1, event, detail: {} })
  const failing = (event: AuditEvent) =>
    transact(db, () => {
      append(event)
      throw new Error('rolled back')
    })
  expect(() => failing('signed_in')).toThrow('rolled back')
  transact(db, () => {
    append('account_created')
    expect(() => failing('taken_down')).toThrow('rolled back')
    expect(heard).toEqual([])
  })
  expect(heard).toEqual(['account_created'])
  closeDatabase(db)
})

test('what strangers cause fills no disk, and the next line says how much was left out', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  try {
    const { log, lines } = keptLog()
    const fail = (address: string) => logEvent(log, 'sign_in_failed', {}, address)
    for (let i = 0; i < MOST_LINES.ofOne + 5; i++) fail('192.0.2.1')
    expect(lines()).toHaveLength(MOST_LINES.ofOne)
    for (let i = 0; i < MOST_LINES.ofAll; i++) fail(`2001:db8:${i.toString(16)}::1`)
    expect(lines()).toHaveLength(MOST_LINES.ofAll)
    now.mockReturnValue(EVENT_LINES)
    fail('192.0.2.1')
    expect(lines().slice(MOST_LINES.ofAll)).toMatchObject([
      { event: 'lines_left_out', lines: 5 + MOST_LINES.ofOne },
      { event: 'sign_in_failed' },
    ])
  } finally {
    now.mockRestore()
  }
})

test('who has many networks leaves lines to others', () => {
  const { log, lines } = keptLog()
  const fail = (address: string) => logEvent(log, 'sign_in_failed', {}, address)
  for (let i = 0; i < MOST_LINES.ofAll; i++) fail(`2001:db8:0:${i.toString(16)}::1`)
  expect(lines()).toHaveLength(MOST_LINES.ofSite)
  fail('192.0.2.1')
  expect(lines().at(-1)).toMatchObject({ address: '192.0.2.1' })
  logEvent(log, 'code_reused', { did: 'did:plc:a' }, '2001:db8::1')
  expect(lines().at(-1)).toMatchObject({ event: 'code_reused' })
})

test('an account that is asked for again and again keeps no other damaged one out of the log', () => {
  const { log, lines } = keptLog()
  const find = (did: string) => logEvent(log, 'account_damaged', { did, reason: '' }, undefined)
  for (let i = 0; i < MOST_LINES.ofOne + 5; i++) find('did:plc:a')
  find('did:plc:b')
  expect(lines().slice(MOST_LINES.ofOne - 1)).toMatchObject([
    { did: 'did:plc:a' },
    { did: 'did:plc:b' },
  ])
})
