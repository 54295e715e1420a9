import { randomBytes } from 'node:crypto'
import { AtpAgent } from '@atproto/api'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets, type Secrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { agentAt } from '../shared/people/agent.ts'

/** 50 MB: far more than the gateway may hold in memory. */
const BLOB = 50 * 1024 * 1024

let network: Network
let secrets: Secrets
let agent: AtpAgent
let did: string

beforeAll(async () => {
  network = await startNetwork({ pds: { blobUploadLimit: BLOB } })
  secrets = await loadSecrets(readSettings(network.vestibule.env))
  agent = await agentAt(network.url, newCredentials('pat'))
  did = agent.assertDid
})
afterAll(() => network?.close())

/** An access JWT as the entryway signs it, but for what is given. */
const token = (claims: { audience?: string; expiresIn?: string } = {}) =>
  new SignJWT({ scope: 'com.atproto.access', sid: decodeJwt(agent.session?.accessJwt ?? '').sid })
    .setProtectedHeader({ typ: 'at+jwt', alg: 'ES256K' })
    .setSubject(did)
    .setAudience(claims.audience ?? network.pds.did)
    .setIssuedAt('-2h')
    .setExpirationTime(claims.expiresIn ?? '5m')
    .sign(secrets.jwtPrivateKey)

test('an agent that knows the entryway alone posts, reads and deletes', async () => {
  const { data: created } = await agent.com.atproto.repo.createRecord(newPost(did, 'via'))
  const rkey = created.uri.split('/').at(-1) as string
  const where = { repo: did, collection: 'app.bsky.feed.post', rkey }
  const direct = new AtpAgent({ service: network.pds.url })
  const { data: read } = await direct.com.atproto.repo.getRecord(where)
  expect(read.value).toMatchObject({ text: 'via' })
  await agent.com.atproto.repo.deleteRecord(where)
  await expect(direct.com.atproto.repo.getRecord(where)).rejects.toMatchObject({
    error: 'RecordNotFound',
  })
})

test('a blob of 50 MB comes back as it went', async () => {
  const blob = randomBytes(BLOB)
  const { data } = await agent.com.atproto.repo.uploadBlob(blob, { encoding: 'image/png' })
  expect(data.blob.size).toBe(blob.length)
  await agent.com.atproto.repo.createRecord({
    repo: did,
    collection: 'com.example.file',
    record: { $type: 'com.example.file', file: data.blob },
  })
  const back = await agent.com.atproto.sync.getBlob({ did, cid: data.blob.ref.toString() })
  expect(Buffer.compare(Buffer.from(back.data), blob)).toBe(0)
})

const CREATE = '/xrpc/com.atproto.repo.createRecord'
const json = { 'content-type': 'application/json' }

test.each<[name: string, path: string, init?: () => Promise<RequestInit>]>([
  ['a repo by handle', '/xrpc/com.atproto.repo.describeRepo?repo=pat1.test'],
  ['a repo that is not there', '/xrpc/com.atproto.sync.getRepoStatus?did=did:plc:nobody'],
  ['parameters that are wrong', '/xrpc/com.atproto.repo.getRecord?repo=pat1.test'],
  ['a method that does not exist', '/xrpc/com.example.nothing'],
  ['a method of the app view', '/xrpc/app.bsky.actor.getProfile?actor=pat1.test'],
  ['no token', CREATE, async () => ({ method: 'POST', headers: json, body: '{}' })],
  ['a token that has expired', CREATE, async () => post(await token({ expiresIn: '-1h' }))],
  [
    'what anybody may read, with a token that has expired',
    '/xrpc/com.atproto.repo.describeRepo?repo=pat1.test',
    async () => ({ headers: { authorization: `Bearer ${await token({ expiresIn: '-1h' })}` } }),
  ],
  ['a token for another PDS', CREATE, async () => post(await token({ audience: 'did:web:a.b' }))],
  ['rubbish for a token', CREATE, async () => post('rubbish')],
  ['an input that is wrong', CREATE, async () => post(await token())],
  [
    'a service to proxy to that is not there',
    '/xrpc/com.example.ask',
    async () => ({
      headers: {
        authorization: `Bearer ${await token()}`,
        'atproto-proxy': 'did:web:nobody.test#service',
      },
    }),
  ],
])('%s: the answer is what the PDS says', async (_name, path, init) => {
  const options = (await init?.()) ?? {}
  const [via, direct] = await Promise.all([
    fetch(network.url + path, options),
    fetch(network.pds.url + path, options),
  ])
  expect(via.status).toBe(direct.status)
  expect(await via.json()).toEqual(await direct.json())
  for (const header of ['access-control-allow-origin', 'content-type', 'www-authenticate']) {
    expect([header, via.headers.get(header)]).toEqual([header, direct.headers.get(header)])
  }
})

const post = (jwt: string): RequestInit => ({
  method: 'POST',
  headers: { ...json, authorization: `Bearer ${jwt}` },
  body: '{}',
})

test('a preflight is answered as the PDS answers it', async () => {
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,atproto-proxy',
    },
  }
  const answers = await Promise.all(
    [network.url, network.pds.url].map((url) => fetch(url + CREATE, preflight)),
  )
  const [via, direct] = answers.map(({ status, headers }) => ({
    status,
    cors: [...headers].filter(([name]) => name.startsWith('access-control-')),
  }))
  expect(via).toEqual(direct)
})

test('a DPoP-bound request is told where its resource is', async () => {
  const answer = await fetch(network.url + CREATE, {
    method: 'POST',
    headers: { ...json, authorization: `DPoP ${await token()}`, dpop: 'proof' },
    body: '{}',
  })
  expect(answer.status).toBe(401)
  expect((await answer.json()).message).toContain(network.pds.url)
  const [, metadataUrl] =
    answer.headers.get('www-authenticate')?.match(/^DPoP resource_metadata="(.*)"$/) ?? []
  const metadata = await (await fetch(metadataUrl as string)).json()
  expect(metadata).toMatchObject({
    resource: network.pds.url,
    authorization_servers: [network.url],
  })
})

test('a long body where none is passed on is refused', async () => {
  const body = new Uint8Array(100_000)
  const answer = await fetch(`${network.url}/oauth/token`, { method: 'POST', body })
  expect(answer.status).toBe(413)
  const chunked = new Blob([body]).stream()
  const init = { method: 'POST', body: chunked, duplex: 'half' } as RequestInit
  expect((await fetch(`${network.url}/oauth/par`, init)).status).toBe(413)

  const short = new URLSearchParams({ client_id: 'http://localhost' })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const stream = new Blob([String(short)]).stream()
  const ok = { method: 'POST', headers: form, body: stream, duplex: 'half' } as RequestInit
  const asked = await fetch(`${network.url}/oauth/par`, ok)
  expect(await asked.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
  expect(asked.status).toBe(400)
})

test('a subscription passes, and ends when the entryway stops', async () => {
  const { host } = new URL(network.url)
  const socket = new WebSocket(`ws://${host}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`)
  socket.binaryType = 'arraybuffer'
  const frames: string[] = []
  const seen = Promise.withResolvers<void>()
  socket.addEventListener('message', ({ data }) => {
    frames.push(Buffer.from(data).toString('latin1'))
    if (frames.at(-1)?.includes('to be seen by all')) seen.resolve()
  })
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  await agent.com.atproto.repo.createRecord(newPost(did, 'to be seen by all'))
  await seen.promise
  expect(frames[0]).toContain(did)

  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  await network.vestibule.restart()
  await closed
  expect((await agent.com.atproto.repo.describeRepo({ repo: did })).data.did).toBe(did)
})
