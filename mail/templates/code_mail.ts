import type { CodeKind } from '../kinds.ts'
import type { MailTexts } from '../texts.ts'
import type { CodeMailContent } from './content.ts'
import { htmlOf } from './html.ts'
import { textOf } from './text.ts'

export type RenderedMail = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type CodeMailValues = {
  readonly handle: string
  readonly token: string
  /** Public origin of the entryway. */
  readonly publicUrl: string
  readonly lifetimeMinutes: number
}

/** Writes a mail of one kind in one locale. The code is never part of the subject. */
export async function renderCodeMail(
  kind: CodeKind,
  texts: MailTexts,
  { handle, token, publicUrl, lifetimeMinutes }: CodeMailValues,
): Promise<RenderedMail> {
  const { subject, heading, body, unrequested } = texts.purposes[kind]
  const content: CodeMailContent = {
    language: texts.language,
    heading,
    greeting: texts.greeting(handle),
    body,
    codeLabel: texts.codeLabel,
    code: token,
    lifetime: texts.lifetime(lifetimeMinutes),
    secrecy: texts.secrecy,
    unrequested,
    accountPage: texts.accountPage,
    accountUrl: new URL('/account', publicUrl).href,
    sentBy: texts.sentBy(new URL(publicUrl).host),
  }
  return { subject, text: textOf(content), html: await htmlOf(content) }
}
