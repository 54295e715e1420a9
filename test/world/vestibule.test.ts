import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { isRunning } from '../../lab/world/processes/is_running.ts'

let network: Network

beforeAll(async () => {
  network = await startNetwork()
})
afterAll(() => network?.close())

test('a Vestibule that is killed or restarted comes back with its accounts', async () => {
  const { vestibule } = network
  const person = newCredentials('rita')
  const did = await headlessSignUp(network.url, person)
  const redirectUri = 'http://127.0.0.1/callback'
  const scope = 'atproto'
  const clientId = loopbackClientId(redirectUri, scope)

  const firstPid = vestibule.pid
  await vestibule.kill()
  await expect(fetch(`${network.url}/_health`)).rejects.toThrow()
  for (const back of ['after a crash', 'after a stop']) {
    await vestibule.restart()
    expect(vestibule.pid, back).not.toBe(firstPid)
    const app = await discoverApp({ pdsUrl: network.pds.url, clientId, redirectUri, scope })
    expect(await headlessLogin(app, person)).toMatchObject({
      did,
    })
  }
  expect(vestibule.logs).toContain('Vestibule is up')
})

test.each([
  ['a Vestibule', './abandoning_parent.ts'],
  ['an engine', './abandoning_engine.ts'],
])('%s does not outlive the process that started it', async (_, file) => {
  const program = fileURLToPath(new URL(file, import.meta.url))
  const parent = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(parent, 'exit')
  const { pid, dataDir } = (await json(parent.stdout)) as { pid: number; dataDir: string }
  expect(pid).toBeTypeOf('number')
  expect((await exited)[1]).toBe('SIGKILL')
  await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false)
  await rm(dataDir, { recursive: true })
})

test('a network that is closed leaves no data', async () => {
  const other = await startNetwork()
  const { dataDir } = other.vestibule
  expect(existsSync(dataDir)).toBe(true)
  await other.close()
  expect(existsSync(dataDir)).toBe(false)
  await expect(fetch(`${other.pds.url}/xrpc/_health`)).rejects.toThrow()
  expect((await fetch(`${network.pds.url}/xrpc/_health`)).status).toBe(200)
})
