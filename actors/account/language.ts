import { setLanguage } from '../../database/account/language.ts'
import type { Db } from '../../database/database.ts'

/** A BCP 47 tag of the usual length (RFC 5646 section 4.4.1). */
const LANGUAGE = /^[a-z\d-]{1,35}$/i

/** In which the owner's mails are written from now on. @param language what a browser asks for; no tag changes nothing */
export function learnLanguage(db: Db, language: string): void {
  if (LANGUAGE.test(language)) setLanguage(db, language)
}
