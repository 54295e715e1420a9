/** What the page at `/` says, in plain text. */
export type HomeTexts = {
  readonly title: string
  about(service: string): string
  /** Ways from the entryway's own page. */
  readonly account: string
  readonly signUp: string
  /** About the handle whose host it is. */
  aboutHandle(service: string): string
  signInAt(host: string): string
  /** The handle belongs to no account. */
  readonly nobody: string
  aboutNobody(handle: string, service: string): string
  toService(service: string): string
  /** The operator's links. */
  readonly home: string
  readonly termsOfService: string
  readonly privacyPolicy: string
  readonly support: string
}
