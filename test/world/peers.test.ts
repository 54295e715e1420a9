import { resolveTxt } from 'node:dns/promises'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Dns, resolveHere, startDns } from '../../lab/world/servers/dns.ts'
import { type Smtp, startSmtp } from '../../lab/world/servers/smtp.ts'

let smtp: Smtp
let dns: Dns

beforeAll(async () => {
  smtp = await startSmtp()
  dns = await startDns()
})
afterAll(async () => {
  await smtp?.close()
  await dns?.close()
})

test('the mail server keeps what it takes and refuses what it is told to', async () => {
  const transport = createTransport(smtp.url)
  const mail = { from: 'a@vestibule.internal', to: 'b@vestibule.internal' }
  const waiting = smtp.waitForMail(mail.to, ({ text }) => text?.includes('second') ?? false)
  await transport.sendMail({ ...mail, subject: 'One', text: 'first' })
  await transport.sendMail({ ...mail, subject: 'Two', text: 'second' })
  expect(await waiting).toMatchObject({ subject: 'Two' })
  await expect(smtp.waitForMail('c@vestibule.internal', undefined, 20)).rejects.toThrow(/One.*Two/)

  smtp.refuse('Mailbox full')
  await expect(transport.sendMail({ ...mail, subject: 'Three' })).rejects.toMatchObject({
    responseCode: 550,
  })
  smtp.refuse(undefined)
  await transport.sendMail({ ...mail, subject: 'Four' })
  expect(smtp.mails.map(({ subject }) => subject)).toEqual(['One', 'Two', 'Four'])
  transport.close()
})

test('names of the world resolve in it, and no question leaves it', async () => {
  const resolving = await resolveHere(dns)
  dns.txt.set('_atproto.ray.example', ['did=did:plc:ray'])
  expect(await resolveTxt('_atproto.ray.example')).toEqual([['did=did:plc:ray']])
  await expect(resolveTxt('_atproto.bsky.app')).rejects.toMatchObject({ code: 'ENOTFOUND' })

  const { lookup } = await import('node:dns/promises')
  expect(await lookup('alice.test')).toEqual({ address: '127.0.0.1', family: 4 })
  expect(await lookup('app.vestibule.internal', { all: true })).toEqual([
    { address: '127.0.0.1', family: 4 },
  ])
  await resolving.close()
})
