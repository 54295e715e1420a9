import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { methods } from '../../xrpc/index.ts'
import { ask } from '../shared/ask.ts'
import { type Described, described, leastInput } from './comparison/lexicons.ts'

/** Each method of an operator, with credentials that differ from the right ones in one thing. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
let app: AppInProcess
let did: string
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

const OPERATORS = /^(?:admin\.|server\.createInviteCode)/
const own = new Set<string>(methods.map(({ nsid }) => nsid.replace('com.atproto.', '')))
const theirs = described.filter(({ nsid }) => OPERATORS.test(nsid) && own.has(nsid))

test('they are all methods of theirs that there are', () => {
  expect(theirs).toHaveLength([...own].filter((nsid) => OPERATORS.test(nsid)).length)
  expect(theirs.length).toBeGreaterThan(14)
})

function call(method: Described, authorization: string) {
  const { nsid, isQuery } = method
  const least = leastInput(method, { did, ...kim })
  const query = new URLSearchParams(Object.entries(least).map(([name, of]) => [name, String(of)]))
  return ask(app, {
    method: isQuery ? 'GET' : 'POST',
    target: `/xrpc/com.atproto.${nsid}${isQuery ? `?${query}` : ''}`,
    headers: { authorization, ...(isQuery ? {} : { 'content-type': 'application/json' }) },
    ...(isQuery ? {} : { body: JSON.stringify(least) }),
  })
}

const encoded = (text: string) => Buffer.from(text).toString('base64')
const wrongs: [string, (password: string) => string][] = [
  ['another password', () => `Basic ${encoded('admin:another password')}`],
  ['the beginning of it', (password) => `Basic ${encoded(`admin:${password.slice(0, -1)}`)}`],
  ['more than it', (password) => `Basic ${encoded(`admin:${password}x`)}`],
  ['none', () => `Basic ${encoded('admin:')}`],
  ['no colon', () => `Basic ${encoded('admin')}`],
  ['another user', (password) => `Basic ${encoded(`kim.test:${password}`)}`],
  ['no user', (password) => `Basic ${encoded(`:${password}`)}`],
]

test.each(theirs)('$nsid takes the password of the operator alone', async (method) => {
  const { adminPassword } = app.runner.secrets
  for (const [what, write] of wrongs) {
    expect([what, (await call(method, write(adminPassword))).status]).toEqual([what, 401])
  }
  const { status } = await call(method, `Basic ${encoded(`admin:${adminPassword}`)}`)
  expect(status).not.toBe(401)
})

/** What a PDS does in the name of its operator: it forwards these calls (`docs/pds.md`). */
const OF_PDS = ['admin.updateAccountEmail', 'admin.updateAccountPassword']

test.each(theirs)(
  '$nsid takes the password of a PDS only where a PDS forwards it',
  async (method) => {
    const [pds] = await app.actors.directory.listPdses()
    const { status } = await call(method, `Basic ${encoded(`admin:${pds?.adminPassword}`)}`)
    expect(status !== 401).toBe(OF_PDS.includes(method.nsid))
  },
)
