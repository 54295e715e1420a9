import type { Occasion } from './occasion.ts'

/** The mails that carry a code, named for what the code allows. */
export const codeKinds = [
  'resetPassword',
  'confirmEmail',
  'updateEmail',
  'plcOperation',
  'deleteAccount',
  'signInCode',
] as const

export type CodeMailKind = (typeof codeKinds)[number]

/** The mails that say what happened to an account. */
export const noticeKinds = [
  'passwordChanged',
  'emailChanged',
  'appPasswordCreated',
  'factorAdded',
  'factorRemoved',
  'protectionOff',
  'recoveryCodeUsed',
  'refreshTokenReused',
  'accountDeactivated',
  'newDevice',
  'passwordRefused',
  'operatorAdded',
  'operatorRemoved',
  'passwordRemoved',
] as const

export type NoticeKind = (typeof noticeKinds)[number]

export const isNotice = (kind: MailKind): kind is NoticeKind =>
  (noticeKinds as readonly MailKind[]).includes(kind)

/** Every kind of mail; a `message` is what a moderator wrote. */
export const mailKinds = [...codeKinds, ...noticeKinds, 'message'] as const

export type MailKind = (typeof mailKinds)[number]

/** The second factors, as a mail names them. */
export type NamedFactor = 'passkey' | 'totp' | 'mail' | 'recovery'

/** What protects an account besides those. */
export type NamedProtection = 'newDeviceMails' | 'onlyAppPasswords'

/**
 * What a notice is about, where its kind does not say it all: a factor, another protection, how many codes
 * are left, an app (null: one on the person's own device).
 */
export type NoticeSubject =
  | { readonly factor: NamedFactor }
  | { readonly protection: NamedProtection }
  | { readonly left: number }
  | { readonly app: string | null }

type AboutAccount = {
  /** Without the leading `@`. */
  readonly handle: string
  /** BCP 47 tag; English where there is no such locale. */
  readonly locale?: string | undefined
  readonly occasion?: Occasion | null
}

type NoticeContent = AboutAccount & {
  readonly about?: NoticeSubject | undefined
  /** What stands in the link that signs everybody out. */
  readonly signOutLink: string
}

/** A mail with a code, such as `ABCDE-23456`. */
type CodeContent = AboutAccount & { readonly token: string }

type MessageContent = {
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** What each kind of mail is made of. */
export type MailContents = Readonly<Record<CodeMailKind, CodeContent>> &
  Readonly<Record<NoticeKind, NoticeContent>> & { readonly message: MessageContent }
