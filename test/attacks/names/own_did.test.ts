import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databasePath } from '../../../database/paths.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { ask, post } from '../../shared/ask.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'a good password' }
let app: AppInProcess
let did: string
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

const basic = () => {
  const { adminPassword } = app.runner.secrets
  return { authorization: `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}` }
}

/** A DID in capitals is one by its lexicon, and names the account. */
const spelled = () => `did:plc:${did.slice('did:plc:'.length).toUpperCase()}`
const admin = (method: string, body: object) =>
  post(app, `/xrpc/com.atproto.admin.${method}`, body, basic())

const CALLS: readonly (readonly [method: string, call: (name: string) => Promise<unknown>])[] = [
  ['disableAccountInvites', (account) => admin('disableAccountInvites', { account })],
  ['enableAccountInvites', (account) => admin('enableAccountInvites', { account })],
  ['updateAccountPassword', (name) => admin('updateAccountPassword', { did: name, password: 'x' })],
  ['updateAccountHandle', (name) => admin('updateAccountHandle', { did: name, handle: 'k.test' })],
  ['updateAccountEmail', (account) => admin('updateAccountEmail', { account, email: kim.email })],
  [
    'updateSubjectStatus',
    (name) =>
      admin('updateSubjectStatus', {
        subject: { $type: 'com.atproto.admin.defs#repoRef', did: name },
        takedown: { applied: true },
      }),
  ],
  [
    'getSubjectStatus',
    (name) =>
      ask(app, {
        target: `/xrpc/com.atproto.admin.getSubjectStatus?did=${name}`,
        headers: basic(),
      }),
  ],
  [
    'getAccountInfo',
    (name) =>
      ask(app, { target: `/xrpc/com.atproto.admin.getAccountInfo?did=${name}`, headers: basic() }),
  ],
  [
    'server.deleteAccount',
    (name) =>
      post(app, '/xrpc/com.atproto.server.deleteAccount', {
        did: name,
        password: 'wrong',
        token: 'AAAAA-AAAAA',
      }),
  ],
  ['deleteAccount', (name) => admin('deleteAccount', { did: name })],
]

test.each(CALLS)('30. %s: a DID as typed makes no database of its own', async (_, call) => {
  const folder = dirname(dirname(databasePath.account(app.runner.settings, did)))
  const databases = async () =>
    (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sqlite'))
  const before = await databases()
  expect(JSON.stringify(await call(spelled()))).not.toMatch(/not found|not exist/i)
  await call('did:plc:nobodynobodynobodynobody')
  expect(await databases()).toEqual(before)
})
