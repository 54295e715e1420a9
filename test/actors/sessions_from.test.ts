import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAX_USER_AGENT } from '../../database/account/bounds.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'

/** From where sessions are used, as their person is told. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const AGENT = 'SomeApp/1.0 (iPhone; iOS 19.1)'
let app: AppInProcess
let did: string

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

async function call(method: string, from: { address: string; agent?: string; jwt?: string }) {
  const { address, agent, jwt } = from
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.server.${method}`,
    address,
    headers: {
      ...(agent && { 'user-agent': agent }),
      ...(jwt ? { authorization: `Bearer ${jwt}` } : { 'content-type': 'application/json' }),
    },
    body: jwt ? null : JSON.stringify({ identifier: kim.handle, password: kim.password }),
  })
  if (!('status' in answer)) throw new Error('no answer')
  const text = Buffer.from(answer.body ?? '').toString()
  return { status: answer.status, body: text ? JSON.parse(text) : null }
}
const account = () => app.actors.account(did)
const list = () => account().listLegacySessions(Date.now())

test('a session says from where it was last used, and since when it is open', async () => {
  const { body } = await call('createSession', { address: '192.0.2.7', agent: AGENT })
  const [opened] = await list()
  expect(opened?.from).toEqual({ address: '192.0.2.7', userAgent: AGENT })
  const { body: next } = await call('refreshSession', {
    ...{ address: '2001:db8::1', agent: 'x'.repeat(5_000), jwt: body.refreshJwt },
  })
  const [used, ...others] = await list()
  expect([used?.id, used?.createdAt, others]).toEqual([opened?.id, opened?.createdAt, []])
  expect(used?.updatedAt).toBeGreaterThanOrEqual(opened?.updatedAt as number)
  expect(used?.from).toEqual({ address: '2001:db8::1', userAgent: 'x'.repeat(MAX_USER_AGENT) })
  await call('refreshSession', { address: '192.0.2.8', jwt: next.refreshJwt })
  expect((await list())[0]?.from).toEqual({ address: '192.0.2.8', userAgent: null })
})

test('each is ended by its id, and the trail says so', async () => {
  const { body } = await call('createSession', { address: '192.0.2.7', agent: AGENT })
  const before = await list()
  const mine = before.find(({ from }) => from?.address === '192.0.2.7')
  expect(await account().endSession('none', null, {})).toBe(false)
  expect(await account().endSession(mine?.id as string, null, { address: '192.0.2.9' })).toBe(true)
  expect((await list()).map(({ id }) => id)).toEqual(
    before.map(({ id }) => id).filter((id) => id !== mine?.id),
  )
  expect(
    (await call('refreshSession', { address: '192.0.2.7', jwt: body.refreshJwt })).status,
  ).toBe(400)
  expect((await account().listAudit(1))[0]).toMatchObject({
    event: 'session_ended',
    detail: { appPassword: null, address: '192.0.2.9' },
  })
})
