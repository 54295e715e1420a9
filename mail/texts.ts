import type { CodeKind } from './kinds.ts'

/** What one kind of mail says. Plain text without markup; a template escapes it where it must. */
export type PurposeTexts = {
  readonly subject: string
  readonly heading: string
  /** What the code is for and where to enter it. */
  readonly body: string
  /** What to do for someone who did not ask for the code. */
  readonly unrequested: string
}

/** All texts of one locale. Every locale file has this type, so a missing text does not compile. */
export type MailTexts = {
  /** BCP 47 tag, the `lang` of the HTML. */
  readonly language: string
  readonly greeting: (handle: string) => string
  /** Names the code for those who hear the mail read out. */
  readonly codeLabel: string
  readonly lifetime: (minutes: number) => string
  readonly secrecy: string
  readonly accountPage: string
  readonly sentBy: (host: string) => string
  readonly purposes: Readonly<Record<CodeKind, PurposeTexts>>
}
