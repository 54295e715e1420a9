import { createTransport } from 'nodemailer'

/** Milliseconds for connecting, greeting and signing in. */
const TIMEOUT = 10_000

/**
 * Connects to a mail server and signs in, as sending a mail would, and sends none.
 *
 * @throws {Error} with the server's words, or why there are none
 */
export async function verifySmtp(smtpUrl: string): Promise<void> {
  const transport = createTransport({
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
    url: smtpUrl,
  })
  try {
    await transport.verify()
  } finally {
    transport.close()
  }
}
