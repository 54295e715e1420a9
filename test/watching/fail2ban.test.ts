import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logEvent } from '../../base/watching/event_log.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { sayUnless } from '../shared/left_out.ts'
import { keptLog } from '../shared/logged.ts'

const FILTER = fileURLToPath(
  new URL('../../deploy/fail2ban/filter.d/vestibule.conf', import.meta.url),
)
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
