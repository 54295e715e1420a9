import { Secp256k1Keypair } from '@atproto/crypto'
import { Client } from '@did-plc/lib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoopbackServer } from '../../lab/world/loopback.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'

let plc: LoopbackServer
beforeAll(async () => {
  plc = await startPlc()
})
afterAll(() => plc?.close())

test('the directory of the world says the same again, and after an operation what is so then', async () => {
  const key = await Secp256k1Keypair.create()
  const client = new Client(plc.url)
  const did = await client.createDid({
    signingKey: key.did(),
    handle: 'before.test',
    pds: 'https://pds.test',
    rotationKeys: [key.did()],
    signer: key,
  })
  const read = async (path: string) => {
    const answer = await fetch(`${plc.url}/${path}`)
    const headers = [...answer.headers].filter(([name]) => name !== 'date')
    return { status: answer.status, headers, text: await answer.text() }
  }
  for (const path of [did, encodeURIComponent(did), `${did}/data`, `${did}/log/last`]) {
    const first = await read(path)
    expect(first).toMatchObject({ status: 200, text: expect.stringContaining('before.test') })
    expect(await read(path)).toEqual(first)
  }
  await client.updateHandle(did, key, 'after.test')
  for (const path of [did, encodeURIComponent(did), `${did}/data`, `${did}/log/last`]) {
    expect((await read(path)).text).toContain('after.test')
  }
  await client.tombstone(did, key)
  expect(await read(did)).toMatchObject({ status: 404 })
})
