import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'

const AUTH_ACTORS = 3
/** More than there are auth actors, so that each is asked by each gateway. */
const TIMES = 2 * AUTH_ACTORS

let network: Network
let second: Run
/** Both gateways. */
let urls: string[]

const patient = fileURLToPath(new URL('./patient_gateway.ts', import.meta.url))
const dying = fileURLToPath(new URL('./die_before_telling.ts', import.meta.url))

/** Starts the second gateway, which waits for a runner that starts on a busy machine. */
async function startSecond(): Promise<void> {
  const env = { ...network.vestibule.env, ENTRYWAY_PORT: new URL(urls[1] as string).port }
  second = runProgram('start_gateway.ts', env, { preloads: [patient] })
  await untilStatus(`${urls[1]}/_health`, 200)
}

beforeAll(async () => {
  network = await startNetwork({
    env: { ENTRYWAY_AUTH_ACTORS: String(AUTH_ACTORS) },
    program: { split: true, preloads: [dying] },
  })
  urls = [network.url, `http://localhost:${await freePort()}`]
  await startSecond()
})
afterAll(async () => {
  await second?.end('SIGKILL')
  await network?.close()
})

type Session = { accessJwt: string; refreshJwt: string }

const post = (url: string, nsid: string, input: object | null, jwt?: string) =>
  fetch(`${url}/xrpc/com.atproto.server.${nsid}`, {
    method: 'POST',
    headers: {
      ...(input && { 'content-type': 'application/json' }),
      ...(jwt && { authorization: `Bearer ${jwt}` }),
    },
    ...(input && { body: JSON.stringify(input) }),
  })

async function signUp(): Promise<Session> {
  const { handle, email, password } = newCredentials('out')
  return (await post(network.url, 'createAccount', { handle, email, password })).json()
}

/** What each gateway answers, several times over. */
async function askAll({ accessJwt }: Session): Promise<number[]> {
  const asked = urls.flatMap((url) =>
    Array.from({ length: TIMES }, async () => {
      const headers = { authorization: `Bearer ${accessJwt}` }
      return (await fetch(`${url}/xrpc/com.atproto.repo.listMissingBlobs`, { headers })).status
    }),
  )
  return [...new Set(await Promise.all(asked))]
}

async function listenAt(url: string, { accessJwt }: Session): Promise<Socket> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  const head = [
    'GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1',
    `Host: localhost:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Authorization: Bearer ${accessJwt}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 101 /)
  return socket
}

test('who signed out at one gateway is out at all auth actors and gateways, streams too', async () => {
  const [session, other] = [await signUp(), await signUp()]
  expect(await askAll(session)).toEqual([200])
  expect(await askAll(other)).toEqual([200])
  const streams = await Promise.all(urls.map((url) => listenAt(url, session)))
  const stays = await listenAt(urls[1] as string, other)
  const over = streams.map((stream) => once(stream, 'close'))
  expect((await post(network.url, 'deleteSession', null, session.refreshJwt)).status).toBe(200)
  expect(await askAll(session)).toEqual([400])
  await Promise.all(over)
  expect(await askAll(other)).toEqual([200])
  expect(stays.destroyed).toBe(false)
  stays.destroy()
})

test('a gateway that dies holds up no ending', async () => {
  const session = await signUp()
  await second.end('SIGKILL')
  expect((await post(network.url, 'deleteSession', null, session.refreshJwt)).status).toBe(200)
  await startSecond()
  expect(await askAll(session)).toEqual([400])
})

test('what ended before the program died without a word stays over', async () => {
  const [session, other] = [await signUp(), await signUp()]
  expect(await askAll(session)).toEqual([200])
  const stream = await listenAt(urls[1] as string, session)
  const stays = await listenAt(urls[1] as string, other)
  const over = once(stream, 'close')
  network.vestibule.send({ die: true })
  // It is not answered with success: nobody was told.
  expect((await post(network.url, 'deleteSession', null, session.refreshJwt)).status).toBe(503)
  await network.vestibule.ended()
  await network.vestibule.start()
  for (const url of urls) await untilStatus(`${url}/_health`, 200)
  expect(await askAll(session)).toEqual([400])
  await over
  expect(stays.destroyed).toBe(false)
  expect(await askAll(other)).toEqual([200])
  stays.destroy()
})
