import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import { ask, post } from '../shared/ask.ts'
import { keptLog } from '../shared/logged.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'the secret of kim' }
const kept = keptLog()
/** What actors fail with; nothing while it is null. */
let failure: Error | null = null
let app: AppInProcess
let did: string
beforeAll(async () => {
  const onCall = ({ actor }: ActorCall) => {
    if (failure && actor !== 'auth') throw failure
  }
  app = await startApp({ log: kept.log, onCall })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())
beforeEach(() => {
  failure = null
  kept.clear()
})

const asOperator = () => {
  const credentials = Buffer.from(`admin:${app.runner.secrets.adminPassword}`).toString('base64')
  return { authorization: `Basic ${credentials}` }
}
const failed = () => kept.lines().filter(({ msg }) => /^com\.atproto\.\S+ failed$/.test(msg))

test('a method for which a PDS does not answer: its caller reads that, and the log says what it was', async () => {
  const input = { did, handle: 'lee.test' }
  const method = 'com.atproto.admin.updateAccountHandle'
  const { status, body } = await post(app, `/xrpc/${method}`, input, asOperator())
  expect(status).toBe(502)
  expect(JSON.stringify(body)).not.toContain('ECONNREFUSED')
  const [line, ...others] = failed()
  expect(others).toEqual([])
  expect(line).toMatchObject({ level: 'error', msg: `${method} failed` })
  expect(JSON.stringify(line)).toMatch(/is unavailable.*ECONNREFUSED|is unavailable.*bad port/)
})

test.each([
  ['com.atproto.admin.getAccountInfo?did=', 'its own work'],
  ['com.atproto.server.getSession?did=', 'finding out who calls'],
])('%s that fails in %s is a line, too', async (method) => {
  const { accessJwt } = await signIn()
  failure = new Error('The disk is full')
  const isAdmin = method.startsWith('com.atproto.admin')
  const headers = isAdmin ? asOperator() : { authorization: `Bearer ${accessJwt}` }
  const answer = await ask(app, { target: `/xrpc/${method}${did}`, headers })
  expect(answer).toMatchObject({ status: 502, body: { error: 'UpstreamFailure' } })
  expect(JSON.stringify(answer.body)).not.toContain('disk')
  const [line] = failed()
  expect(line).toMatchObject({ level: 'error', err: { cause: { message: 'The disk is full' } } })
  expect(line?.msg).toBe(`${method.split('?')[0]} failed`)
})

test('what is refused is none', async () => {
  const wrong = await post(app, '/xrpc/com.atproto.server.createSession', {
    ...{ identifier: kim.handle, password: 'wrong' },
  })
  expect(wrong.status).toBe(401)
  expect((await ask(app, { target: '/xrpc/com.atproto.server.getSession' })).status).toBe(401)
  expect(failed()).toEqual([])
})

async function signIn(): Promise<{ accessJwt: string }> {
  const { body } = await post(app, '/xrpc/com.atproto.server.createSession', {
    ...{ identifier: kim.handle, password: kim.password },
  })
  return body as { accessJwt: string }
}
