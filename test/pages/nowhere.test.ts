import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'

/** What is said at an address where nothing is. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
let app: AppInProcess
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_NAME: 'The Entryway' } })
})
afterAll(() => app?.close())

async function ask(target: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await app.ask({ method, target, headers, body: null })
  if (!('status' in answer)) throw new Error('no answer')
  const header = (name: string) => answer.headers.find(([given]) => given === name)?.[1]
  return { status: answer.status, header, text: Buffer.from(answer.body ?? '').toString() }
}

describe.each(PAGE_LANGUAGES)('%s', (language) => {
  test.each(['/acount', '/login', '/account.php', '/.well-known/nothing', '/_operator/status'])(
    'a person at %s reads a page',
    async (target) => {
      const page = await ask(target, { accept: BROWSER, 'accept-language': language })
      expect(page.status).toBe(404)
      expect(page.header('content-type')).toBe('text/html; charset=utf-8')
      expect(page.header('cache-control')).toBe('no-store')
      expect(page.header('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(page.text).toContain(`<html lang="${language}">`)
      expect(page.text).toContain(errorPageTexts[language].obstacles.nowhere.title)
      expect(page.text).toContain('href="/account"')
      expect(page.text).toContain('The Entryway')
    },
  )
})

describe('below the account page', () => {
  const NAVIGATION = {
    accept: BROWSER,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'none',
  }

  test.each(['/account/did:plc:x', '/account/sign-up', '/account/x/security', '/account/forms'])(
    '%s is for the provider’s script to find',
    async (target) => {
      const { status, text } = await ask(target, NAVIGATION)
      expect([status, text.includes('<div id="root">')]).toEqual([200, true])
    },
  )

  test.each([
    '/account/security/',
    '/account/security/x',
    '/account/Security',
    '/account/%73ecurity',
    '/account//security',
    '/account/form/sign-in/',
    '/account/FORM/sign-in',
  ])('%s is another spelling of an address of ours, or below it: nothing', async (target) => {
    expect((await ask(target, NAVIGATION)).status).toBe(404)
  })
})

test('a path that can be read in two ways is refused with a page, too', async () => {
  for (const target of ['/account/../x', '/%']) {
    const page = await ask(target, { accept: BROWSER, 'accept-language': 'fr' })
    expect([page.status, page.text.includes('<html lang="fr">')]).toEqual([400, true])
  }
})

test.each([
  ['a program', {}, 'GET'],
  ['curl', { accept: '*/*' }, 'GET'],
  ['an app in a browser', { accept: 'application/json, text/plain, */*' }, 'GET'],
  ['a form', { accept: BROWSER }, 'POST'],
] as const)('%s reads JSON, of any origin', async (_, headers, method) => {
  const answer = await ask('/acount', headers, method)
  expect(answer.status).toBe(404)
  expect(answer.header('access-control-allow-origin')).toBe('*')
  expect(JSON.parse(answer.text)).toEqual({
    error: 'not_found',
    error_description: 'There is nothing at this path',
  })
})

test('a method that does not exist stays JSON, whoever asks', async () => {
  const answer = await ask('/xrpc/none', { accept: BROWSER })
  expect(JSON.parse(answer.text)).toMatchObject({ error: 'InvalidRequest' })
})
