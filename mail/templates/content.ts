/** What a template shows, in reading order and without markup. */
export type CodeMailContent = {
  readonly language: string
  readonly heading: string
  readonly greeting: string
  readonly body: string
  readonly codeLabel: string
  readonly code: string
  readonly lifetime: string
  readonly secrecy: string
  readonly unrequested: string
  readonly accountPage: string
  readonly accountUrl: string
  readonly sentBy: string
}
