import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { post } from '../../shared/ask.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { Visitor } from '../../shared/people/visitor.ts'

let app: AppInProcess
let kim: Person
const asked: string[] = []
beforeAll(async () => {
  app = await startApp({ onCall: ({ actor, action }) => void asked.push(`${actor}.${action}`) })
  kim = await newPerson(app)
})
afterAll(() => app?.close())
beforeEach(() => {
  asked.length = 0
})

const STRANGE = 'nobody@mail.internal'
const mailsTo = async (email: string) =>
  (await app.readMails()).filter(({ to }) => to?.[0]?.address === email).length

describe('20. whether an address has an account', () => {
  const doors: Record<string, (email: string) => Promise<unknown>> = {
    'by a program': async (email) => {
      const nsid = 'com.atproto.server.requestPasswordReset'
      const { status, body } = await post(app, `/xrpc/${nsid}`, { email })
      return [status, body]
    },
    'on the page': async (email) => {
      const visitor = new Visitor(app)
      const page = await visitor.open('/account/sign-in?step=reset-password')
      asked.length = 0
      const { status, text, header } = await visitor.send(page, { email })
      return [status, text, header('location')]
    },
  }

  test.each(Object.entries(doors))('is not said to who has a password reset %s', async (_, ask) => {
    const before = await mailsTo(kim.email)
    asked.length = 0
    const known = await ask(kim.email)
    // What is done for the mail would be time that tells.
    expect(asked.filter((call) => call.startsWith('account.'))).toEqual([])
    expect(await ask(STRANGE)).toEqual(known)
    expect(await mailsTo(kim.email)).toBe(before + 1)
    expect(await mailsTo(STRANGE)).toBe(0)
  })
})
