import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import https, { type RequestOptions } from 'node:https'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { startApacheInFront } from '../../lab/world/servers/apache_in_front.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import {
  findProgram,
  type ProxyInFront,
  startCaddy,
  startNginx,
} from '../../lab/world/servers/proxies.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import {
  makeVestibuleIdentity,
  startVestibule,
  type Vestibule,
} from '../../lab/world/vestibule/vestibule.ts'
import { sayUnless } from '../shared/left_out.ts'

const NAME = 'pds.example.com'
/** Where the client is: the proxies are at 127.0.0.1, which is trusted. */
const CLIENT = '127.0.0.2'
const MIB = 1024 * 1024
const BLOB = 100 * MIB

const PROXIES = [
  { name: 'caddy', start: startCaddy, program: findProgram('caddy') ?? '' },
  { name: 'nginx', start: startNginx, program: findProgram('nginx') ?? '' },
  { name: 'apache2', start: startApacheInFront, program: findProgram('apache2') ?? '' },
] as const
const installed = PROXIES.filter(({ program }) => program)

let plc: Peer
let vestibule: Vestibule
beforeAll(async () => {
  if (installed.length === 0) return
  plc = await startPlc()
  const identity = await makeVestibuleIdentity()
  vestibule = await startVestibule({
    identity: { ...identity, url: `https://${NAME}`, did: `did:web:${NAME}` },
    plcUrl: plc.url,
    embeddedPds: true,
    env: {
      ENTRYWAY_HANDLE_DOMAINS: `.${NAME}`,
      ENTRYWAY_TRUSTED_PROXIES: '127.0.0.1',
      PDS_CRAWLERS: '',
    },
  })
})
afterAll(async () => {
  await vestibule?.close()
  await plc?.close()
})

for (const { name, start, program } of PROXIES) {
  const isInstalled = sayUnless(
    program !== '',
    `one name behind a real ${name}: it is not installed (apt-get install ${name})`,
  )

  describe.runIf(isInstalled)(`one name behind a real ${name}, as deploy/ sets it up`, () => {
    const person = newCredentials(name)
    const handle = `${person.handle.split('.')[0]}.${NAME}`
    let proxy: ProxyInFront
    let session: { did: string; accessJwt: string; refreshJwt: string }

    beforeAll(async () => {
      const { ENTRYWAY_PORT } = vestibule.env
      proxy = await start(program, Number(ENTRYWAY_PORT))
    })
    afterAll(() => proxy?.close())

    const where = (servername = NAME): RequestOptions => ({
      ...{ host: '127.0.0.1', port: proxy.port, servername, ca: proxy.ca, agent: false },
      localAddress: CLIENT,
    })
    const ask = async (
      path: string,
      { body, headers, ...options }: RequestOptions & { body?: Iterable<Uint8Array> | string } = {},
    ): Promise<IncomingMessage> => {
      const request = https.request({
        ...where(),
        ...{ method: body === undefined ? 'GET' : 'POST', path, ...options },
        headers: { host: NAME, ...headers },
      })
      const answered = once(request, 'response')
      if (typeof body === 'object') {
        for (const chunk of body) if (!request.write(chunk)) await once(request, 'drain')
        request.end()
      } else request.end(body)
      return (await answered)[0] as IncomingMessage
    }
    const read = async (incoming: IncomingMessage) => {
      const text = Buffer.concat(await incoming.toArray()).toString()
      return { status: incoming.statusCode, body: text && JSON.parse(text) }
    }
    const call = async (nsid: string, input: object | null, jwt?: string) =>
      read(
        await ask(`/xrpc/com.atproto.${nsid}`, {
          ...(input && { body: JSON.stringify(input) }),
          headers: {
            ...(input && { 'content-type': 'application/json' }),
            ...(jwt && { authorization: `Bearer ${jwt}` }),
          },
        }),
      )
    const listen = async (headers: Record<string, string> = {}) => {
      const url = `wss://127.0.0.1:${proxy.port}/xrpc/com.atproto.sync.subscribeRepos`
      const socket = new WebSocket(url, {
        ...{ ...where(), agent: undefined, headers: { host: NAME, ...headers } },
      } as never)
      await once(socket, 'open')
      return socket
    }

    test('an account is made, from where its person is, and its handle has a certificate', async () => {
      const { email, password } = person
      const made = await call('server.createAccount', { handle, email, password })
      expect(made).toMatchObject({ status: 200, body: { handle } })
      session = made.body
      const sessions = await cliJsonHere<object>(vestibule.env, [
        'account',
        'sessions',
        session.did,
      ])
      expect(JSON.stringify(sessions)).toContain(CLIENT)
      const rejectUnauthorized = name === 'caddy'
      const ofHandle = { ...where(handle), rejectUnauthorized, headers: { host: handle } }
      const did = await ask('/.well-known/atproto-did', ofHandle)
      expect(Buffer.concat(await did.toArray()).toString()).toBe(session.did)
      if (name !== 'caddy') return
      const nobody = `nobody.${NAME}`
      await expect(ask('/', { ...where(nobody), headers: { host: nobody } })).rejects.toThrow()
    })

    test('the event stream tells of a post, over TLS', async () => {
      const socket = await listen()
      const heard: Buffer[] = []
      socket.on('message', (data) => heard.push(data as Buffer))
      const post = newPost(session.did, `behind ${name}`)
      expect(await call('repo.createRecord', post, session.accessJwt)).toMatchObject({
        status: 200,
      })
      await expect.poll(() => heard.some((data) => data.includes(`behind ${name}`))).toBe(true)
      socket.close()
      await once(socket, 'close')
    })

    test('a blob of 100 MB goes up and comes down as it is', async () => {
      const chunk = randomBytes(MIB)
      const hash = createHash('sha256')
      const chunks = function* () {
        for (let i = 0; i < BLOB / MIB; i++) {
          hash.update(chunk)
          yield chunk
        }
      }
      const uploaded = await read(
        await ask('/xrpc/com.atproto.repo.uploadBlob', {
          body: chunks(),
          headers: {
            authorization: `Bearer ${session.accessJwt}`,
            ...{ 'content-type': 'video/mp4', 'content-length': BLOB },
          },
        }),
      )
      expect(uploaded).toMatchObject({ status: 200, body: { blob: { size: BLOB } } })
      const collection = 'com.example.file'
      const record = { $type: collection, file: uploaded.body.blob }
      const input = { repo: session.did, collection, record }
      expect(await call('repo.createRecord', input, session.accessJwt)).toMatchObject({
        status: 200,
      })
      const query = new URLSearchParams({ did: session.did, cid: uploaded.body.blob.ref.$link })
      const came = createHash('sha256')
      for await (const part of await ask(`/xrpc/com.atproto.sync.getBlob?${query}`)) {
        came.update(part)
      }
      expect(came.digest('hex')).toBe(hash.digest('hex'))
    })

    test('who signed out is out from the next request on, and hears no more', async () => {
      const socket = await listen({ authorization: `Bearer ${session.accessJwt}` })
      const over = once(socket, 'close')
      const look = () => call('repo.listMissingBlobs', null, session.accessJwt)
      expect(await look()).toMatchObject({ status: 200 })
      const out = { method: 'POST', headers: { authorization: `Bearer ${session.refreshJwt}` } }
      expect(await read(await ask('/xrpc/com.atproto.server.deleteSession', out))).toMatchObject({
        status: 200,
      })
      expect(await look()).toMatchObject({ status: 400, body: { error: 'ExpiredToken' } })
      await over
    })
  })
}
