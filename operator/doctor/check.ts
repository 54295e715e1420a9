/** One thing that was looked at, and how to mend it where something is wrong. */
export type Check = {
  /** What was looked at, such as `PDS pds.example.com: admin password`. */
  name: string
  state: 'ok' | 'warning' | 'failed'
  /** What was found, in one sentence. */
  found: string
  /** What to do; only where the state is not `ok`. */
  mend?: string
}

/** With what the name of each check of a PDS begins. */
export const aboutPds = (url: string): string => `PDS ${new URL(url).host}: `

/** The one check of a PDS that does not answer. */
export const unanswered = (url: string): string => `${aboutPds(url)}whether it answers`

/** Those PDSes that answered when they were looked at. */
export function thatAnswered<P extends { url: string }>(
  pdses: readonly P[],
  checks: readonly Check[],
): P[] {
  const names = checks.map(({ name }) => name)
  return pdses.filter(({ url }) => !names.includes(unanswered(url)))
}
