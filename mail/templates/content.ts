/** What a template shows, in reading order and without markup. */
export type MailContent = {
  readonly language: string
  /** As the language writes it, with the space before it. */
  readonly colon: string
  readonly heading: string
  readonly greeting: string
  readonly body: string
  readonly code: { readonly label: string; readonly text: string; readonly advice: string } | null
  readonly occasion: { readonly label: string; readonly text: string } | null
  readonly unrequested: string
  /** What signs everybody out. */
  readonly signOut: { readonly text: string; readonly url: string; readonly advice: string } | null
  readonly link: { readonly text: string; readonly url: string }
  readonly sentBy: string
}
