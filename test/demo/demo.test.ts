import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser, type TestBrowser } from '../../world/browser.ts'
import { notice, postAndDelete, signOut, signUp } from './tour.ts'

/** Milliseconds in which the demo promises to be ready. */
const READY = 15_000

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

test('a person signs up, posts, lists, deletes, sees the grant, and signs out', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await signUp(page, urlIn(lines[0]))
  expect(await notice(page)).toBe('You are signed in.')
  await postAndDelete(page)

  const accountPage = await context.newPage()
  const answer = await accountPage.goto(urlIn(lines[1]))
  expect(answer?.status()).toBe(200)

  await signOut(page)
})

test('after Ctrl-C no process and no file stays', async () => {
  const mailFolder = / in (\/\S+)\./.exec(lines[2] ?? '')?.[1] ?? ''
  await access(mailFolder.replace(/\/mail$/, ''))
  demo.child.kill('SIGINT')
  const [code] = await demo.exit
  expect(code).toBe(0)
  expect(() => process.kill(-demo.pid, 0)).toThrow('ESRCH')
  await expect(access(mailFolder.replace(/\/mail$/, ''))).rejects.toThrow('ENOENT')
})
