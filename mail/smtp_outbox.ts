import type { Transporter } from 'nodemailer'
import { SMTP_GREETING, SMTP_MAIL, SMTP_SILENCE } from '../base/lifetimes.ts'
import { askUpstream } from '../base/upstream.ts'
import { envelopeOf, type Outbox } from './outbox.ts'

const TIMEOUTS = {
  dnsTimeout: SMTP_GREETING,
  connectionTimeout: SMTP_GREETING,
  greetingTimeout: SMTP_GREETING,
  socketTimeout: SMTP_SILENCE,
}

/**
 * Sends through an SMTP server over connections that are kept for further mails.
 *
 * @param smtpUrl as nodemailer takes it; its query may set any option of the connection, such as
 * `smtps://user:pass@mail.example.com/?connectionTimeout=20000`
 */
export function openSmtpOutbox(smtpUrl: string): Outbox {
  let transport: Transporter | undefined
  return {
    send: async (message) => {
      const { createTransport } = await import('nodemailer')
      transport ??= createTransport({ ...TIMEOUTS, pool: true, url: smtpUrl })
      const pool = transport
      const signal = AbortSignal.timeout(SMTP_MAIL)
      await askUpstream('smtp', { name: 'send a mail' }, () =>
        pool.sendMail({ ...envelopeOf(message), signal }),
      )
    },
    close: () => transport?.close(),
  }
}
