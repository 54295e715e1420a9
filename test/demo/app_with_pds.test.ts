import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp } from '../../demo/app/server.ts'
import { enterPassword, grant } from '../../lab/clients/browser_steps.ts'
import { freePort, type Peer } from '../../lab/world/loopback.ts'
import { type Pds, startPds } from '../../lab/world/servers/pds.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { notice, person, postAndDelete, signOut, signUp } from './tour.ts'

/** The app in front of a PDS that is its own authorization server. */
let plc: Peer
let pds: Pds
let app: Peer
const browser = sharedBrowser()

beforeAll(async () => {
  plc = await startPlc()
  pds = await startPds({ plcUrl: plc.url })
  app = await startApp({ port: await freePort(), entrywayUrl: pds.url, plcUrl: plc.url })
})

afterAll(async () => {
  await app?.close()
  await pds?.close()
  await plc?.close()
})

const grantedSessions = () =>
  pds.pds.ctx.accountManager.db.db.selectFrom('token').select('clientId').execute()

test('a person signs up, posts, lists, deletes and signs out', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await signUp(page, app.url)
  const cookies = await context.cookies(app.url)
  expect(cookies.find(({ name }) => name === 'demo_account')).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
  })

  await postAndDelete(page)
  await page.getByLabel('Write a post').fill('x'.repeat(301))
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  expect(await notice(page, 'alert')).toBe('A post has 1 to 300 characters.')
  expect(await page.getByLabel('Write a post').inputValue()).toHaveLength(301)

  expect(await grantedSessions()).toHaveLength(1)
  await signOut(page)
  expect(await grantedSessions()).toEqual([])
  await context.addCookies(cookies)
  await page.goto(app.url)
  expect(await notice(page, 'alert')).toBe('Your session has ended. Please sign in again.')
  expect(await page.getByLabel('Your handle').isVisible()).toBe(true)
  await page.reload()
  expect(await page.getByRole('alert').count()).toBe(0)
  await context.close()
})

test('a sign-in that was refused, and one that another browser started, open no session', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(app.url)
  await page.getByLabel('Your handle').fill(`@${person.handle}`)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await enterPassword(page, person)
  await page.getByRole('button', { name: 'Deny access', exact: true }).click()
  expect(await notice(page, 'alert')).toContain('the app was not allowed to use the account')

  await page.getByLabel('Your handle').fill(person.handle)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await context.clearCookies({ name: 'demo_flow' })
  await enterPassword(page, person)
  await grant(page)
  await page.waitForURL(`${app.url}/**`)
  expect(await notice(page, 'alert')).toContain('started in another browser')
  await page.goto(app.url)
  expect(await page.getByLabel('Your handle').isVisible()).toBe(true)
  await context.close()
})
