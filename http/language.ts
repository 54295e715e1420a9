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

/** Names of the two in an address: what the person chose, and what the app asked for. */
export const CHOSEN = 'lang'
export const LOCALES = 'ui_locales'

/** The language that a person chose on a page of this program, whose address says it. */
export function chosenLanguage({ searchParams }: URL): PageLanguage | undefined {
  const chosen = searchParams.get(CHOSEN)
  return PAGE_LANGUAGES.find((tag) => tag === chosen)
}

/** The first language that there is. @param locales BCP 47 tags with spaces between (OpenID Connect Core section 3.1.2.1) */
export function firstLocale(locales = ''): PageLanguage | undefined {
  return firstKnown(locales.split(' '))
}

/** Who reads a page: what their request says of the language. */
export type Reader = { url: URL; headers: { get(name: string): string | undefined } }

/** In which language somebody wants to read, as the addresses of pages say it. */
export type Wish = {
  /** What the person chose. */
  language?: PageLanguage | undefined
  /** What the app asked for (OpenID Connect Core section 3.1.2.1); what the person chose comes before it. */
  locale?: PageLanguage | undefined
}

/** What an address says of it. */
export function wishOf(url: URL): Wish {
  const locale = firstLocale(url.searchParams.get(LOCALES) ?? undefined)
  return { language: chosenLanguage(url), locale }
}

/**
 * The address at which a page is read in that language: the only place where an address says so.
 *
 * @param address of this program, as a path or whole; where the wish says something else than it, the wish counts
 */
export function inLanguage(address: string, { language, locale }: Wish): string {
  if (!(language || locale)) return address
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)\??([^#]*)(.*)$/s.exec(address) ?? []
  const said = new URLSearchParams(query)
  if (locale) said.set(LOCALES, locale)
  if (language) said.set(CHOSEN, language)
  return `${path}?${said}${fragment}`
}

/** The address of a page with this query, as it is read in that language. @param path of this program */
export function pageAddress(
  path: string,
  query: URLSearchParams | Record<string, string>,
  wish: Wish,
): string {
  const all = new URLSearchParams(query)
  return inLanguage(all.size > 0 ? `${path}?${all}` : path, wish)
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
 * The language in which a page is read: the one that the person chose, else the first that the app asked for, else the
 * browser's.
 *
 * @param request whose address may have what was asked for
 * @param uiLocales that the app has asked for before; they count in the place of those in the address
 */
export function readIn({ url, headers }: Reader, uiLocales?: string): PageLanguage {
  const { language, locale } = wishOf(url)
  const asked = uiLocales === undefined ? locale : firstLocale(uiLocales)
  return language ?? asked ?? pageLanguage(headers.get('accept-language'))
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
