/** What a sign-up with a passkey says, in plain text. */
export type SignUpTexts = {
  readonly title: string
  readonly lead: string
  readonly handle: string
  readonly domain: string
  readonly inviteCode: string
  readonly next: string
  /** Of the link to the sign-up without a passkey. */
  readonly withPassword: string
  readonly makeTitle: string
  /** @param handle of the account that is to come */
  makeLead(handle: string): string
  readonly make: string
  readonly doneTitle: string
  readonly doneLead: string
  readonly goOn: string

  /** What went wrong. */
  readonly handleTaken: string
  readonly handleWrong: string
  readonly emailTaken: string
  readonly inviteWrong: string
  /** Names or code are held by another sign-up, or by one of the same person. */
  readonly underWay: string
  readonly captchaMissing: string
  readonly closed: string
  readonly notAccepted: string
  readonly stale: string
}
