/** Something that must not be in a data directory. */
export type Finding = {
  /** The database, relative to the data directory. */
  path: string
  did?: string
  /** One sentence. */
  problem: string
  mend: string
}
