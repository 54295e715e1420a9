import type { MailTexts } from '../texts.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { it } from './it.ts'
import { ja } from './ja.ts'
import { ko } from './ko.ts'
import { nl } from './nl.ts'
import { ptBR } from './pt_br.ts'
import { ro } from './ro.ts'
import { sv } from './sv.ts'

/** Every locale a mail can be written in: those of the sign-in pages, and some more. */
export const locales: readonly MailTexts[] = [de, en, es, fr, it, ja, ko, nl, ptBR, ro, sv]

/**
 * The texts for a BCP 47 tag: of that locale, else of its language (`fr-CA` reads `fr`, `pt-PT`
 * reads `pt-BR`), else English. Takes any string, since the tag comes from a browser.
 */
export function textsFor(locale: string | undefined): MailTexts {
  const tag = locale?.replace('_', '-').toLowerCase() ?? 'en'
  return (
    locales.find((texts) => texts.language.toLowerCase() === tag) ??
    locales.find((texts) => languageOf(texts.language) === languageOf(tag)) ??
    en
  )
}

function languageOf(tag: string): string | undefined {
  return tag.split('-', 1)[0]
}
