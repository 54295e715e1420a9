import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { OPERATOR_PATH } from '../../../operator/handler.ts'
import { post } from '../../shared/ask.ts'

const PASSWORD = 'a good password'
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

let clients = 0
/** Of an account whose changes come as far as PLC, which is not there. */
async function changer(name: string) {
  const account = { handle: `${name}.test`, email: `${name}@mail.internal`, password: PASSWORD }
  const did = await app.addAccount(account)
  const input = { identifier: did, password: PASSWORD }
  const { body } = await post(app, '/xrpc/com.atproto.server.createSession', input)
  const authorization = `Bearer ${(body as { accessJwt: string }).accessJwt}`
  const handle = `${name}-new.test`
  return (as: 'the owner' | 'the operator') =>
    as === 'the owner'
      ? post(
          app,
          '/xrpc/com.atproto.identity.updateHandle',
          { handle },
          { authorization },
          `198.51.100.${++clients}`,
        )
      : post(
          app,
          `${OPERATOR_PATH}account/set-handle`,
          { account: did, handle },
          { authorization: `Bearer ${app.runner.secrets.operatorToken}` },
          '127.0.0.1',
        )
}

test('30. an account changes its handle so often, from wherever', async () => {
  const [kim, ida] = [await changer('kim'), await changer('ida')]
  for (let i = 0; i < 10; i++) expect((await kim('the owner')).status).toBeGreaterThanOrEqual(500)
  expect(await kim('the owner')).toMatchObject({
    status: 429,
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    body: { error: 'RateLimitExceeded' },
  })
  expect((await ida('the owner')).status).toBeGreaterThanOrEqual(500)
  expect((await kim('the operator')).status).toBeGreaterThanOrEqual(500)
})
