import type { Email } from 'postal-mime'
import type { Smtp } from '../../../lab/world/servers/smtp.ts'

const CODE = /\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/

/** Does what sends a mail to `to`, and returns the mail with the code in it. */
export async function codeSentBy(
  smtp: Smtp,
  to: string,
  send: () => Promise<unknown>,
): Promise<{ code: string; mail: Email }> {
  const before = new Set<Email>(smtp.mails)
  await send()
  // A note on what happened before may come meanwhile.
  const mail = await smtp.waitForMail(to, (one) => !before.has(one) && CODE.test(one.text ?? ''))
  const [code] = mail.text?.match(CODE) ?? []
  if (!code) throw new Error(`No code in: ${mail.text}`)
  return { code, mail }
}
