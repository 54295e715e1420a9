import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../../lab/clients/browser_steps.ts'
import { readMailFolder } from '../../lab/world/app/mail_folder.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { type Demo, startDemo } from './start_demo.ts'
import { notice, person, postAndDelete, signOut, signUp } from './tour.ts'

let demo: Demo
let lines: string[]
const browser = sharedBrowser()

beforeAll(async () => {
  demo = startDemo()
  lines = await demo.readLines(3)
})
afterAll(() => demo?.kill())

const urlIn = (line = '') => /https?:\S+?(?=[:.]?(\s|$))/.exec(line)?.[0] ?? ''
const mailFolderIn = (line = '') => / in (\/\S+)\./.exec(line)?.[1] ?? ''

test('a person signs up, posts, lists, deletes, sees the grant, and signs out', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await signUp(page, urlIn(lines[0]), true)
  expect(await notice(page)).toBe('You are signed in.')
  await postAndDelete(page)

  const account = await context.newPage()
  await account.goto(urlIn(lines[1]))
  await signIn(account, person, { remember: true })
  await account.getByRole('link', { name: 'Apps', exact: true }).first().click()
  const granted = account.getByRole('row').filter({ hasText: 'A local app' })
  await granted.waitFor()

  await signOut(page)
  await account.reload()
  await account.getByRole('link', { name: 'Apps', exact: true }).first().waitFor()
  await granted.waitFor({ state: 'detached' })
  await context.close()
})

test('a forgotten password is reset with the code from the mail folder', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(urlIn(lines[1]))
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('Email address').fill(person.email)
  await page.getByRole('button', { name: 'Send code' }).click()
  await page.getByText('Enter the code from the email').waitFor()

  // The page does not wait for the mail.
  const mails = () => readMailFolder(mailFolderIn(lines[2]))
  await expect.poll(async () => (await mails()).length).toBeGreaterThan(0)
  const [mail] = await mails()
  expect(mail?.to?.[0]?.address).toBe(person.email)
  const code = /\w{5}-\w{5}/.exec(mail?.text ?? '')?.[0] ?? ''
  await page.locator('[autocomplete=one-time-code]').fill(code)
  const changed = { ...person, password: 'another correct battery' }
  await page.getByLabel('New password').fill(changed.password)
  await page.getByRole('button', { name: 'Save password' }).click()
  await page.getByText('Your password has been changed').waitFor()
  await signIn(page, changed)
  await page.getByText(person.handle).first().waitFor()
  await context.close()
})

test('after Ctrl-C no process and no file stays', async () => {
  const dataFolder = dirname(mailFolderIn(lines[2]))
  await access(dataFolder)
  demo.child.kill('SIGINT')
  const [code] = await demo.exit
  expect(code).toBe(0)
  expect(demo.isLeft()).toBe(false)
  await expect(access(dataFolder)).rejects.toThrow('ENOENT')
})
