import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Peer } from '../loopback.ts'

export type Smtp = Peer & {
  server: Server
  /** Every mail taken so far, oldest first. */
  mails: Email[]
  /**
   * Resolves to the first mail for `to` that `matches`, whether it came before or comes later.
   *
   * @throws Error after `timeoutMs` (a minute unless told), naming the mails that did come.
   */
  waitForMail: (
    to: string,
    matches?: (mail: Email) => boolean,
    timeoutMs?: number,
  ) => Promise<Email>
  /** Answers every further recipient with 550 and `reason`; `undefined` takes mail again. */
  refuse: (reason: string | undefined) => void
  /** Takes no mail until what it returns is called; who sends one waits. */
  hold: () => () => void
}

/** Starts an SMTP server that takes any mail and keeps it, parsed. */
export async function startSmtp(): Promise<Smtp> {
  const mails: Email[] = []
  const arrived = new EventTarget()
  let refusal: string | undefined
  let held: Promise<void> = Promise.resolve()

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo(_address, _session, done) {
      done(refusal === undefined ? null : Object.assign(new Error(refusal), { responseCode: 550 }))
    },
    async onData(stream, _session, done) {
      await held
      // A program that was killed sends no more: then there is no mail.
      const parts = await stream.toArray().catch(() => null)
      if (parts === null) return
      mails.push(await PostalMime.parse(Buffer.concat(parts)))
      done()
      arrived.dispatchEvent(new Event('mail'))
    },
  })
  server.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code !== 'ECONNRESET' && err.code !== 'EPIPE') throw err
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo

  const find = (to: string, matches: (mail: Email) => boolean) =>
    mails.find((mail) => mail.to?.some(({ address }) => address === to) && matches(mail))

  return {
    url: `smtp://127.0.0.1:${port}`,
    server: server.server,
    mails,
    refuse: (reason) => {
      refusal = reason
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    waitForMail: async (to, matches = () => true, timeoutMs = 60_000) => {
      const signal = AbortSignal.timeout(timeoutMs)
      for (;;) {
        const mail = find(to, matches)
        if (mail) return mail
        await once(arrived, 'mail', { signal }).catch(() => {
          const subjects = mails.map((m) => `${m.to?.[0]?.address}: ${m.subject}`)
          throw new Error(`No such mail for ${to}; there are [${subjects.join(', ')}]`)
        })
      }
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
