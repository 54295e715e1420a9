import type { CodeMailKind, NoticeKind, NoticeSubject } from '../kinds.ts'
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

type NoticeValues = MailValues & {
  readonly about?: NoticeSubject | undefined
  readonly signOutLink: string
  readonly linkLastsDays: number
}

/** Writes a mail with a code in one locale. The code is never part of the subject. */
export function renderCodeMail(
  kind: CodeMailKind,
  texts: MailTexts,
  { token, lifetimeMinutes, ...values }: MailValues & { token: string; lifetimeMinutes: number },
): Promise<RenderedMail> {
  const advice = `${texts.lifetime(lifetimeMinutes)} ${texts.secrecy}`
  return render(texts.purposes[kind], texts, values, {
    code: { label: texts.codeLabel, text: token, advice },
    signOut: null,
    link: linkTo(texts.accountPage, '/account', values),
  })
}

/** Writes a mail that says what happened to an account. */
export function renderNotice(
  kind: NoticeKind,
  texts: MailTexts,
  { about, signOutLink, linkLastsDays, ...values }: NoticeValues,
): Promise<RenderedMail> {
  const { body, ...notice } = texts.notices[kind]
  const said = typeof body === 'string' ? body : body(nameOf(about, texts))
  const signOut = linkTo(texts.signOut, `/account/sign-out-everywhere?link=${signOutLink}`, values)
  return render({ ...notice, body: said }, texts, values, {
    code: null,
    signOut: { ...signOut, advice: texts.signOutAdvice(linkLastsDays) },
    link: linkTo(texts.securityPage, '/account/security', values),
  })
}

function linkTo(text: string, path: string, { publicUrl }: MailValues) {
  return { text, url: new URL(path, publicUrl).href }
}

function nameOf(
  about: NoticeSubject | undefined,
  { factors, protections, localApp }: MailTexts,
): string {
  if (!about) return ''
  if ('app' in about) return about.app ?? localApp
  if ('protection' in about) return protections[about.protection]
  return 'factor' in about ? factors[about.factor] : String(about.left)
}

async function render(
  { subject, heading, body, unrequested }: PurposeTexts,
  texts: MailTexts,
  { handle, occasion, service }: MailValues,
  parts: Pick<MailContent, 'code' | 'signOut' | 'link'>,
): Promise<RenderedMail> {
  const { language, colon } = texts
  const content: MailContent = {
    language,
    colon,
    heading,
    greeting: texts.greeting(handle),
    body,
    ...parts,
    occasion: occasion && {
      label: texts.occasion,
      text: describeOccasion(occasion, language),
    },
    unrequested,
    sentBy: texts.sentBy(service),
  }
  return { subject, text: textOf(content), html: await htmlOf(content) }
}
