import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { isNotice, type MailKind, mailKinds } from '../../../mail/kinds.ts'
import { mailLimits } from '../../../sagas/services/mail_limits.ts'
import { servicesOf } from '../../shared/services.ts'

const PASSWORD = 'correct horse battery'
const CODE = { handle: 'kim.test', token: 'ABCDE-23456' }
const NOTICE = { handle: 'kim.test', signOutLink: 'sealed.AAAA' }
const MESSAGE = { subject: 'Hello', text: 'Hello' }

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

let last = 0
const post = (method: string, input?: object, jwt?: string) =>
  app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.server.${method}`,
    headers: {
      ...(input && { 'content-type': 'application/json' }),
      ...(jwt && { authorization: `Bearer ${jwt}` }),
    },
    ...(input && { body: JSON.stringify(input) }),
    address: `198.51.100.${++last}`,
  })

/** Asks for a code to an address of the caller's choice. @returns the status */
async function confirm(email: string): Promise<number | undefined> {
  const handle = `${[last / 26, last % 26].map((i) => String.fromCharCode(97 + i)).join('')}.test`
  const identifier = await app.addAccount({ handle, email, password: PASSWORD })
  const opened = await post('createSession', { identifier, password: PASSWORD })
  if (!('status' in opened)) throw new Error('No session was opened')
  const { accessJwt } = JSON.parse(Buffer.from(opened.body ?? []).toString())
  const answer = await post('requestEmailConfirmation', undefined, accessJwt)
  return 'status' in answer ? answer.status : undefined
}

describe('36. mail', () => {
  test('all the addresses of one mailbox have one limit until they are confirmed', async () => {
    const limit = mailLimits('confirmEmail').find(({ per }) => per === 'recipient')
    const points = limit?.points ?? 0
    expect(points).toBeGreaterThan(0)
    for (let i = 0; i < points; i++) {
      expect(await confirm(`someone+${i}@mail.internal`)).toBe(200)
    }
    expect(await confirm('someone+more@mail.internal')).toBe(429)
    expect(await confirm('somebody+more@mail.internal')).toBe(200)
  })

  test('one mailbox is one, however its domain is written', async () => {
    const { points = 0 } = mailLimits('confirmEmail').find(({ per }) => per === 'recipient') ?? {}
    const written = ['xn--mnchen-3ya', 'm\u00fcnchen', 'mu\u0308nchen', '\u24dc\u00fcnchen']
    const asked = []
    for (let i = 0; i < points; i++) {
      asked.push(await confirm(`someone+${i}@${written[i % written.length]}.internal`))
    }
    expect(asked).toEqual(asked.map(() => 200))
    for (const domain of written) expect(await confirm(`someone+x@${domain}.internal`)).toBe(429)
  })

  test('a mailbox that was not confirmed gets 30 an hour, whatever they say', async () => {
    const { mail } = servicesOf(app)
    const send = (kind: MailKind, i: number) =>
      mail.send(
        kind,
        { did: `did:plc:other${i}`, email: `victim+${i}@mail.internal`, emailConfirmedAt: null },
        () => (isNotice(kind) ? NOTICE : kind === 'message' ? MESSAGE : CODE),
      )
    const sent = await Promise.allSettled(
      mailKinds.flatMap((kind) => Array.from({ length: 5 }, (_, i) => send(kind, i))),
    )
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(30)
    const mails = await app.readMails()
    expect(mails.filter(({ to }) => to?.[0]?.address?.startsWith('victim+'))).toHaveLength(30)
  })
})
