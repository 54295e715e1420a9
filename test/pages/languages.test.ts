import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES, pageLanguage } from '../../http/language.ts'
import type { ErrorPageTexts } from '../../http/page/error_texts.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { revocationNote } from '../../oauth/pages/revocation_note.ts'

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
    const page = await open('/account/sign-up', language)
    expect(page.status).toBe(200)
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.text).toContain(revocationNote(language, 7))
    expect(revocationNote(language, 7)).toContain('7')
  })

  test('account page, where all that apps ask comes through this program', async () => {
    const url = 'http://localhost:2600'
    const address = 'http://127.0.0.1:9'
    const here = { did: 'did:web:here.test', url, address, adminPassword: 'nowhere to be used' }
    await app.actors.directory.addPds(here)
    await app.app.refreshPdses()
    const { text } = await open('/account/sign-up', language)
    expect(text).toContain(revocationNote(language, 0))
    expect(text).not.toContain(revocationNote(language, 7))
    // One that apps reach elsewhere is enough.
    const elsewhere = 'https://pds.elsewhere.test'
    const other = { ...here, did: 'did:web:elsewhere.test', url: elsewhere, address: elsewhere }
    await app.actors.directory.addPds(other)
    await app.app.refreshPdses()
    expect((await open('/account/sign-up', language)).text).toContain(revocationNote(language, 7))
    await app.actors.directory.removePds(other.did)
    await app.actors.directory.removePds(here.did)
    await app.app.refreshPdses()
  })

  test('has texts of its own', () => {
    for (const other of PAGE_LANGUAGES.filter((one) => one !== language)) {
      const others = said(errorPageTexts[other])
      expect(said(texts).filter((text) => others.includes(text))).toEqual([])
      for (const minutes of [0, 7]) {
        expect(revocationNote(other, minutes)).not.toBe(revocationNote(language, minutes))
      }
    }
  })
})
