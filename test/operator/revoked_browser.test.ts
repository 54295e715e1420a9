import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { command } from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'
import { Visitor } from '../shared/people/visitor.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
})
afterAll(() => app?.close())

const PAGE = '/account/security'

test('the operator signs out one browser, and no other', async () => {
  const person = await newPerson(app)
  const account = person.handle
  const browsers = async () => {
    const { body } = await command(app, 'account/sessions', { account })
    return (body.devices as { deviceId: string }[]).map(({ deviceId }) => deviceId)
  }
  const signIn = async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const { handle: username, password } = person
    await visitor.send(page, { username, password, remember: 'on' })
    expect((await visitor.open(PAGE)).status).toBe(200)
    return visitor
  }
  const lost = await signIn()
  const [id = ''] = await browsers()
  const other = await signIn()
  expect(await command(app, 'account/revoke', { account, session: id })).toMatchObject({
    ...{ status: 200, body: { did: person.did } },
  })
  expect((await lost.open(PAGE)).status).toBe(303)
  expect((await other.open(PAGE)).status).toBe(200)
  expect(await browsers()).not.toContain(id)
  const events = (await person.account.listAudit(9)).map(({ event }) => event)
  expect(events).toEqual(expect.arrayContaining(['browser_signed_out', 'operator_acted']))
  // It is there no more, nor on the browser.
  expect((await command(app, 'account/revoke', { account, session: id })).status).toBe(400)
})
