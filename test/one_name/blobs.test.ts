import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

const MIB = 1024 * 1024
const BLOB = 100 * MIB
/** Less than the blob, which would be held at least once; more than what waits for the garbage collector on a busy machine. */
const HELD = 90 * MIB

let network: Network
let agent: AtpAgent
beforeAll(async () => {
  network = await startNetwork({ oneName: true, pds: { blobUploadLimit: BLOB } })
  agent = new AtpAgent({ service: network.url })
  await agent.createAccount(newCredentials('blo'))
})
afterAll(() => network?.close())

/** A blob that is made as it is read, and the hash of what was read so far. */
function makeBlob(bytes: number) {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(MIB)
  let made = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunk.writeUInt32LE(made)
      hash.update(chunk)
      made += MIB
      controller.enqueue(Buffer.from(chunk))
      if (made >= bytes) controller.close()
    },
  })
  return { stream, digest: () => hash.digest('hex') }
}

/** Most bytes of memory that the program had since the last time. */
async function peak(): Promise<number> {
  const status = await readFile(`/proc/${network.vestibule.pid}/status`, 'utf8')
  await writeFile(`/proc/${network.vestibule.pid}/clear_refs`, '5')
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) * 1024
}

test('a blob of 100 MB goes up and comes down without being held', async () => {
  const upload = async (bytes: number) => {
    const { stream, digest } = makeBlob(bytes)
    const answer = await fetch(`${network.url}/xrpc/com.atproto.repo.uploadBlob`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${agent.session?.accessJwt}`,
        'content-type': 'video/mp4',
        'content-length': String(bytes),
      },
      body: stream,
      duplex: 'half',
    } as RequestInit)
    const { blob } = await answer.json()
    expect(blob).toMatchObject({ size: bytes })
    return { blob, digest: digest() }
  }
  const download = async (cid: string) => {
    const query = new URLSearchParams({ did: agent.assertDid, cid })
    const answer = await fetch(`${network.url}/xrpc/com.atproto.sync.getBlob?${query}`)
    const hash = createHash('sha256')
    for await (const chunk of answer.body ?? []) hash.update(chunk)
    return hash.digest('hex')
  }
  const once = async (bytes: number) => {
    const { blob, digest } = await upload(bytes)
    const record = { $type: 'com.example.file', file: blob }
    await agent.com.atproto.repo.createRecord({
      repo: agent.assertDid,
      collection: 'com.example.file',
      record,
    })
    expect(await download(blob.ref.$link)).toBe(digest)
  }

  await once(8 * MIB)
  await peak()
  await once(8 * MIB)
  const usual = await peak()
  await once(BLOB)
  expect((await peak()) - usual).toBeLessThan(HELD)
})
