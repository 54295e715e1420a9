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
