import { type Db, sql } from '../database.ts'

/** In which language the owner of the account reads, as a BCP 47 tag; null where that is not known. */
export function readLanguage(db: Db): string | null {
  return (
    (sql(db, 'SELECT language FROM account').pluck().get() as string | null | undefined) ?? null
  )
}

export function setLanguage(db: Db, language: string): void {
  sql(db, 'UPDATE account SET language = @language WHERE language IS NOT @language').run({
    language,
  })
}
