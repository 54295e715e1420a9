import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ask, post } from '../shared/ask.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.test', password: 'a good password' }

let app: AppInProcess
let authorization: string
beforeAll(async () => {
  app = await startApp()
  await app.addAccount(kim)
  const { handle: identifier, password } = kim
  const { body } = await post(app, '/xrpc/com.atproto.server.createSession', {
    identifier,
    password,
  })
  authorization = `Bearer ${(body as { accessJwt: string }).accessJwt}`
})
afterAll(() => app?.close())

const INVITE_CODES = 'com.atproto.server.getAccountInviteCodes'

test.each([
  ['includeUsed=yes', 'includeUsed=true'],
  ['includeUsed=1', ''],
  ['includeUsed=true&includeUsed=false', 'includeUsed=false'],
  ['includeUsed=true&other=?&includeUsed=false', 'includeUsed=false&other=?'],
])('?%s can be read in two ways and is refused', async (query, good) => {
  const call = (query: string) =>
    ask(app, { target: `/xrpc/${INVITE_CODES}?${query}`, headers: { authorization } })
  expect(await call(query)).toMatchObject({
    status: 400,
    body: {
      error: 'InvalidRequest',
      message: expect.stringContaining('must be one boolean'),
    },
  })
  expect(await call(good)).toMatchObject({ status: 200 })
})
