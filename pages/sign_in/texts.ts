import type { FactorKind } from '../../factors/kinds.ts'

/** Of a second factor. */
type CodeTexts = {
  /** Of the link from another one. */
  readonly use: string
  /** Of the field of a code, or the button of a passkey. */
  readonly label: string
  /** @param hint where a code was mailed to: `a***@example.com` */
  lead(hint: string): string
}

/** What the pages of a sign-in say, in plain text. */
export type SignInTexts = {
  readonly title: string
  /** Above the accounts of this device. */
  readonly choose: string
  /** Of an account of this device whose sign-in is too old. */
  readonly passwordNeeded: string
  /** Of one that is damaged: an operator has to mend it. */
  readonly notReached: string
  readonly anotherAccount: string
  /** Where it is clear whose password it is. */
  readonly enterPassword: string
  readonly username: string
  readonly password: string
  /** Of the button that shows the password. */
  readonly show: string
  readonly hide: string
  readonly forgotten: string
  readonly trust: string
  readonly remember: string
  readonly signIn: string
  readonly withPasskey: string
  readonly signUp: string
  readonly signUpWithPasskey: string
  readonly back: string
  readonly cancel: string
  /** @param host of the app, or its scheme */
  goesTo(host: string): string
  readonly goOn: string

  readonly codeTitle: string
  readonly passkeyTitle: string
  readonly codes: Readonly<Record<FactorKind, CodeTexts>>
  /** Of the field beside a password, and that it may be left empty. */
  readonly codeBesidePassword: string
  readonly codeCanWait: string
  /** Of one with a new password. */
  readonly code: string
  readonly confirm: string
  /** Of the box after a second factor. @param days for how long */
  trustDevice(days: number): string
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
  /** Where the account was deleted a moment ago. */
  readonly deleted: string
  /** Before the names of passkeys, and where they are removed. */
  readonly passkeysStay: string
  readonly toPasskeys: string

  /** Asks whether an account that is deactivated shall be active again. @param name `@alice.example.com` */
  readonly reactivation: {
    readonly title: string
    lead(name: string): string
    readonly what: string
    readonly confirm: string
  }

  /** What went wrong. */
  readonly wrongPassword: string
  /** What was cancelled, or not possible in this browser. */
  readonly noPasskey: string
  /** Where a passkey is asked for, and the browser runs no scripts. */
  readonly passkeyNeedsScript: string
  /** The one of a mail is in the words of the provider's pages. */
  readonly wrongCode: Readonly<Record<Exclude<FactorKind, 'mail'>, string>>
  /** Where a captcha comes first, which was not solved. */
  readonly captcha: string
  /** The same in a browser without scripts. */
  readonly captchaScript: string
  readonly takenDown: string
  readonly stale: string
  readonly noEmail: string
}
