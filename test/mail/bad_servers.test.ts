import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { MailError } from '../../mail/error.ts'
import { createMailer, type Mailer } from '../../mail/mailer.ts'

const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  SMTP_GREETING: 2_000,
  SMTP_SILENCE: 2_000,
  SMTP_MAIL: 4_000,
}))

/** Where a mail server may go wrong, as far as the client has come by then. */
const STEPS = ['', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.'] as const
type Step = (typeof STEPS)[number]

/** What it says there when all is well. */
const WELL: Record<Step, string> = {
  ...{ '': '220 mail.test', EHLO: '250 mail.test', MAIL: '250 OK', RCPT: '250 OK' },
  ...{ DATA: '354 Go on', '.': '250 Queued' },
}

let server: Server
let mailer: Mailer
let taken: number
/** What it does at a step; undefined where all is well. */
let wrong: ((step: Step, socket: Socket) => void) | undefined

function serve(socket: Socket): void {
  socket.on('error', () => {})
  let isMail = false
  const say = (step: Step) => {
    if (step === '.') taken++
    if (wrong) wrong(step, socket)
    else socket.write(`${WELL[step]}\r\n`)
  }
  say('')
  let text = ''
  socket.on('data', (data) => {
    text += data
    for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n')) {
      const line = text.slice(0, at)
      text = text.slice(at + 2)
      const step = isMail ? line : line.split(' ', 1)[0]
      if (isMail && line !== '.') continue
      isMail = step === 'DATA'
      if (STEPS.includes(step as Step)) say(step as Step)
    }
  })
}

beforeAll(async () => {
  server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server?.close())
beforeEach(() => {
  taken = 0
  const { port } = server.address() as { port: number }
  mailer = createMailer({
    ...{ smtpUrl: `smtp://127.0.0.1:${port}`, dataDir: '/nowhere', service: 'The Entryway' },
    ...{ publicUrl: 'https://entryway.example', log: pino({ level: 'silent' }) },
  })
})
afterEach(() => mailer.close())

const send = () =>
  mailer.send('resetPassword', 'alice@mail.test', { handle: 'alice.test', token: 'ABCDE-23456' })

const at = (where: Step, what: (socket: Socket) => void) => (step: Step, socket: Socket) => {
  if (step === where) what(socket)
  else socket.write(`${WELL[step]}\r\n`)
}

const ways: Record<string, (socket: Socket) => void> = {
  'says nothing': () => {},
  'closes the connection': (socket) => void socket.end(),
  'resets the connection': (socket) => void socket.resetAndDestroy(),
  'says try later': (socket) => void socket.write('451 4.3.0 Try later\r\n'),
  'says what is no reply': (socket) => void socket.write('It works!\r\n'),
  'says megabytes in one line': (socket) => void socket.write('2'.repeat(5_000_000)),
  'says megabytes in lines': (socket) =>
    void socket.write(`250-${'x'.repeat(500)}\r\n`.repeat(10_000)),
  'has no end of its reply': (socket) => {
    const timer = setInterval(() => socket.write('250-x\r\n'), 100)
    socket.once('close', () => clearInterval(timer))
  },
}

for (const step of STEPS) {
  test.each(Object.entries(ways))(
    `at "${step}" a server %s: no mail, and then one`,
    async (_, what) => {
      wrong = at(step, what)
      await expect(send()).rejects.toThrow(MailError)
      wrong = undefined
      taken = 0
      await send()
      expect(taken).toBe(1)
    },
  )
}
