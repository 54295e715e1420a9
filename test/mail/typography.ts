/** Whole words. @param flags `i` where their case says nothing */
const words = (flags: '' | 'i', ...all: string[]) =>
  new RegExp(`(?<!\\p{L})(?:${all.join('|')})(?!\\p{L})`, `u${flags}`)

/**
 * What other texts of a language say otherwise: it speaks to people in one way, in pages and mails, and has one word for
 * one thing.
 */
const OTHERS: Readonly<Record<string, readonly RegExp[]>> = {
  de: [words('', 'Sie', 'Ihr', 'Ihre', 'Ihnen')],
  es: [words('i', 'usted', 'ustedes')],
  fr: [words('i', 'tu', 'ton', 'tes', 'toi', 'te'), /\bemail/i],
  it: [words('', 'Lei', 'Suo', 'Sua', 'voi', 'vostro', 'vostra'), /\bemail/i],
  ja: [/ブラウザー|二段階|二要素|セキュリティのページ|(?<!お)心当たりがない/],
  ko: [/액세스|차단|(?<!이)메일(?!함)/],
  nl: [words('i', 'u', 'uw'), /inlog|ingelogd|logt in/i],
  'pt-BR': [words('i', 'tu', 'teu', 'tua', 'te', 'ti')],
  ro: [
    words(
      'i',
      'tu',
      'tău',
      'ta',
      'tăi',
      'tale',
      'te',
      'ești',
      'poți',
      'îți',
      'introdu',
      'încearcă',
    ),
    /(?<!aplicați\p{L}+ de )autentific/iu,
  ],
  sv: [words('i', 'ni', 'er', 'ert', 'era')],
}

/** @param language BCP 47 tag */
export const otherWordsIn = (language: string, text: string): string[] =>
  (OTHERS[language] ?? []).flatMap((pattern) => pattern.exec(text)?.[0] ?? [])

/**
 * What no text of a language has: in French, a space stands before `:;!?»` and after `«`, and no line ends
 * there.
 *
 * @param language BCP 47 tag
 */
export const forbiddenIn = (language: string): RegExp =>
  language === 'fr'
    ? /[^\u00a0\u202f][:;!?»]|«[^\u00a0\u202f]|\S {2,}\S| [,.]|['"]/
    : /\s[:;!?»]|«\s|\S {2,}\S| [,.]|['"]/
