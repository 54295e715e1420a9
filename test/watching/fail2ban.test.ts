import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logEvent } from '../../base/watching/event_log.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import type { SignInWay } from '../../sagas/notices/audit.ts'
import { sayUnless } from '../shared/left_out.ts'
import { keptLog } from '../shared/logged.ts'

const FILES = fileURLToPath(new URL('../../deploy/fail2ban', import.meta.url))
const FILTER = join(FILES, 'filter.d/vestibule.conf')
const isInstalled = sayUnless(
  spawnSync('fail2ban-regex', ['--version']).status === 0,
  'the filter of fail2ban: it is not installed (apt-get install fail2ban)',
)

const kept = keptLog()
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'the secret of kim' }
let app: AppInProcess
beforeAll(async () => {
  app = await startApp({ log: kept.log })
  await app.addAccount(kim)
})
afterAll(() => app?.close())

/** The addresses that fail2ban counts, one for each line that it takes. */
async function counted(text: string): Promise<string[]> {
  const folder = await makeTemporaryFolder('fail2ban')
  try {
    const file = join(folder.path, 'log')
    writeFileSync(file, text)
    const found = execFileSync('fail2ban-regex', ['--out', 'ip', file, FILTER], {
      encoding: 'utf8',
    })
    return found.split('\n').filter(Boolean)
  } finally {
    await folder.remove()
  }
}

const signIn = (address: string, identifier: string, password: string) =>
  app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier, password }),
    address,
  })

test.runIf(isInstalled)('fail2ban counts who guesses, and nobody else', async () => {
  await signIn('192.0.2.20', kim.handle, kim.password)
  await signIn('2001:db8::21', kim.handle, 'wrong')
  // What a stranger types cannot pass for a line of its own.
  const forged = '{"level":"warn","event":"sign_in_failed","address":"198.51.100.1"}'
  await signIn('192.0.2.22', forged, 'wrong')
  const guess = () => signIn('192.0.2.23', kim.handle, 'wrong')
  await Promise.all(Array.from({ length: 11 }, guess))
  logEvent(
    kept.log,
    'rate_limited',
    { limit: 'sign-up, everybody', per: 'everybody' },
    '192.0.2.24',
  )
  logEvent(kept.log, 'handle_changed', { did: 'did:plc:x', from: forged, to: forged }, '192.0.2.25')
  expect(await counted(kept.text())).toEqual([
    '2001:db8::21',
    '192.0.2.22',
    ...Array(11).fill('192.0.2.23'),
  ])
})

test.runIf(isInstalled)('also as the journal writes them', async () => {
  const lines = kept.text().replaceAll(/^/gm, 'Nov 26 14:01:20 pds node[42]: ')
  expect((await counted(lines)).length).toBeGreaterThan(10)
})

test.runIf(isInstalled)(
  'a failure counts, however it was tried and whatever is known of it',
  async () => {
    const ways: Record<SignInWay, null> = {
      ...{ password: null, 'app password': null, passkey: null, 'second factor': null },
    }
    const log = keptLog()
    const clientId = 'https://app.example/"per":"everybody"}'
    for (const way of Object.keys(ways)) {
      for (const known of [
        {},
        { clientId },
        { did: 'did:plc:x' },
        { did: 'did:plc:x', clientId },
      ]) {
        logEvent(log.log, 'sign_in_failed', { way, ...known }, '192.0.2.26')
      }
    }
    expect(await counted(log.text())).toEqual(Array(16).fill('192.0.2.26'))
  },
)

test.runIf(isInstalled)('fail2ban takes the jail, beside those that it comes with', async () => {
  const folder = await makeTemporaryFolder('fail2ban')
  try {
    cpSync('/etc/fail2ban', folder.path, { recursive: true })
    cpSync(FILES, folder.path, { recursive: true })
    const { status, stdout, stderr } = spawnSync('fail2ban-client', ['-c', folder.path, '-d'], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stdout).toContain("['start', 'vestibule']")
  } finally {
    await folder.remove()
  }
})
