/** A mail that is ready to go. Its `kind` is for the log and for file names. */
export type Message = {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** Where mails leave the program. */
export type Outbox = {
  /** Resolves once the mail is out of the program's hands; rejects if it never will be. */
  readonly send: (message: Message) => Promise<void>
  readonly close: () => void
}

/** What every outbox tells nodemailer about a message. */
export function envelopeOf({ from, to, subject, text, html }: Message) {
  return {
    from,
    // As an object it is one address: a string would be read as a list of them.
    to: { name: '', address: to },
    subject,
    text,
    html,
    // RFC 3834 section 5: keeps vacation notices from answering.
    headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
