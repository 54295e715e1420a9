/** What the pages of the OpenID provider say, in plain text. */
export type OpenidTexts = {
  /** @param app its name, as it says it itself */
  title(app: string): string
  /** @param name of the account that is signed in */
  lead(name: string): string
  /**
   * Of an app that the operator did not register.
   *
   * @param name what it calls itself; undefined where it says nothing
   */
  unvouched(service: string, name: string | undefined): string
  /** Above what the app gets. */
  gets(app: string): string
  readonly identifier: string
  readonly profile: string
  readonly email: string
  readonly offline: string
  /** Above the scopes of a protected resource. @param resource its name and host */
  uses(resource: string): string
  /** Of an app on the person's own device: any other there can call itself so. */
  local(app: string): string
  readonly allow: string
  readonly refuse: string
  readonly otherAccount: string

  readonly deviceTitle: string
  /** Above the field for the code of a device. */
  readonly deviceLead: string
  readonly code: string
  readonly goOn: string
  readonly wrongCode: string
  /** Of an app on a device. @param from its system and address */
  askedFrom(app: string, from: string): string
  /** Somebody could have sent the code to the person. */
  codeShown(code: string): string
  readonly deviceDone: string
  deviceDoneLead(app: string): string
  readonly deviceRefused: string
  deviceRefusedLead(app: string): string

  readonly signOutTitle: string
  /** @param app that asks for it; undefined where none does */
  signOutLead(service: string, app: string | undefined): string
  readonly signOut: string
  readonly stay: string
  readonly signedOutTitle: string
  signedOutLead(service: string): string
  /** For who has chosen to stay signed in. */
  readonly stayedTitle: string
  stayedLead(service: string): string
}
