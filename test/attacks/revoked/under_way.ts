import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { connect } from 'node:net'
import type { World } from '../endings/world.ts'
import { type Kind, type SignedIn, shown } from './held.ts'

/** Something that is under way, until it is over. */
type UnderWay = { isOver(): boolean; end(): void }

/** Begins to upload a blob. */
export async function upload(world: World, signedIn: SignedIn, kind: Kind): Promise<UnderWay> {
  const path = '/xrpc/com.atproto.repo.uploadBlob'
  const headers = {
    ...(await shown(world, signedIn, kind, ['POST', path])),
    ...{ 'content-type': 'image/png', 'transfer-encoding': 'chunked' },
  }
  const asked: ClientRequest = request(world.url + path, { method: 'POST', headers, agent: false })
  const over = Promise.race([
    once(asked, 'error').then(() => {}),
    once(asked, 'response').then(() => {}),
  ]).catch(() => {})
  asked.on('error', () => {})
  asked.write('x'.repeat(1_000))
  await once(asked, 'socket')
  return watched(over, () => asked.destroy())
}

/** Opens the event stream. */
export async function listen(world: World, signedIn: SignedIn, kind: Kind): Promise<UnderWay> {
  const path = '/xrpc/com.atproto.sync.subscribeRepos'
  const headers = await shown(world, signedIn, kind, ['GET', path])
  const { port } = new URL(world.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  const over = once(socket, 'close').then(() => {})
  socket.write(
    `${[
      `GET ${path} HTTP/1.1`,
      `Host: localhost:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.from(randomUUID().slice(0, 16)).toString('base64')}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ].join('\r\n')}\r\n\r\n`,
  )
  const [head] = await Promise.race([once(socket, 'data'), over.then(() => ['closed'])])
  if (!String(head).startsWith('HTTP/1.1 101')) throw new Error(String(head))
  return watched(over, () => socket.destroy())
}

function watched(over: Promise<void>, end: () => void): UnderWay {
  let isOver = false
  void over.then(() => {
    isOver = true
  })
  return { isOver: () => isOver, end }
}
