import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { grant, signIn, signUp } from '../../lab/clients/browser_steps.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { finishLogin, startLogin } from '../../lab/clients/oauth_session.ts'
import { postAndReadBack, xrpc } from '../../lab/clients/xrpc.ts'
import { freePort, type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { sharedBrowser } from '../shared/browser.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PATIENCE = { timeout: 60_000, interval: 100 }

let folder: TemporaryFolder
let plc: LoopbackServer
/** The app's own page, to which people come back. */
let home: LoopbackServer
const browser = sharedBrowser()
let program: ChildProcess
let url: string

beforeAll(async () => {
  folder = await makeTemporaryFolder('newcomer')
  await copyRepository(folder.path)
  plc = await startPlc()
  home = await listenOnLoopback((_, outgoing) => outgoing.end('Back in the app'))
  const port = await freePort()
  url = `http://localhost:${port}`
  program = await start({
    ENTRYWAY_PORT: String(port),
    ENTRYWAY_PUBLIC_URL: url,
    ENTRYWAY_PLC_URL: plc.url,
    ENTRYWAY_DEV: '1',
    ENTRYWAY_INVITE_REQUIRED: 'false',
  })
  await untilStatus(`${url}/_health`, 200)
})
afterAll(async () => {
  if (program?.exitCode === null) {
    const ended = once(program, 'exit')
    program.kill('SIGTERM')
    await ended
  }
  await home?.close()
  await plc?.close()
  await folder?.remove()
})

/** What somebody has who got the repository and installed it: no data, no settings. */
async function copyRepository(to: string): Promise<void> {
  const isSource = (path: string) =>
    dirname(path) !== dirname(join(ROOT, 'x')) || !/^(node_modules|data|\..*)$/.test(basename(path))
  await cp(ROOT, to, { recursive: true, filter: isSource })
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'))
}

/** `pnpm start`, which ends with this process. */
async function start(settings: Record<string, string>): Promise<ChildProcess> {
  const { scripts } = JSON.parse(await readFile(join(folder.path, 'package.json'), 'utf8'))
  const words = (scripts.start as string).split(' ').slice(1)
  const { PATH, HOME, TMPDIR } = process.env
  return spawn(
    process.execPath,
    ['--import', './lab/world/processes/exit_with_parent.ts', ...words],
    {
      cwd: folder.path,
      // It would keep compiled code in the home of the user who runs the tests.
      env: { PATH, HOME, TMPDIR, NODE_DISABLE_COMPILE_CACHE: '1', ...settings },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
}

test('sign up in an app, post, be heard of, and take its access away', async () => {
  let page: Page = await (await browser.newContext()).newPage()
  const person = newCredentials('ada')
  const redirectUri = `http://127.0.0.1:${home.port}/callback`
  const scope = 'atproto transition:generic'
  const clientId = loopbackClientId(redirectUri, scope)
  const app = await discoverApp({ pdsUrl: url, clientId, redirectUri, scope })
  const login = await startLogin(app)
  await page.goto(String(login.url))
  await signUp(page, person)
  await grant(page)
  await page.waitForURL(({ pathname }) => pathname === '/callback')
  const session = await finishLogin(app, login, new URL(page.url()))

  const events = new WebSocket(`${url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos`)
  let seen = ''
  events.on('message', (frame) => {
    seen += frame.toString()
  })
  await once(events, 'open')
  expect(await postAndReadBack(app, session, 'The first')).toBe('The first')
  await expect.poll(() => seen.includes('app.bsky.feed.post'), PATIENCE).toBe(true)
  events.close()

  page = await (await browser.newContext()).newPage()
  await page.goto(`${url}/account`)
  await signIn(page, person, { remember: true })
  await page.getByText('Manage your account').waitFor()
  await page.goto(`${url}/account/u/${person.handle}/apps`)
  await page.getByRole('button', { name: 'Details' }).click()
  const revoked = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().includes('revoke'),
  )
  await page.getByRole('button', { name: 'Revoke access' }).click()
  expect((await revoked).status()).toBe(200)
  const write = newPost(session.did, 'The second')
  await expect(
    xrpc(app, session, 'POST', 'com.atproto.repo.createRecord', write),
  ).rejects.toMatchObject({ status: 401 })
})
