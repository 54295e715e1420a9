import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import { askPage, post } from '../../shared/ask.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'correct horse battery' }
const mallory = { handle: 'mallory.test', email: 'mallory@mail.internal', password: kim.password }
const free = { handle: 'ned.test', email: 'ned@mail.internal', password: kim.password }

let app: AppInProcess
let did: string
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_INVITE_REQUIRED: 'true' } })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

const server = (method: string) => `/xrpc/com.atproto.server.${method}`

async function inviteCode(): Promise<string> {
  const [made] = await app.actors.directory.createInviteCodes({
    ...{ host: 'entryway.test', count: 1, useCount: 1 },
    ...{ forAccounts: ['admin'], createdBy: 'admin' },
  })
  return made?.codes[0] as string
}

describe.each([
  ['createAccount', (input: object) => post(app, server('createAccount'), input)],
  ['the page', (input: object) => askPage(app, 'sign-up', { locale: 'en', ...input })],
])('20. who has an account, by %s', (_, signUp) => {
  test('is not told to those who have no invite code', async () => {
    const spent = await inviteCode()
    await app.actors.directory.disableInviteCodes({ codes: [spent], accounts: [] })
    for (const inviteCode of ['made-up', spent]) {
      const about = (email: string) => signUp({ ...free, email, inviteCode })
      const [known, unknown] = [await about(kim.email), await about(free.email)]
      expect(unknown.status).toBe(400)
      expect(known).toMatchObject({ status: unknown.status, body: unknown.body })
    }
    const invited = await signUp({ ...free, email: kim.email, inviteCode: await inviteCode() })
    expect(JSON.stringify(invited.body)).toMatch(/email/i)
  })
})

describe('20. who has an account, by a change of address', () => {
  test('is told when the code of the old address was given', async () => {
    const own = await app.addAccount(mallory)
    const account = app.actors.account(own)
    const basis = await signInNow(account)
    const codeFor = (purpose: 'confirm_email' | 'update_email') =>
      account.issueEmailToken(purpose, basis, mallory.email).then((issued) => issued.token)
    await account.confirmEmail(mallory.email, await codeFor('confirm_email'), basis)
    const session = await post(app, server('createSession'), {
      ...{ identifier: own, password: mallory.password },
    })
    const { accessJwt } = session.body as { accessJwt: string }
    const change = (email: string, token?: string) =>
      post(
        app,
        server('updateEmail'),
        { email, ...(token && { token }) },
        { authorization: `Bearer ${accessJwt}` },
      )
    for (const email of [kim.email, free.email]) {
      expect(await change(email)).toMatchObject({ body: { error: 'TokenRequired' } })
      expect(await change(email, 'AAAAA-22222')).toMatchObject({ body: { error: 'InvalidToken' } })
    }
    const token = await codeFor('update_email')
    expect(await change(kim.email, token)).toMatchObject({
      body: { message: expect.stringContaining('already in use') },
    })
    expect(await change(free.email, token)).toMatchObject({ status: 200 })
  })
})

describe('20. guessing passwords', () => {
  test('leaves its mark in the audit trail where an account would be deleted, too', async () => {
    const address = '198.51.100.7'
    const remove = (password: string) =>
      post(app, server('deleteAccount'), { did, password, token: 'AAAAA-22222' }, {}, address)
    expect(await remove('a guess')).toMatchObject({ status: 401 })
    expect(await remove(kim.password)).toMatchObject({ body: { error: 'InvalidToken' } })
    const trail = await app.actors.account(did).listAudit(2)
    expect(trail.map(({ event, detail }) => ({ event, detail }))).toEqual([
      { event: 'sign_in_failed', detail: { way: 'second factor', address } },
      { event: 'sign_in_failed', detail: { way: 'password', address } },
    ])
  })
})
