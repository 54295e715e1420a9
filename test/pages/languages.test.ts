import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES, pageLanguage } from '../../http/language.ts'
import { type ErrorPageTexts, errorPageTexts } from '../../http/page/error_texts.ts'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import { revocationNotes } from '../../oauth/pages/revocation_note.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp({
    env: { ENTRYWAY_NAME: 'Kim & <Lee>', ENTRYWAY_ACCESS_TOKEN_MINUTES: '7' },
  })
})
afterAll(() => app?.close())

const NAVIGATION = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

async function open(target: string, language: string) {
  const headers = { ...NAVIGATION, 'accept-language': language }
  const answer = await app.ask({ target, headers })
  if (!('body' in answer) || answer.body === null) throw new Error('no page')
  return {
    status: answer.status,
    policy: answer.headers.find(([name]) => name === 'content-security-policy')?.[1],
    text: Buffer.from(answer.body).toString(),
  }
}

const said = ({ obstacles, toApp, ...texts }: ErrorPageTexts) => [
  ...Object.values(obstacles).flatMap(({ title, advice }) => [title, advice]),
  toApp('x'),
  ...Object.values(texts),
]

test.each([
  ['fr', 'fr'],
  ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
  ['de-DE,de;q=0.9,sv;q=0.5,en;q=0.4', 'sv'],
  ['en;q=0.3, ja;q=0.9', 'ja'],
  ['KO-kr', 'ko'],
  ['fr;q=0, es', 'es'],
  ['tlh', 'en'],
  ['*', 'en'],
  ['', 'en'],
  ['__proto__', 'en'],
  [',;=q;;"', 'en'],
  [undefined, 'en'],
])('%s reads %s', (header, language) => {
  expect(pageLanguage(header)).toBe(language)
})

describe.each(PAGE_LANGUAGES)('%s', (language) => {
  const texts = errorPageTexts[language]

  test.each(['?state=x', '?request_uri=%', '?a=1&a=2'])('error page of %s', async (query) => {
    const page = await open(`/oauth/authorize${query}`, language)
    expect(page.status).toBe(400)
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.text).toContain(texts.obstacles.link.title.replaceAll('"', '&quot;'))
    expect(page.text).toContain('href="/account"')
    expect(page.text).toContain('Kim &amp; &lt;Lee&gt;')
    expect(page.policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'/)
  })

  test('account page', async () => {
    const page = await open('/account', language)
    expect(page.status).toBe(200)
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.text).toContain(revocationNotes[language](7))
    expect(revocationNotes[language](7)).toContain('7')
  })

  test('has texts of its own', () => {
    for (const other of PAGE_LANGUAGES.filter((one) => one !== language)) {
      const others = said(errorPageTexts[other])
      expect(said(texts).filter((text) => others.includes(text))).toEqual([])
      expect(revocationNotes[other](7)).not.toBe(revocationNotes[language](7))
    }
  })
})
