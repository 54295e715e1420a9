import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { PAGE } from '../shared/pages/security_page.ts'
import { newPerson } from '../shared/people/person.ts'
import { Visitor } from '../shared/people/visitor.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

test('credential managers are told where passkeys are made and managed', async () => {
  const visitor = new Visitor(app)
  const seen = await visitor.open('/.well-known/passkey-endpoints')
  expect([seen.status, seen.header('content-type')]).toEqual([200, 'application/json'])
  const passkeys = `${app.runner.settings.publicUrl}${PAGE}/passkeys`
  expect(JSON.parse(seen.text)).toEqual({ enroll: passkeys, manage: passkeys })
  const { handle } = await newPerson(app)
  const there = await visitor.open('/.well-known/passkey-endpoints', {
    headers: { host: `${handle}:2600` },
  })
  expect(there.status).toBe(404)
})
