import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { connect } from 'node:net'
import { type Answer, send } from '../attacker.ts'
import { authorization, type OAuthSignIn } from '../endings/grants.ts'
import { PASSWORD, type Person, type World } from '../endings/world.ts'

/** What an access token is of. */
export const KINDS = ['password', 'app password', 'OAuth'] as const
export type Kind = (typeof KINDS)[number]

/** One account, signed in to in each way. */
export type SignedIn = {
  person: Person
  oauth: OAuthSignIn
  legacy: Record<'password' | 'app password', { accessJwt: string; refreshJwt: string }>
}

export async function signIn(world: World, person: Person): Promise<SignedIn> {
  const createSession = async (password: string) => {
    const { body } = await world.call('server.createSession', {
      identifier: person.handle,
      password,
    })
    return { accessJwt: String(body.accessJwt), refreshJwt: String(body.refreshJwt) }
  }
  const oauth = await (await authorization(world, person, true))()
  if (!oauth) throw new Error('Not signed in')
  const legacy = {
    password: await createSession(PASSWORD),
    'app password': await createSession(person.appPassword.password),
  }
  return { person, oauth, legacy }
}

/** Asks a method that the PDS answers for whoever is signed in. */
export function ask(world: World, { legacy, oauth }: SignedIn, kind: Kind): Promise<Answer> {
  return askWith(
    world,
    kind === 'OAuth' ? `DPoP ${oauth.session.accessToken}` : `Bearer ${legacy[kind].accessJwt}`,
  )
}

export const askWith = ({ url }: { url: string }, authorization: string) =>
  send(`${url}/xrpc/com.atproto.repo.listMissingBlobs`, {
    headers: { authorization, origin: 'https://app.example' },
  })

/** Something that is under way, until it is over. */
export type UnderWay = { isOver(): boolean; end(): void }

/** Begins to upload a blob. */
export async function upload(world: World, authorization: string): Promise<UnderWay> {
  const asked: ClientRequest = request(`${world.url}/xrpc/com.atproto.repo.uploadBlob`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'image/png', 'transfer-encoding': 'chunked' },
    agent: false,
  })
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
export async function listen(world: World, authorization: string): Promise<UnderWay> {
  const { port } = new URL(world.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  const over = once(socket, 'close').then(() => {})
  socket.write(
    `${[
      'GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1',
      `Host: localhost:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.from(randomUUID().slice(0, 16)).toString('base64')}`,
      `Authorization: ${authorization}`,
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
