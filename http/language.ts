import { parseAccept } from 'hono/utils/accept'

/** The languages of the provider's pages, and so of ours, as BCP 47 tags. */
export const PAGE_LANGUAGES = ['en', 'es', 'fr', 'ja', 'ko', 'ro', 'sv'] as const

export type PageLanguage = (typeof PAGE_LANGUAGES)[number]

/** What there is of something in each of them. */
export type ByLanguage<T> = Readonly<Record<PageLanguage, T>>

/** What each is called in itself, as the provider's pages write it. */
export const LANGUAGE_NAMES: ByLanguage<string> = {
  en: 'English',
  es: 'Español',
  fr: 'Français',
  ja: '日本語',
  ko: '한국어',
  ro: 'Română',
  sv: 'svenska',
}

/** What the choice of a language is called for those who hear it. */
export const LANGUAGE_LABELS: ByLanguage<string> = {
  en: 'Language',
  es: 'Idioma',
  fr: 'Langue',
  ja: '言語',
  ko: '언어',
  ro: 'Limba',
  sv: 'Språk',
}

/** Characters of a header that are read: browsers send some dozens, and parsing 15 kB takes milliseconds. */
const LONGEST = 500

/** The language that a person chose on a page of this program, whose address says it. */
export function chosenLanguage({ searchParams }: URL): PageLanguage | undefined {
  const chosen = searchParams.get('lang')
  return PAGE_LANGUAGES.find((tag) => tag === chosen)
}

/** The first language that there is. @param locales BCP 47 tags with spaces between (OpenID Connect Core section 3.1.2.1) */
export function firstLocale(locales = ''): PageLanguage | undefined {
  return firstKnown(locales.split(' '))
}

/** The first language of an `Accept-Language` header (RFC 9110 section 12.5.4), as a BCP 47 tag. */
export function preferredLanguage(header: string | undefined): string | undefined {
  return wantedLanguages(header).find((tag) => tag !== '*')
}

/**
 * The language that a page comes in for an `Accept-Language` header (RFC 9110 section 12.5.4): the
 * first of the reader's that there is, as the provider's script chooses it (`fr-CA` reads `fr`), else
 * English.
 */
export function pageLanguage(header: string | undefined): PageLanguage {
  return firstKnown(wantedLanguages(header)) ?? 'en'
}

/**
 * The language that the person chose, else the first that the app asked for (OpenID Connect Core section 3.1.2.1);
 * undefined where neither is said.
 *
 * @param url which may have either
 * @param uiLocales that the app has asked for before
 */
export function askedLanguage(
  url: URL,
  uiLocales = url.searchParams.get('ui_locales') ?? undefined,
): PageLanguage | undefined {
  return chosenLanguage(url) ?? firstLocale(uiLocales)
}

/**
 * The language in which a page is read: that of {@link askedLanguage}, else the browser's.
 *
 * @param request whose address may have what was asked for
 * @param uiLocales that the app has asked for before
 */
export function readIn(
  { url, headers }: { url: URL; headers: { get(name: string): string | undefined } },
  uiLocales?: string,
): PageLanguage {
  return askedLanguage(url, uiLocales) ?? pageLanguage(headers.get('accept-language'))
}

function firstKnown(tags: readonly string[]): PageLanguage | undefined {
  for (const tag of tags) {
    const language = tag.split('-', 1)[0]?.toLowerCase()
    const found = PAGE_LANGUAGES.find((known) => known === language)
    if (found) return found
  }
  return undefined
}

function wantedLanguages(header: string | undefined): string[] {
  if (!header) return []
  const wanted = parseAccept(header.slice(0, LONGEST)).filter(({ q }) => q > 0)
  return wanted.map(({ type }) => type)
}
