import { SMTP_CHECK } from '../base/lifetimes.ts'

/**
 * Connects to a mail server and signs in, as sending a mail would, and sends none.
 *
 * @throws {Error} with the server's words, or why there are none
 */
export async function verifySmtp(smtpUrl: string): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    connectionTimeout: SMTP_CHECK,
    greetingTimeout: SMTP_CHECK,
    socketTimeout: SMTP_CHECK,
    url: smtpUrl,
  })
  try {
    await transport.verify()
  } finally {
    transport.close()
  }
}
