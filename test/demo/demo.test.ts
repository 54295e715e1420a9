import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../../lab/clients/steps.ts'
import { startBrowser, type TestBrowser } from '../../lab/world/browser.ts'
import { readMailFolder } from '../../lab/world/mail_folder.ts'
import { notice, person, postAndDelete, signOut, signUp } from './tour.ts'

/** Milliseconds after which a demo that is not ready hangs. */
const READY = 120_000

const program = fileURLToPath(new URL('../../demo/start.ts', import.meta.url))
let demo: ReturnType<typeof startDemo>
let lines: string[]
let browser: TestBrowser

/** Its own process group, so that whatever is left of it can be found. */
function startDemo() {
  const env = { ...process.env, DEMO_APP_PORT: '0', DEMO_ENTRYWAY_PORT: '0' }
  const child = spawn(process.execPath, [program], { env, detached: true })
  return { child, pid: child.pid ?? Number.NaN, exit: once(child, 'exit') }
}

async function readLines(count: number): Promise<string[]> {
  const read: string[] = []
  let errors = ''
  demo.child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  for await (const line of createInterface(demo.child.stdout)) {
    if (read.push(line) === count) return read
  }
  throw new Error(`The demo ended early: ${errors}`)
}

beforeAll(async () => {
  demo = startDemo()
  const tooLate = setTimeout(() => process.kill(-demo.pid, 'SIGKILL'), READY)
  lines = await readLines(3)
  clearTimeout(tooLate)
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  try {
    process.kill(-demo.pid, 'SIGKILL')
  } catch {
    // Nothing of it is left, as it should be.
  }
})

const urlIn = (line = '') => /https?:\S+?(?=[:.]?(\s|$))/.exec(line)?.[0] ?? ''
const mailFolderIn = (line = '') => / in (\/\S+)\./.exec(line)?.[1] ?? ''

test('a person signs up, posts, lists, deletes, sees the grant, and signs out', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await signUp(page, urlIn(lines[0]))
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
  const next = page.getByRole('button', { name: 'Next', exact: true })
  await page.goto(urlIn(lines[1]))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('Forgot?').click()
  await page.getByPlaceholder('Enter your email address').fill(person.email)
  await next.click()
  await page.getByText('Enter the code you received').waitFor()

  // The page does not wait for the mail.
  const mails = () => readMailFolder(mailFolderIn(lines[2]))
  await expect.poll(async () => (await mails()).length).toBeGreaterThan(0)
  const [mail] = await mails()
  expect(mail?.to?.[0]?.address).toBe(person.email)
  const code = /\w{5}-\w{5}/.exec(mail?.text ?? '')?.[0] ?? ''
  await page.locator('[autocomplete=one-time-code]').fill(code)
  const changed = { ...person, password: 'another correct battery' }
  await page.getByPlaceholder('Enter a password').fill(changed.password)
  await next.click()
  await page.getByText('Password Updated').waitFor()

  await page.goto(urlIn(lines[1]))
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
  expect(() => process.kill(-demo.pid, 0)).toThrow('ESRCH')
  await expect(access(dataFolder)).rejects.toThrow('ENOENT')
})
