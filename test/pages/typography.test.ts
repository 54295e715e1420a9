import { readdirSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { type ByLanguage, PAGE_LANGUAGES, type PageLanguage } from '../../http/language.ts'
import { revocationNote } from '../../oauth/pages/revocation_note.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { forbiddenIn, otherWordsIn } from '../mail/typography.ts'

/** Every text of the pages: what the modules of these folders export by language. */
const FOLDERS = ['pages', 'http/page', 'oauth/pages']
const said = new Map<PageLanguage, string[]>()

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const words = (text: unknown): string[] => {
  if (isGroup(text)) return Object.values(text).flatMap(words)
  return [typeof text === 'function' ? text('x', 9) : String(text)]
}

function collect(value: unknown): void {
  if (!isGroup(value)) return
  if (!PAGE_LANGUAGES.every((language) => language in value)) {
    for (const part of Object.values(value)) collect(part)
    return
  }
  for (const language of PAGE_LANGUAGES) {
    said.set(language, [...(said.get(language) ?? []), ...words(value[language])])
  }
}

/** What people elsewhere call the name of an account, which the provider's pages call by one word. */
const OTHER_WORDS: ByLanguage<RegExp> = {
  en: /\bhandle\b/i,
  es: /identificador público|\bhandle\b/i,
  fr: /pseudo|\bhandle\b/i,
  ja: /ハンドル/,
  ko: /핸들/,
  ro: /\bhandle\b/i,
  sv: /\bhandle\b/i,
}

beforeAll(async () => {
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = new URL(`../../${folder}/${name}`, import.meta.url).href
      if (name.endsWith('.ts')) collect({ ...(await import(/* @vite-ignore */ file)) })
    }
  }
  for (const language of PAGE_LANGUAGES) {
    said.get(language)?.push(revocationNote(language, 0), revocationNote(language, 9))
  }
})

test.each(PAGE_LANGUAGES)('%s keeps the typographic rules of its language', (language) => {
  const texts = said.get(language) ?? []
  expect(texts.length).toBeGreaterThan(150)
  expect(texts.filter((text) => forbiddenIn(language).test(text))).toEqual([])
})

test.each(PAGE_LANGUAGES)(
  '%s speaks to people in one way, and has one word for one thing',
  (language) => {
    const texts = said.get(language) ?? []
    const others = texts.map((text) => [text, otherWordsIn(language, text)] as const)
    expect(others.filter(([, found]) => found.length > 0)).toEqual([])
  },
)

test.each(PAGE_LANGUAGES)('%s has one word for the name of an account', (language) => {
  const texts = said.get(language) ?? []
  expect(texts.filter((text) => OTHER_WORDS[language].test(text))).toEqual([])
})

/** Of the button that leads back without anything done. */
const CANCEL: ByLanguage<RegExp> = {
  en: /cancel/i,
  es: /cancel/i,
  fr: /annul/i,
  ja: /キャンセル/,
  ko: /취소/,
  ro: /anul[aă]/i,
  sv: /avbr[yö]t/i,
}

test.each(PAGE_LANGUAGES)('%s calls what is taken away otherwise than going back', (language) => {
  expect(signInTexts[language].cancel).toMatch(CANCEL[language])
  const taken = words(securityTexts[language]).filter((text) => CANCEL[language].test(text))
  expect(taken).toEqual([])
})
