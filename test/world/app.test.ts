import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'

let app: AppInProcess
let failing: string | null = null
const calls: ActorCall[] = []
beforeAll(async () => {
  app = await startApp({
    onCall: (call) => {
      calls.push(call)
      if (call.action === failing) throw new Error('told to fail')
    },
  })
})
afterAll(() => app?.close())

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'a good password' }

async function call(method: string, body: object): Promise<{ status: number; body: object }> {
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.server.${method}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { status, body: bytes } = answer as ResponseEnvelope
  return { status, body: bytes?.byteLength ? JSON.parse(String(bytes)) : {} }
}

test('the application runs over databases of its own, without a network', async () => {
  const did = await app.addAccount(kim)
  const signIn = { identifier: kim.handle, password: kim.password }
  expect(await call('createSession', signIn)).toMatchObject({ status: 200, body: { did } })
  expect(calls).toContainEqual({ actor: 'directory', action: 'find', args: [kim.handle] })
  expect(calls.filter(({ action }) => action === 'takePoints')).toHaveLength(1)

  expect(await call('requestPasswordReset', { email: kim.email })).toMatchObject({ status: 200 })
  expect(await app.readMails()).toMatchObject([{ to: [{ address: kim.email }] }])

  failing = 'find'
  expect(await call('createSession', signIn)).toMatchObject({ status: 502 })
  failing = null
  expect(await call('createSession', signIn)).toMatchObject({ status: 200 })
})
