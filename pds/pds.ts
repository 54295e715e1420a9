/** A PDS behind this entryway. */
export type Pds = {
  did: string
  url: string
  /** Null where it was sealed under another secret: it has to be given again. */
  adminPassword: string | null
  /** Share of new accounts, relative to the others. */
  weight: number
  /** Most accounts it takes; null for no limit. */
  capacity: number | null
  /** Whether it takes new accounts. */
  open: boolean
}
