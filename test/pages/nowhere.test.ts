import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { isAccountPage } from '../../oauth/paths.ts'

/** What is said at an address where nothing is. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
let app: AppInProcess
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_NAME: 'The Entryway' } })
})
afterAll(() => app?.close())

/** A part of the script of the provider's pages. */
async function readScript(name: string): Promise<string> {
  const provider = import.meta.resolve('@atproto/oauth-provider/provider')
  const folder = dirname(
    createRequire(provider).resolve('@atproto/oauth-provider-ui/bundle-manifest.json'),
  )
  const file = (await readdir(folder)).find(
    (each) => each.startsWith(`${name}-`) && each.endsWith('.js'),
  )
  return readFile(join(folder, file ?? ''), 'utf8')
}

async function ask(target: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await app.ask({ method, target, headers, body: null })
  if (!('status' in answer)) throw new Error('no answer')
  const header = (name: string) => answer.headers.find(([given]) => given === name)?.[1]
  return { status: answer.status, header, text: Buffer.from(answer.body ?? '').toString() }
}

describe.each(PAGE_LANGUAGES)('%s', (language) => {
  test.each([
    '/acount',
    '/login',
    '/account.php',
    '/account/nothing',
    '/account/u/kim.test/nothing',
    '/.well-known/nothing',
    '/_operator/status',
  ])('a person at %s reads a page', async (target) => {
    const page = await ask(target, { accept: BROWSER, 'accept-language': language })
    expect(page.status).toBe(404)
    expect(page.header('content-type')).toBe('text/html; charset=utf-8')
    expect(page.header('cache-control')).toBe('no-store')
    expect(page.header('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.text).toContain(errorPageTexts[language].obstacles.nowhere.title)
    expect(page.text).toContain('href="/account"')
    expect(page.text).toContain('The Entryway')
  })
})

describe('below the account page', () => {
  const NAVIGATION = {
    accept: BROWSER,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'none',
  }

  test('the sign-up is for the provider’s script, which shows it', async () => {
    for (const target of ['/account/sign-up', '/account/sign-up/?invite=x']) {
      const { status, text } = await ask(target, NAVIGATION)
      expect([status, text.includes('<div id="root">')]).toEqual([200, true])
    }
  })

  test('each page that the provider’s script has is there', async () => {
    const script = await readScript('account-page')
    const found = [...script.matchAll(/\bpath:`(\/[^`]*)`/g)].map(([, path = '']) => path)
    const isOfAccount = (path: string) => path.startsWith('/account')
    const paths = [
      ...found.filter(isOfAccount).map((path) => path.replace('$accountId', 'kim.test')),
      ...found.filter((path) => !isOfAccount(path)).map((path) => `/account/u/kim.test${path}`),
    ]
    expect(paths.length).toBeGreaterThan(8)
    expect(paths.filter((path) => !isAccountPage(path))).toEqual([])
  })

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
