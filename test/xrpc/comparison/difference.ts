import type { Answer } from './client.ts'
import type { Way } from './world.ts'

/** Where Vestibule answers otherwise than a stock PDS alone, and why. */
export type Difference = {
  /** Names of calls, as the scenarios have them; each of them is answered otherwise. */
  calls: string[]
  /** Whether the client calls Vestibule, or the PDS behind it. */
  ways: Exclude<Way, 'alone'>[]
  behind: Partial<Answer>
  why: string
}
