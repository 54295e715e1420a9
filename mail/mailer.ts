import { join } from 'node:path'
import type { Logger } from 'pino'
import { EMAIL_TOKEN } from '../base/lifetimes.ts'
import { MailError, withoutSecret } from './error.ts'
import { openFileOutbox } from './file_outbox.ts'
import { textsFor } from './locales/index.ts'
import type { Message, Outbox } from './outbox.ts'
import { openSmtpOutbox } from './smtp_outbox.ts'
import { renderCodeMail } from './templates/code_mail.ts'
import type { MailPurpose } from './texts.ts'

export type MailerOptions = {
  /** As nodemailer takes it. Without, mails are written to `<dataDir>/mail/`. */
  readonly smtpUrl?: string
  /** Address, or name and address. Defaults to `noreply@` the host of `publicUrl`. */
  readonly from?: string
  readonly dataDir: string
  /** Public origin of the entryway, named in the mails. */
  readonly publicUrl: string
  readonly log: Pick<Logger, 'info'>
}

/** A mail with a code, such as `ABCDE-23456`. */
export type CodeMail = {
  readonly to: string
  /** Without the leading `@`. */
  readonly handle: string
  readonly token: string
  /** BCP 47 tag; English where there is no such locale. */
  readonly locale?: string
}

export type RawMail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** Every method rejects with a {@link MailError} when the mail could not be handed over. */
export type Mailer = {
  readonly sendResetPassword: (mail: CodeMail) => Promise<void>
  /** Proves that `to` is the account's own address. */
  readonly sendConfirmEmail: (mail: CodeMail) => Promise<void>
  /** Goes to the address in use, whose owner allows the change. */
  readonly sendUpdateEmail: (mail: CodeMail) => Promise<void>
  readonly sendPlcOperation: (mail: CodeMail) => Promise<void>
  readonly sendDeleteAccount: (mail: CodeMail) => Promise<void>
  /** The second factor. */
  readonly sendSignInCode: (mail: CodeMail) => Promise<void>
  /** What an administrator wrote. */
  readonly sendRaw: (mail: RawMail) => Promise<void>
  /** Lets mails that are being sent finish and closes the connections. */
  readonly close: () => void
}

/** Opens the way out for mails: SMTP where configured, else files for the operator to read. */
export function createMailer({ smtpUrl, from, dataDir, publicUrl, log }: MailerOptions): Mailer {
  const sender = from ?? `noreply@${new URL(publicUrl).hostname}`
  const outbox: Outbox = smtpUrl
    ? openSmtpOutbox(smtpUrl)
    : openFileOutbox(join(dataDir, 'mail'), (kind, file) =>
        log.info({ kind, file }, 'No SMTP server is configured: the mail was written to a file'),
      )

  const send = async (message: Message) => {
    await outbox.send(message)
    if (smtpUrl) log.info({ kind: message.kind }, 'Mail sent')
  }

  const sendCode =
    (purpose: MailPurpose) =>
    async ({ to, handle, token, locale }: CodeMail) => {
      const values = { handle, token, publicUrl, lifetimeMinutes: EMAIL_TOKEN / 60_000 }
      const mail = await renderCodeMail(purpose, textsFor(locale), values)
      await send({ kind: purpose, from: sender, to, ...mail }).catch((error: unknown) => {
        throw new MailError(purpose, withoutSecret(error, token))
      })
    }

  return {
    sendResetPassword: sendCode('resetPassword'),
    sendConfirmEmail: sendCode('confirmEmail'),
    sendUpdateEmail: sendCode('updateEmail'),
    sendPlcOperation: sendCode('plcOperation'),
    sendDeleteAccount: sendCode('deleteAccount'),
    sendSignInCode: sendCode('signInCode'),
    sendRaw: ({ to, subject, text, html }) =>
      send({ kind: 'raw', from: sender, to, subject, text, html }).catch((error: unknown) => {
        throw new MailError('raw', error)
      }),
    close: () => outbox.close(),
  }
}
