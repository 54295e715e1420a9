import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { PdsClient } from '../../pds/client.ts'

/** What is read of the public profile of a person, who writes there what they like. */
let server: Server
let pds: PdsClient
let description = ''

beforeAll(async () => {
  server = createServer((_, response) => {
    const value = { $type: 'app.bsky.actor.profile', displayName: 'Kim', description }
    const uri = 'at://did:plc:kim/app.bsky.actor.profile/self'
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ uri, cid: CID, value }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const address = `http://127.0.0.1:${port}`
  pds = new PdsClient({ did: 'did:web:pds.test', url: address, address, adminPassword: null })
})
afterAll(() => server?.close())

const CID = 'bafyreih7wuvzk2u7z3ipqzsxzpdqjgyrdgvjjuvbh4ogb3wy7zxt5xkrsm'

test('one as long as may be is read, and one that is much longer is not', async () => {
  description = 'a'.repeat(2_560)
  expect(await pds.readProfile('did:plc:kim')).toMatchObject({ profile: { displayName: 'Kim' } })
  description = 'a'.repeat(40_000)
  await expect(pds.readProfile('did:plc:kim')).rejects.toThrow(UnavailableError)
})
