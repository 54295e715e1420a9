import type { Obstacle } from '../answers/refuse.ts'

/** What the error page says, in plain text. */
export type ErrorPageTexts = {
  /** What happened, and what to do; `scripts` is said by the provider's pages, which need them. */
  readonly obstacles: Readonly<Record<Obstacle | 'scripts', { title: string; advice: string }>>
  /** Introduces the reason, which is in English, for those who made the app. */
  readonly forMakers: string
  /** The ways from there. */
  readonly toAccount: string
  toApp(host: string): string
  readonly again: string
  readonly giveUp: string
  /** What a form's button says that is to be sent on. */
  readonly goOn: string
}
