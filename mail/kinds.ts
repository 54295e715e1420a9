/** The mails that carry a code, named for what the code allows. */
export const codeKinds = [
  'resetPassword',
  'confirmEmail',
  'updateEmail',
  'plcOperation',
  'deleteAccount',
  'signInCode',
] as const

export type CodeKind = (typeof codeKinds)[number]

/** Every kind of mail; a `message` is what a moderator wrote. */
export const mailKinds = [...codeKinds, 'message'] as const

export type MailKind = (typeof mailKinds)[number]

/** A mail with a code, such as `ABCDE-23456`. */
export type CodeContent = {
  /** Without the leading `@`. */
  readonly handle: string
  readonly token: string
  /** BCP 47 tag; English where there is no such locale. */
  readonly locale?: string | undefined
}

export type MessageContent = {
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** What each kind of mail is made of. */
export type MailContents = Readonly<Record<CodeKind, CodeContent>> & {
  readonly message: MessageContent
}
