import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'

let network: Network
let home: TemporaryFolder
let restored: Vestibule | undefined

beforeAll(async () => {
  network = await startNetwork()
  home = await makeTemporaryFolder('running')
})
afterAll(async () => {
  await restored?.close()
  await network?.close()
  await home?.remove()
})

async function signUp(person: Credentials): Promise<Credentials> {
  await new AtpAgent({ service: network.url }).createAccount(person)
  return person
}

test('a backup under load, restored elsewhere, lets everybody in', async () => {
  const { env } = network.vestibule
  const before = await Promise.all([1, 2, 3, 4].map(() => signUp(newCredentials('early'))))

  let done = false
  const load = (async () => {
    for (let i = 0; i < 30 && !done; i++) await signUp(newCredentials('late'))
  })()
  const folder = join(home.path, 'backup')
  const manifest = await cliJsonHere<{ databases: unknown[] }>(env, ['backup', folder])
  const checked = await cliJsonHere<{ findings: unknown[] }>(env, ['doctor', '--data'])
  done = true
  await load
  expect(manifest.databases.length).toBeGreaterThanOrEqual(2 + before.length)
  expect(checked.findings).toEqual([])

  const dataDir = join(home.path, 'data')
  const elsewhere = { ...env, ENTRYWAY_DATA_DIR: dataDir }
  const report = await cliJsonHere<{ findings: unknown[] }>(elsewhere, ['restore', folder])
  expect(report.findings).toEqual([])
  expect((await runCliHere(elsewhere, ['restore', folder])).exitCode).toBe(1)

  await network.vestibule.stop()
  restored = await startVestibule({
    identity: network.identity,
    plcUrl: network.plc.url,
    pds: network.pds,
    env: { ENTRYWAY_DATA_DIR: dataDir, ENTRYWAY_DPOP_SECRET_HEX: env.ENTRYWAY_DPOP_SECRET_HEX },
  })
  for (const { handle, password } of before) {
    const agent = new AtpAgent({ service: restored.url })
    await agent.login({ identifier: handle, password })
    expect(agent.session?.handle).toBe(handle)
  }
  expect((await runCliHere(elsewhere, ['directory', 'rebuild'])).stderr).toContain('stop it first')
})
