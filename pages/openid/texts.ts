/** What the pages of the OpenID provider say, in plain text. */
export type OpenidTexts = {
  /** @param app its name, as it says it itself */
  title(app: string): string
  /** @param name of the account that is signed in */
  lead(name: string): string
  /** Above what the app gets. */
  gets(app: string): string
  readonly identifier: string
  readonly profile: string
  readonly email: string
  readonly offline: string
  /** Above the scopes of a protected resource. @param resource its name and host */
  uses(resource: string): string
  /** @param host where the person goes on */
  goesTo(host: string): string
  readonly allow: string
  readonly refuse: string
  readonly otherAccount: string

  readonly signOutTitle: string
  /** @param app that asks for it; undefined where none does */
  signOutLead(service: string, app: string | undefined): string
  readonly signOut: string
  readonly stay: string
  readonly signedOutTitle: string
  signedOutLead(service: string): string
}
