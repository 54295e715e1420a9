import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'

const LINKS = {
  ENTRYWAY_HOME_URL: 'https://example.com/home',
  ENTRYWAY_TERMS_OF_SERVICE_URL: 'https://example.com/terms',
  ENTRYWAY_PRIVACY_POLICY_URL: 'https://example.com/privacy',
  ENTRYWAY_SUPPORT_URL: 'https://example.com/help',
}

let app: AppInProcess
beforeAll(async () => {
  app = await startApp({
    env: {
      ...LINKS,
      ENTRYWAY_CONTACT_EMAIL_ADDRESS: 'us@example.com',
      ENTRYWAY_LOGO_URL: 'https://example.com/logo.png',
      ENTRYWAY_BACKGROUND_DARK_URL: 'https://example.com/dark.png',
      ENTRYWAY_PRIMARY_COLOR: '#102030',
      ENTRYWAY_ERROR_COLOR: 'rgb(1, 2, 3)',
    },
  })
})
afterAll(() => app?.close())

const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

const get = async (target: string) => {
  const { headers, body } = (await app.ask({ target, headers: NAVIGATION })) as ResponseEnvelope
  return { headers: JSON.stringify(headers), body: String(body) }
}

test('describeServer says where the texts are and whom to ask', async () => {
  const { body } = await get('/xrpc/com.atproto.server.describeServer')
  expect(JSON.parse(body)).toMatchObject({
    links: {
      termsOfService: LINKS.ENTRYWAY_TERMS_OF_SERVICE_URL,
      privacyPolicy: LINKS.ENTRYWAY_PRIVACY_POLICY_URL,
    },
    contact: { email: 'us@example.com' },
  })
})

test('the sign-in page links to them, and bears logo and colours', async () => {
  const { headers, body } = await get('/account')
  for (const link of Object.values(LINKS)) expect(body).toContain(link)
  expect(body).toContain('<img class="logo" src="https://example.com/logo.png"')
  expect(body).toContain('url("https://example.com/dark.png")')
  expect(headers).toContain('img-src https://example.com;')
  expect(body).toContain('--primary:#102030;--on-primary:#fff;--error:rgb(1, 2, 3);')
})

test('the provider’s pages do so, too', async () => {
  const { headers, body } = await get('/account/sign-up')
  for (const link of Object.values(LINKS)) expect(body).toContain(link)
  expect(body).toContain('https://example.com/logo.png')
  expect(body).toContain('https://example.com/dark.png')
  expect(headers).toContain('img-src https:')
  expect(body).toMatch(/--branding-color-primary: 16 32 48;/)
  expect(body).toMatch(/--branding-color-error: 1 2 3;/)
})

test('nothing set is nothing said', async () => {
  const bare = await startApp()
  const answer = await bare.ask({ target: '/xrpc/com.atproto.server.describeServer' })
  expect(JSON.parse(String((answer as ResponseEnvelope).body))).toMatchObject({
    links: {},
    contact: {},
  })
  await bare.close()
})
