import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import type { Sample } from '../../lab/soak/probe.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

const MIB = 1024 * 1024
const BLOB = 100 * MIB
/** Bytes after which it is looked what the program holds. */
const LOOK = 10 * MIB
/** MiB more than before; a gateway that held the blob would hold 90 of it at the last look. */
const HELD = 20

let network: Network
let agent: AtpAgent
beforeAll(async () => {
  const probe = fileURLToPath(new URL('../../lab/soak/probe.ts', import.meta.url))
  network = await startNetwork({
    oneName: true,
    pds: { blobUploadLimit: BLOB },
    program: { preloads: [probe] },
  })
  agent = new AtpAgent({ service: network.url })
  await agent.createAccount(newCredentials('blo'))
})
afterAll(() => network?.close())

/** MiB that the program holds, without what waits for the garbage collector. */
async function held(): Promise<number> {
  const { heap, external } = (await network.vestibule.ask({})) as Sample
  return heap + external
}

/** Looks each time that {@link LOOK} more bytes are on their way. */
function makeLook() {
  const seen: number[] = []
  let passed = 0
  const look = async (bytes: number) => {
    const before = passed
    passed += bytes
    if (Math.floor(passed / LOOK) > Math.floor(before / LOOK)) seen.push(await held())
  }
  return { seen, look }
}

type Look = ReturnType<typeof makeLook>['look']

/** A blob that is made as it is read, and the hash of what was read so far. */
function makeBlob(bytes: number, look: Look) {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(MIB)
  let made = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      chunk.writeUInt32LE(made)
      hash.update(chunk)
      made += MIB
      controller.enqueue(Buffer.from(chunk))
      if (made < bytes) await look(MIB)
      else controller.close()
    },
  })
  return { stream, digest: () => hash.digest('hex') }
}

test('a blob of 100 MB goes up and comes down without being held', async () => {
  const upload = async (bytes: number, look: Look) => {
    const { stream, digest } = makeBlob(bytes, look)
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
  const download = async (cid: string, look: Look) => {
    const query = new URLSearchParams({ did: agent.assertDid, cid })
    const answer = await fetch(`${network.url}/xrpc/com.atproto.sync.getBlob?${query}`)
    const hash = createHash('sha256')
    for await (const chunk of answer.body ?? []) {
      hash.update(chunk)
      await look(chunk.length)
    }
    return hash.digest('hex')
  }
  const once = async (bytes: number) => {
    const [up, down] = [makeLook(), makeLook()]
    const { blob, digest } = await upload(bytes, up.look)
    const record = { $type: 'com.example.file', file: blob }
    await agent.com.atproto.repo.createRecord({
      repo: agent.assertDid,
      collection: 'com.example.file',
      record,
    })
    expect(await download(blob.ref.$link, down.look)).toBe(digest)
    return { up: up.seen, down: down.seen }
  }

  await once(2 * LOOK)
  const before = await held()
  const { up, down } = await once(BLOB)
  expect(up.length).toBe(BLOB / LOOK - 1)
  expect(down.length).toBe(BLOB / LOOK)
  expect(Math.max(...up, ...down) - before).toBeLessThan(HELD)
})
