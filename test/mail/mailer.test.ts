import { once } from 'node:events'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listenOnLoopback } from '../../lab/world/loopback.ts'
import { type Smtp, startSmtp } from '../../lab/world/servers/smtp.ts'
import { MailError } from '../../mail/error.ts'
import { createMailer, type Mailer } from '../../mail/mailer.ts'

const TOKEN = 'ABCDE-23456'

let smtp: Smtp
let mailer: Mailer
let logged: string

function open(smtpUrl: string, from?: string) {
  const write = (line: string) => {
    logged += line
  }
  return createMailer({
    smtpUrl,
    from,
    dataDir: '/nowhere',
    publicUrl: 'https://entryway.example',
    service: 'The Entryway',
    log: pino({ level: 'trace' }, { write }),
  })
}

beforeEach(async () => {
  logged = ''
  smtp = await startSmtp()
  mailer = open(smtp.url, 'Entryway <hello@entryway.example>')
})

afterEach(async () => {
  mailer.close()
  await smtp.close()
})

const TO = 'alice@mail.test'
const content = { handle: 'alice.test', token: TOKEN }

describe('mails with a code', () => {
  test.each([
    ['resetPassword', 'Reset your password'],
    ['confirmEmail', 'Confirm your email address'],
    ['updateEmail', 'Change your email address'],
    ['plcOperation', 'Confirm a change to your identity'],
    ['deleteAccount', 'Delete your account'],
    ['signInCode', 'Your sign-in code'],
  ] as const)('%s arrives in plain text and HTML', async (kind, subject) => {
    await mailer.send(kind, TO, content)
    const { text, html, ...received } = await smtp.waitForMail(TO)
    expect(received.subject).toBe(subject)
    expect(received.from).toMatchObject({ name: 'Entryway', address: 'hello@entryway.example' })
    for (const part of [text, html]) {
      expect(part).toContain('@alice.test')
      expect(part).toContain(TOKEN)
      expect(part).toContain('15 minutes')
      expect(part).toContain('https://entryway.example/account')
    }
    expect(html).toContain('<html lang="en">')
    expect(received.headers).toContainEqual(
      expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }),
    )
  })

  test('come in the locale asked for', async () => {
    await mailer.send('signInCode', TO, { ...content, locale: 'ja' })
    const { subject, text, html } = await smtp.waitForMail(TO)
    expect(subject).toBe('サインインコード')
    expect(text).toContain('15分')
    expect(html).toContain('<html lang="ja">')
  })

  test('show a handle as text, not as markup', async () => {
    await mailer.send('resetPassword', TO, { ...content, handle: '<img src="//evil.test">&.test' })
    const { html, text } = await smtp.waitForMail(TO)
    expect(html).toContain('@&lt;img src=&quot;//evil.test&quot;&gt;&amp;.test')
    expect(html).not.toContain('<img')
    expect(text).toContain('@<img src="//evil.test">&.test')
  })

  test('load nothing from elsewhere', async () => {
    await mailer.send('resetPassword', TO, content)
    const { html, attachments } = await smtp.waitForMail(TO)
    expect(html).not.toMatch(/\b(src|background)=|url\(|@import|<link/)
    expect(attachments).toEqual([])
  })

  test('leave no token and no address in the log', async () => {
    await mailer.send('resetPassword', TO, content)
    expect(logged).toBe('')
  })
})

describe('the envelope', () => {
  test('has one recipient, whatever the address looks like', async () => {
    const to = 'alice@mail.test, mallory@evil.test'
    await mailer.send('resetPassword', to, content).catch(() => {})
    expect(smtp.mails.flatMap((received) => received.to)).not.toContainEqual(
      expect.objectContaining({ address: 'mallory@evil.test' }),
    )
    await mailer.send('resetPassword', TO, content)
    await smtp.waitForMail(TO)
  })

  test('defaults its sender to the host of the entryway', async () => {
    mailer.close()
    mailer = open(smtp.url)
    await mailer.send('resetPassword', TO, content)
    expect((await smtp.waitForMail(TO)).from?.address).toBe('noreply@entryway.example')
  })
})

test('a message is sent as it was given', async () => {
  const subject = 'About your account\r\nBcc: mallory@evil.test'
  await mailer.send('message', TO, { subject, text: 'Hello', html: '<p>Hello</p>' })
  const received = await smtp.waitForMail(TO)
  expect(received.text?.trim()).toBe('Hello')
  expect(received.html?.trim()).toBe('<p>Hello</p>')
  expect(received.bcc).toBeUndefined()
})

describe('a server that does not take the mail', () => {
  const failure = (sending: Promise<void>) =>
    sending.then(
      () => expect.unreachable('the mail was sent'),
      (error: unknown) => error as MailError,
    )

  test('is a MailError with the cause when nothing listens', async () => {
    const { port, close } = await listenOnLoopback()
    await close()
    mailer.close()
    mailer = open(`smtp://127.0.0.1:${port}`)
    const error = await failure(mailer.send('resetPassword', TO, content))
    expect(error).toBeInstanceOf(MailError)
    expect(error.message).toMatch(/^Could not send mail \(resetPassword\): E[A-Z]+$/)
    expect(error.cause).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
  })

  test('is a MailError when it never says a word', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    if (address === null || typeof address === 'string') throw new TypeError('no port')
    mailer.close()
    mailer = open(`smtp://127.0.0.1:${address.port}/?greetingTimeout=100`)
    const error = await failure(mailer.send('resetPassword', TO, content))
    silent.close()
    expect(error).toBeInstanceOf(MailError)
    expect(error.cause).toMatchObject({ code: 'ETIMEDOUT' })
  })

  test('is a MailError without the token, also where the server quotes it', async () => {
    smtp.refuse(`spam: ${TOKEN}`)
    const error = await failure(mailer.send('resetPassword', TO, content))
    expect(error).toBeInstanceOf(MailError)
    expect(error.cause).toMatchObject({
      message: expect.stringContaining('spam: [redacted]'),
      code: 'EENVELOPE',
      responseCode: 550,
    })
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
    expect(logged).not.toContain(TOKEN)

    smtp.refuse(undefined)
    await mailer.send('resetPassword', TO, content)
    await smtp.waitForMail(TO)
  })

  test('nor has it the link of a notice, which signs everybody out', async () => {
    const signOutLink = 'sealed.of-a-link'
    smtp.refuse(`spam: https://entryway.test/?link=${signOutLink}`)
    const notice = { handle: 'alice.test', signOutLink }
    const error = await failure(mailer.send('newDevice', TO, notice))
    expect(error.cause).toMatchObject({ message: expect.stringContaining('link=[redacted]') })
    expect(inspect(error, { depth: 10 })).not.toContain(signOutLink)
  })

  test.each([
    ['a code', () => mailer.send('resetPassword', TO, content)],
    ['a message', () => mailer.send('message', TO, { subject: 'Hello', text: 'Hello' })],
  ])('is a MailError without the address, which servers quote, of %s', async (_, send) => {
    smtp.refuse(`5.1.1 <${TO}>: Recipient address rejected`)
    const error = await failure(send())
    expect(error.cause).toMatchObject({
      message: expect.stringContaining('5.1.1 <[address]>: Recipient address rejected'),
      responseCode: 550,
    })
    expect(inspect(error, { depth: 10 })).not.toContain(TO)
  })
})

test('close() hangs up the pooled connection', async () => {
  await mailer.send('resetPassword', TO, content)
  mailer.close()
  // A server waits for its connections to end before it is closed.
  await smtp.close()
})
