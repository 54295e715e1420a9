/** What an app may do with records: `create`, `update`, `delete`. */
type Actions = Readonly<Record<'create' | 'update' | 'delete', string>>

/** What the page says on which a person chooses what an app may do, in plain text. */
export type PermissionTexts = {
  readonly title: string
  /** Where nothing of that can be unticked. @param app its host @param name of the account */
  asks(app: string, name: string): string
  /** The same where something can be. */
  lead(app: string, name: string): string
  /** Of the link from the page where a person consents. */
  readonly link: string
  /** What each app gets. */
  readonly identity: string
  /** Everything that an app password may do but chats. */
  readonly generic: string
  readonly readEmail: string
  readonly manageEmail: string
  readonly chat: string
  readonly status: string
  /** All public data of the account at once. */
  readonly repo: string
  readonly handle: string
  readonly fullIdentity: string
  readonly actions: Actions
  /** @param actions some of {@link actions} @param what names of collections */
  records(actions: string, what: string): string
  readonly anyRecords: string
  /** @param methods their names @param service a DID, or {@link anyService} */
  calls(methods: string, service: string): string
  readonly anyMethod: string
  readonly anyService: string
  /** @param types MIME types */
  uploads(types: string): string
  readonly anyFile: string
  /** Above the button, and where another page comes before the person decides. */
  readonly unticked: string
  readonly next: string
  readonly goOn: string
  /** Where the person decides on that page, in the words of the provider's. */
  readonly authorize: string
  readonly deny: string
}
