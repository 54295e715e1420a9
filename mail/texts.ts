import type { CodeMailKind, NamedFactor, NamedProtection, NoticeKind } from './kinds.ts'

/** What one kind of mail says, of one with a code and of a notice. Plain text without markup; a template escapes it where it must. */
export type PurposeTexts = {
  readonly subject: string
  readonly heading: string
  /** What the code is for and where to enter it, or what happened. */
  readonly body: string
  /** What to do for someone who did not ask for it. */
  readonly unrequested: string
}

/** A notice may name what it is about. */
type NoticeTexts = Omit<PurposeTexts, 'body'> & {
  readonly body: string | ((about: string) => string)
}

/** All texts of one locale. Every locale file has this type, so a missing text does not compile. */
export type MailTexts = {
  /** BCP 47 tag, the `lang` of the HTML. */
  readonly language: string
  readonly greeting: (handle: string) => string
  /** Names the code for those who hear the mail read out. */
  readonly codeLabel: string
  /** With the space before it that the language puts there. */
  readonly colon: string
  /** Names time, address and device of the request. */
  readonly occasion: string
  readonly lifetime: (minutes: number) => string
  readonly secrecy: string
  /** What a mail with a code leads to, and one that says what happened. */
  readonly accountPage: string
  readonly securityPage: string
  /** The link of a notice that signs everybody out, and what it does. */
  readonly signOut: string
  readonly signOutAdvice: (days: number) => string
  /** @param service its name, or the host where it has none */
  readonly sentBy: (service: string) => string
  readonly purposes: Readonly<Record<CodeMailKind, PurposeTexts>>
  readonly notices: Readonly<Record<NoticeKind, NoticeTexts>>
  /** An app on the device of the person, in the body of a notice. */
  readonly localApp: string
  readonly factors: Readonly<Record<NamedFactor, string>>
  readonly protections: Readonly<Record<NamedProtection, string>>
}
