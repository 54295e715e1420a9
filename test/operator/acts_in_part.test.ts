import { expect, onTestFinished, test } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import { command } from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'

/** What operators do is in their trail also where they are told that it failed, if it was done in part. */
async function start(onCarriedOut?: (call: ActorCall) => void) {
  const app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' }, onCarriedOut })
  onTestFinished(() => app.close())
  const acts = async () => {
    const { body } = await command(app, 'trail', { event: 'operator_acted' })
    const events = body.events as { detail: { what: string; to: string } }[]
    return events.map(({ detail: { what, to } }) => [what, to])
  }
  return { app, acts }
}

test.each([
  ['account/reset-password', 'changePassword', { password: 'another password' }],
  ['account/revoke', 'signOutEverywhere', {}],
  ['operator/add', 'addOperator', {}],
])('%s whose answer is lost is in the trail', async (name, lost, more) => {
  const { app, acts } = await start(({ action }) => {
    if (action === lost) throw new Error('The answer is lost')
  })
  const { did, handle } = await newPerson(app)
  expect((await command(app, name, { account: handle, ...more })).status).toBe(502)
  expect(await acts()).toEqual([[name, did]])
})

const METADATA = { redirect_uris: ['https://forum.test/in'] }
test.each([
  ['client/add', 'upsertClient', { id: 'https://desk.test', metadata: METADATA }],
  ['openid/client-add', 'upsertOpenidClient', { id: 'forum', metadata: METADATA }],
  ['openid/registration-token-add', 'insertOpenidInitialToken', { name: 'partners' }],
  ['openid/resource-add', 'upsertOpenidResource', { address: 'https://files.test', scopes: ['a'] }],
])('so is %s, of no account', async (name, lost, input) => {
  const { app, acts } = await start(({ action }) => {
    if (action === lost) throw new UnavailableError('The answer is lost')
  })
  expect((await command(app, name, input)).status).toBe(502)
  expect(await acts()).toEqual([[name, Object.values(input)[0]]])
})

test('the owner of an account is told that it is an operator, also where the answer is lost', async () => {
  let isLost = true
  const { app } = await start(({ action }) => {
    if (action === 'addOperator' && isLost) throw new Error('The answer is lost')
  })
  const { did, handle, account } = await newPerson(app)
  const add = () => command(app, 'operator/add', { account: handle })
  expect((await add()).status).toBe(502)
  isLost = false
  expect(await add()).toMatchObject({ body: { did, isNew: false } })
  const events = (await account.listAudit(9)).map(({ event }) => event)
  expect(events.filter((event) => event === 'operator_added')).toHaveLength(1)
  await expect
    .poll(async () =>
      (await app.readMails()).filter(({ subject }) => /operator/i.test(subject ?? '')),
    )
    .toHaveLength(1)
})

test('what is refused is in no trail', async () => {
  const { app, acts } = await start()
  const [kim, lee] = [await newPerson(app), await newPerson(app)]
  const account = kim.handle
  const refused: [string, object][] = [
    ['operator/remove', { account }],
    ['account/revoke', { account, session: 'none' }],
    ['account/factors', { account, remove: 'passkey', passkey: 'none' }],
    ['account/factors', { account, add: 'mail' }],
    ['account/reset-password', { account, password: 'short' }],
    ['account/set-email', { account, email: `${lee.handle}@mail.internal` }],
    ['account/set-email', { account, email: 'none' }],
    ['account/set-handle', { account, handle: lee.handle }],
    [
      'account/create',
      { handle: lee.handle, email: 'new@mail.internal', password: 'a good password' },
    ],
    ['account/take-down', { account: 'nobody.test' }],
    ['account/delete', { account: 'nobody.test' }],
    ['invite/create', { account: 'nobody.test' }],
    ['limits/lift', { id: 'none' }],
    ['pds/remove', { pds: 'none.test' }],
    ['pds/place', { pds: 'none.test', open: true }],
    ['client/add', { id: 'https://desk.test', metadata: { redirect_uris: [] } }],
    ['openid/client-add', { id: 'forum', metadata: { redirect_uris: ['no address'] } }],
    ['openid/client-rotate-secret', { id: 'none' }],
    ['openid/resource-add', { address: 'https://files.test', scopes: ['openid'] }],
    ['openid/registration-token-remove', { name: 'none' }],
    ['openid/resource-remove', { address: 'https://none.test' }],
    ['openid/client-remove', { id: 'none' }],
    ['client/remove', { id: 'none' }],
  ]
  for (const [name, input] of refused) {
    const { status } = await command(app, name, input)
    expect([name, input, status]).toEqual([name, input, 400])
  }
  expect(await acts()).toEqual([])
})
