import { describe, expect, test } from 'vitest'
import { codeKinds } from '../../mail/kinds.ts'
import { locales, textsFor } from '../../mail/locales/index.ts'
import { renderCodeMail } from '../../mail/templates/code_mail.ts'

test.each([
  ['fr', 'fr'],
  ['fr-CA', 'fr'],
  ['pt-BR', 'pt-BR'],
  ['pt_br', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['JA-jp', 'ja'],
  ['tlh', 'en'],
  ['', 'en'],
  ['__proto__', 'en'],
  [undefined, 'en'],
])('%s is answered in %s', (asked, given) => {
  expect(textsFor(asked).language).toBe(given)
})

test('the locales of the sign-in pages are all there', () => {
  const languages = locales.map(({ language }) => language)
  expect(languages).toEqual(expect.arrayContaining(['en', 'es', 'fr', 'ja', 'ko', 'ro', 'sv']))
})

const values = {
  handle: 'alice.test',
  token: 'ABCDE-23456',
  publicUrl: 'https://entryway.example',
  lifetimeMinutes: 15,
}

describe.each(locales)('$language', (texts) => {
  test.each(codeKinds)('%s says what it must', async (kind) => {
    const { subject, text, html } = await renderCodeMail(kind, texts, values)
    expect(subject).not.toContain(values.token)
    expect(html).toContain(`<html lang="${texts.language}">`)
    for (const part of [text, html]) {
      expect(part).toContain('@alice.test')
      expect(part).toContain('ABCDE-23456')
      expect(part).toMatch(/(?<!\d)15(?!\d)/)
      expect(part).toContain('entryway.example')
    }
  })

  test('has texts of its own', () => {
    const everywhere = locales.flatMap(({ purposes }) => Object.values(purposes))
    for (const [purpose, own] of Object.entries(texts.purposes)) {
      expect(own.body, purpose).not.toBe('')
      for (const field of ['body', 'unrequested'] as const) {
        expect(everywhere.filter((other) => other[field] === own[field])).toHaveLength(1)
      }
    }
  })
})
