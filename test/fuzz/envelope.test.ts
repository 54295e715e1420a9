import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { connectAuth } from '../../actors/hosting/connect_auth.ts'
import { portPath } from '../../actors/hosting/port.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings, type Settings } from '../../base/settings/settings.ts'
import { createLog } from '../../base/watching/log.ts'
import type { AuthActor } from '../../http/envelope.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'
import { mutateJson, mutateText } from './mutate.ts'
import { Random } from './random.ts'

const SEED = Number(process.env.FUZZ_SEED ?? 1)
const ENVELOPES = 1_500
const AT_ONCE = 25
/** Milliseconds in which an envelope that can be answered is. */
const PATIENCE = 60_000

let vestibule: Vestibule
let settings: Settings
let secret: string
let auth: AuthActor

beforeAll(async () => {
  vestibule = await startVestibule({
    plcUrl: 'http://localhost:9',
    split: true,
    env: { ENTRYWAY_RATE_LIMITS: 'off' },
  })
  settings = readSettings(vestibule.env)
  secret = (await loadSecrets(settings)).actorSecret
  auth = await connectAuth(settings, secret, createLog('silent')).opened()
})
afterAll(() => vestibule?.close())

const valid = [
  { method: 'GET', target: '/.well-known/oauth-authorization-server', body: null },
  { method: 'GET', target: '/oauth/authorize?client_id=http%3A%2F%2Flocalhost', body: null },
  { method: 'POST', target: '/oauth/par', body: Buffer.from('client_id=http%3A%2F%2Flocalhost') },
  { method: 'POST', target: '/xrpc/com.atproto.server.createSession', body: Buffer.from('{}') },
  { method: 'POST', target: '/_operator/status', body: Buffer.from('{}') },
  { method: 'GET', target: '/xrpc/com.atproto.sync.getRepo?did=did:plc:x', body: 'unread' },
].map((request) => ({
  ...request,
  headers: [
    ['host', 'localhost'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['cookie', 'dev-id=x; ses-id=y'],
  ],
  client: { address: '127.0.0.1', port: 4711 },
}))

test(`${ENVELOPES} broken envelopes are answered with a 4xx, or as if they were whole`, async () => {
  const random = new Random(SEED)
  const { pid } = vestibule
  const faults: string[] = []
  const statuses = new Set<number>()
  let left = ENVELOPES
  const lane = async () => {
    while (left-- > 0) {
      const envelope = mutateJson(random, random.pick(valid))
      const answer = (await Promise.race([
        auth.answer(envelope as never).catch((err: Error) => ({ failed: err.message })),
        new Promise((resolve) => setTimeout(() => resolve({ failed: 'no answer' }), PATIENCE)),
      ])) as { status?: number; readBody?: true; failed?: string }
      if (answer.readBody) continue
      if (answer.status && (answer.status < 500 || answer.status === 501)) {
        statuses.add(answer.status)
        continue
      }
      const shown = JSON.stringify(envelope)?.slice(0, 500)
      faults.push(`${answer.failed ?? answer.status} to ${shown}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  expect(faults).toEqual([])
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404]))
  expect(vestibule.pid, 'it did not crash').toBe(pid)
  expect((await fetch(`${vestibule.url}/_health`)).status).toBe(200)
})

test('noise on the actor port leaves the runner answering', async () => {
  const random = new Random(SEED)
  const { pid } = vestibule
  const path = portPath(secret)
  const request = `GET ${path}/gateway/x/connect HTTP/1.1\r\nhost: localhost\r\n\r\n`
  for (let i = 0; i < 150; i++) {
    await throwBytes(settings.actorPort, mutateText(random, random.pick([request, '\x16\x03\x01'])))
  }
  for (let i = 0; i < 50; i++) {
    await throwFrames(`ws://127.0.0.1:${settings.actorPort}${path}/gateway/x/connect`, random)
  }
  expect(vestibule.pid).toBe(pid)
  expect(await auth.ready()).toBe(true)
  expect((await fetch(`${vestibule.url}/_health`)).status).toBe(200)
  expect(vestibule.logs).not.toContain(secret)
})

/** Sends bytes and waits until the other side is done with them. */
function throwBytes(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text))
    socket.setTimeout(300, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
  })
}

/** Opens a WebSocket, where it can, and sends what no client would. */
function throwFrames(url: string, random: Random): Promise<void> {
  return new Promise((resolve) => {
    const protocols = ['rivet', 'rivet_encoding.json', 'rivet_target.actor', 'rivet_actor.x']
    const socket = new WebSocket(url, random.chance(0.5) ? protocols : [])
    socket.on('open', () => {
      socket.send(mutateText(random, '{"b":{"i":1,"n":"ask","a":[]}}'))
      socket.send(Buffer.from([random.int(256), random.int(256)]))
      setTimeout(() => socket.terminate(), 20)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}
