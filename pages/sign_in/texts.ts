/** What the pages of a sign-in say, in plain text. */
export type SignInTexts = {
  readonly title: string
  /** Above the accounts of this device. */
  readonly choose: string
  /** Of an account of this device whose sign-in is too old. */
  readonly passwordNeeded: string
  readonly anotherAccount: string
  /** Where it is clear whose password it is. */
  readonly enterPassword: string
  readonly username: string
  readonly password: string
  readonly forgotten: string
  readonly trust: string
  readonly remember: string
  readonly signIn: string
  readonly signUp: string
  readonly back: string
  readonly cancel: string

  readonly codeTitle: string
  /** @param hint `a***@example.com` */
  codeSent(hint: string): string
  readonly code: string
  readonly confirm: string
  readonly sendAgain: string
  readonly sentAgain: string

  readonly resetTitle: string
  readonly resetLead: string
  readonly email: string
  readonly sendCode: string
  readonly haveCode: string
  readonly newPasswordTitle: string
  readonly newPasswordLead: string
  readonly newPassword: string
  /** How long a new password has to be. */
  length(least: number, most: number): string
  readonly save: string
  readonly saved: string

  /** What went wrong. */
  readonly wrongPassword: string
  readonly takenDown: string
  readonly stale: string
  readonly noEmail: string
}
