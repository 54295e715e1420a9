import { describe, expect, test } from 'vitest'
import { codeKinds, type NoticeKind, type NoticeSubject, noticeKinds } from '../../mail/kinds.ts'
import { locales, textsFor } from '../../mail/locales/index.ts'
import { describeOccasion } from '../../mail/occasion.ts'
import { renderCodeMail, renderNotice } from '../../mail/templates/mail.ts'
import type { MailTexts } from '../../mail/texts.ts'
import { forbiddenIn, otherWordsIn } from './typography.ts'

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

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const occasion = { at: Date.UTC(2026, 10, 26, 9, 5), address: '192.0.2.7', userAgent: FIREFOX }
const about = {
  handle: 'alice.test',
  occasion,
  publicUrl: 'https://entryway.example',
  service: 'The Entryway',
}
/** What a notice of a kind names. */
const subjects: Partial<Record<NoticeKind, NoticeSubject>> = {
  factorAdded: { factor: 'totp' },
  factorRemoved: { factor: 'mail' },
  protectionOff: { protection: 'newDeviceMails' },
  recoveryCodeUsed: { left: 9 },
  refreshTokenReused: { app: 'app.example' },
}
const notice = (kind: NoticeKind, texts: MailTexts) =>
  renderNotice(kind, texts, {
    ...{ ...about, about: subjects[kind] },
    ...{ signOutLink: 'sealed.AAAA', linkLastsDays: 7 },
  })
const values = { ...about, token: 'ABCDE-23456', lifetimeMinutes: 15 }

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
      expect(part).toContain('The Entryway')
      expect(part).toContain('192.0.2.7 · Firefox, Linux')
    }
  })

  test('an app on the person’s device has no host, and is called what it is', async () => {
    const { text, html } = await renderNotice('refreshTokenReused', texts, {
      ...{ ...about, about: { app: null } },
      ...{ signOutLink: 'sealed.AAAA', linkLastsDays: 7 },
    })
    for (const part of [text, html]) {
      expect(part).toContain(texts.localApp)
      expect(part).not.toMatch(/localhost|null/)
    }
  })

  test.each(noticeKinds)('%s says what it must', async (kind) => {
    const { text, html } = await notice(kind, texts)
    for (const part of [text, html]) {
      for (const said of ['@alice.test', 'The Entryway', '2026', '192.0.2.7 · Firefox, Linux']) {
        expect(part).toContain(said)
      }
      expect(part).toContain(
        'https://entryway.example/account/sign-out-everywhere?link=sealed.AAAA',
      )
      expect(part).toContain(texts.signOut)
      expect(part).toMatch(/(?<!\d)7(?!\d)/)
      expect(part).not.toMatch(/undefined|null|\[object/)
      const named = subjects[kind]
      if (!named) continue
      const names: Record<string, string> = { ...texts.factors, ...texts.protections }
      const [value] = Object.values(named)
      expect(part).toContain(names[value] ?? String(value))
    }
  })

  test('keeps the typographic rules of its language', async () => {
    const all = await Promise.all([
      ...codeKinds.map((kind) => renderCodeMail(kind, texts, values)),
      ...noticeKinds.map((kind) => notice(kind, texts)),
    ])
    for (const { subject, text } of all) {
      // Neither times nor addresses are sentences.
      const said = `${subject}\n${text}`.replaceAll(/\d+:\d+|https?:\S+/g, '9')
      expect(said).not.toMatch(forbiddenIn(texts.language))
      expect([said, otherWordsIn(texts.language, said)]).toEqual([said, []])
    }
  })

  test('has texts of its own', () => {
    const everywhere = locales.flatMap(({ purposes, notices }) =>
      Object.values({ ...purposes, ...notices }),
    )
    for (const [purpose, own] of Object.entries({ ...texts.purposes, ...texts.notices })) {
      expect(own.body, purpose).not.toBe('')
      for (const field of ['body', 'unrequested'] as const) {
        expect(everywhere.filter((other) => other[field] === own[field])).toHaveLength(1)
      }
    }
  })
})

test.each([
  ['Opera/9 evil.example', ''],
  ['visit-evil.example/1.0 (http://evil.example)', ''],
  ['', ''],
  ['x'.repeat(100_000), ''],
  [FIREFOX, ' · Firefox, Linux'],
])('of %.40s only what is known gets into a mail', (userAgent, device) => {
  const said = describeOccasion({ at: 0, address: '::1', userAgent }, 'en')
  expect(said).not.toContain('evil')
  if (device || !userAgent.startsWith('Opera')) {
    expect(said.slice(said.indexOf('::1') + 3)).toBe(device)
  }
})
