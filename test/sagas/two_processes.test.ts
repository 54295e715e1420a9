import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

let network: Network
beforeAll(async () => {
  network = await startNetwork({ program: { split: true } })
})
afterAll(() => network?.close())

test('a runner that was killed while rivetkit recorded its actors finds them all', async () => {
  const person = newCredentials('rec')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(person)
  await network.vestibule.kill()
  // Of the two files that it makes for an actor, the second is not there yet.
  rmSync(join(network.vestibule.dataDir, 'actors', 'databases'), { recursive: true })
  await network.vestibule.start()
  const { data } = await new AtpAgent({ service: network.url }).login({
    identifier: person.handle,
    password: person.password,
  })
  expect(data.did).toBe(agent.assertDid)
})
