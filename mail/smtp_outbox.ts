import { createTransport } from 'nodemailer'
import { envelopeOf, type Outbox } from './outbox.ts'

/** Milliseconds. A person waits for the answer, so a silent server is given up on early. */
const TIMEOUTS = {
  dnsTimeout: 5_000,
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 10_000,
}

/** Milliseconds for one mail in all, also with a server that trickles its replies. */
const DEADLINE = 20_000

/**
 * Sends through an SMTP server over connections that are kept for further mails.
 *
 * @param smtpUrl as nodemailer takes it; its query may set any option of the connection, such as
 * `smtps://user:pass@mail.example.com/?connectionTimeout=20000`
 */
export function openSmtpOutbox(smtpUrl: string): Outbox {
  const transport = createTransport({ ...TIMEOUTS, pool: true, url: smtpUrl })
  return {
    send: async (message) => {
      const signal = AbortSignal.timeout(DEADLINE)
      await transport.sendMail({ ...envelopeOf(message), signal })
    },
    close: () => transport.close(),
  }
}
