import type { CodeKind, NoticeKind, NoticeSubject } from '../kinds.ts'
import { describeOccasion, type Occasion } from '../occasion.ts'
import type { MailTexts, PurposeTexts } from '../texts.ts'
import type { MailContent } from './content.ts'
import { htmlOf } from './html.ts'
import { textOf } from './text.ts'

export type RenderedMail = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** What every mail is about and says of its sender. */
export type MailValues = {
  readonly handle: string
  /** Null where no request stands behind the mail. */
  readonly occasion: Occasion | null
  /** Public origin of the entryway. */
  readonly publicUrl: string
  /** What the pages call this service. */
  readonly service: string
}

/** Writes a mail with a code in one locale. The code is never part of the subject. */
export function renderCodeMail(
  kind: CodeKind,
  texts: MailTexts,
  { token, lifetimeMinutes, ...values }: MailValues & { token: string; lifetimeMinutes: number },
): Promise<RenderedMail> {
  return render(texts.purposes[kind], texts, values, {
    label: texts.codeLabel,
    text: token,
    advice: `${texts.lifetime(lifetimeMinutes)} ${texts.secrecy}`,
  })
}

/** Writes a mail that says what happened to an account. */
export function renderNotice(
  kind: NoticeKind,
  texts: MailTexts,
  { about, ...values }: MailValues & { about?: NoticeSubject | undefined },
): Promise<RenderedMail> {
  const { body, ...notice } = texts.notices[kind]
  const said = typeof body === 'string' ? body : body(nameOf(about, texts))
  const link = { text: texts.securityPage, path: '/account/security' }
  return render({ ...notice, body: said }, texts, values, null, link)
}

function nameOf(about: NoticeSubject | undefined, { factors }: MailTexts): string {
  if (!about) return ''
  return 'factor' in about ? factors[about.factor] : String(about.left)
}

async function render(
  { subject, heading, body, unrequested }: PurposeTexts,
  texts: MailTexts,
  { handle, occasion, publicUrl, service }: MailValues,
  code: MailContent['code'],
  link = { text: texts.accountPage, path: '/account' },
): Promise<RenderedMail> {
  const { language, colon } = texts
  const content: MailContent = {
    language,
    colon,
    heading,
    greeting: texts.greeting(handle),
    body,
    code,
    occasion: occasion && {
      label: texts.occasion,
      text: describeOccasion(occasion, language),
    },
    unrequested,
    link: { text: link.text, url: new URL(link.path, publicUrl).href },
    sentBy: texts.sentBy(service),
  }
  return { subject, text: textOf(content), html: await htmlOf(content) }
}
