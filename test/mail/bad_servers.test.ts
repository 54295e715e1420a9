import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { MailError } from '../../mail/error.ts'
import { createMailer } from '../../mail/mailer.ts'

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

/** A mail server of a test's own, and who sends a mail by it. */
type World = {
  /** What the server does at a step; undefined where all is well. */
  wrong?: (step: Step, socket: Socket) => void
  /** How many mails it has taken. */
  taken: number
  send: () => Promise<void>
  close: () => void
}

async function startWorld(): Promise<World> {
  const server = createServer((socket) => serve(world, socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const mailer = createMailer({
    ...{ smtpUrl: `smtp://127.0.0.1:${port}`, dataDir: '/nowhere', service: 'The Entryway' },
    ...{ publicUrl: 'https://entryway.example', log: pino({ level: 'silent' }) },
  })
  const world: World = {
    taken: 0,
    send: () =>
      mailer.send('resetPassword', 'alice@mail.test', {
        handle: 'alice.test',
        token: 'ABCDE-23456',
      }),
    close: () => {
      mailer.close()
      server.close()
    },
  }
  return world
}

function serve(world: World, socket: Socket): void {
  socket.on('error', () => {})
  let isMail = false
  const say = (step: Step) => {
    if (step === '.') world.taken++
    if (world.wrong) world.wrong(step, socket)
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

// At once, since most of them wait.
for (const step of STEPS) {
  test.concurrent.each(Object.entries(ways))(
    `at "${step}" a server %s: no mail, and then one`,
    async (_, what) => {
      const world = await startWorld()
      try {
        world.wrong = at(step, what)
        await expect(world.send()).rejects.toThrow(MailError)
        delete world.wrong
        world.taken = 0
        await world.send()
        expect(world.taken).toBe(1)
      } finally {
        world.close()
      }
    },
  )
}
