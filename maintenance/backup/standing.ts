/** What the daily backups of this process know; times are milliseconds since the epoch. */
type Standing = {
  /** The good ones in the S3 store, as it said last; null where none was asked. */
  store: { count: number; lastAt: number | null } | null
  /** The last try that failed, unless one succeeded since. */
  failure: { at: number; reason: string } | null
}

export const backupStanding: Standing = { store: null, failure: null }
