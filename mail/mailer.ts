import { join } from 'node:path'
import type { Logger } from 'pino'
import { DAY, EMAIL_TOKEN, MINUTE, SIGN_OUT_LINK } from '../base/lifetimes.ts'
import { mails } from '../base/watching/metrics.ts'
import { MailError, withoutSecrets } from './error.ts'
import { openFileOutbox } from './file_outbox.ts'
import {
  type CodeMailKind,
  type MailContents,
  type MailKind,
  mailKinds,
  type NoticeKind,
} from './kinds.ts'
import { textsFor } from './locales/index.ts'
import type { Outbox } from './outbox.ts'
import { openSmtpOutbox } from './smtp_outbox.ts'
import { renderCodeMail, renderNotice } from './templates/mail.ts'

export type MailerOptions = {
  /** As nodemailer takes it. Without, mails are written to `<dataDir>/mail/`. */
  readonly smtpUrl?: string
  /** Address, or name and address. Defaults to `noreply@` the host of `publicUrl`. */
  readonly from?: string
  readonly dataDir: string
  /** Public origin of the entryway, named in the mails. */
  readonly publicUrl: string
  /** What the pages call this service. */
  readonly service: string
  readonly log: Pick<Logger, 'info'>
}

export type Mailer = {
  /** @throws {MailError} when the mail could not be handed over */
  readonly send: <K extends MailKind>(
    kind: K,
    to: string,
    content: MailContents[K],
  ) => Promise<void>
  /** Lets mails that are being sent finish and closes the connections. */
  readonly close: () => void
}

// A counter that appears with its first failure has not grown by it, so an alert would miss that one.
for (const kind of mailKinds)
  for (const result of ['sent', 'failed']) mails.inc({ kind, result }, 0)

/** Opens the way out for mails: SMTP where configured, else files for the operator to read. */
export function createMailer(options: MailerOptions): Mailer {
  const { smtpUrl, from, dataDir, publicUrl, service, log } = options
  const sender = from ?? `noreply@${new URL(publicUrl).hostname}`
  const outbox: Outbox = smtpUrl
    ? openSmtpOutbox(smtpUrl)
    : openFileOutbox(join(dataDir, 'mail'), (kind, file) =>
        log.info({ kind, file }, 'No SMTP server is configured: the mail was written to a file'),
      )

  const write = async (kind: MailKind, content: MailContents[MailKind]) => {
    if (!('handle' in content)) return content
    const { handle, locale, occasion = null } = content
    const values = { handle, occasion, publicUrl, service }
    if ('signOutLink' in content) {
      const { about, signOutLink } = content
      const notice = { ...values, about, signOutLink, linkLastsDays: SIGN_OUT_LINK / DAY }
      return renderNotice(kind as NoticeKind, textsFor(locale), notice)
    }
    const code = { token: content.token, lifetimeMinutes: EMAIL_TOKEN / MINUTE }
    return renderCodeMail(kind as CodeMailKind, textsFor(locale), { ...values, ...code })
  }

  return {
    async send(kind, to, content) {
      try {
        await outbox.send({ kind, from: sender, to, ...(await write(kind, content)) })
      } catch (error) {
        mails.inc({ kind, result: 'failed' })
        throw new MailError(kind, withoutSecrets(error, secretOf(content)))
      }
      mails.inc({ kind, result: 'sent' })
    },
    close: () => outbox.close(),
  }
}

/** What of a mail nobody but its recipient may read. */
function secretOf(content: MailContents[MailKind]): string | null {
  if ('token' in content) return content.token
  return 'signOutLink' in content ? content.signOutLink : null
}
