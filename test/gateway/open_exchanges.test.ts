import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { Endings } from '../../actors/auth/endings.ts'
import { CONNECT_PAUSE } from '../../base/lifetimes.ts'
import { createLog } from '../../base/watching/log.ts'
import { OpenExchanges } from '../../gateway/pass_through/open_exchanges.ts'
import { TIMEOUTS, type Timeouts } from '../../gateway/timeouts.ts'
import type { EndingTeller, SessionName } from '../../http/endings.ts'
import type { AuthActor } from '../../http/envelope.ts'
import { listenOnLoopback, type Peer } from '../../lab/world/loopback.ts'
import { passingTo, send, startTestGateway } from '../shared/test_gateway.ts'

const started: { close(): unknown }[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const peer of started.splice(0).reverse()) await peer.close()
})

const DID = 'did:plc:somebody'
/** What each way of asking is called after. */
const WAYS = ['upload', 'download', 'socket', 'thinking'] as const
type Way = (typeof WAYS)[number]

/** A request that is under way, and how the client learns that it is over. */
type UnderWay = { over: Promise<string>; isOver: () => boolean }

class World {
  readonly endings = new Endings()
  readonly ended = new Set<string>()
  /** Called when the auth actor has said where a request goes, before the gateway hears it. */
  afterAnswer: () => void = () => {}
  isDown = false
  /** The sessions that the gateway asked about last. */
  askedAbout: string[] = []
  /** Of each question about sessions that got no answer: called when it is asked. */
  onUnanswered: () => unknown = () => {}
  /** The gateway cannot hear of endings, but ask. */
  isDeaf = false
  readonly #sockets: Socket[] = []
  #url = ''
  #pds = ''

  async start(timeouts: Partial<Timeouts> = {}): Promise<this> {
    const pds = await listenOnLoopback((incoming, outgoing) => {
      incoming.resume()
      if (incoming.url?.startsWith('/download')) outgoing.write('begun')
      if (incoming.url?.startsWith('/plain')) outgoing.end('ok')
    })
    pds.server.on('upgrade', (_, socket) => {
      socket.on('error', () => {})
      socket.resume().on('end', () => socket.end())
      socket.write('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    this.#pds = pds.url
    const gateway = await startTestGateway(this.#auth(), { drain: 100, ...timeouts })
    this.#url = gateway.url
    started.push(pds as Peer, { close: () => this.endings.close() }, gateway)
    return this
  }

  /** As the auth actors end a session: what is told is true by then. */
  end(sid: string): Promise<void> {
    this.ended.add(sid)
    return this.endings.tell(DID)
  }

  /** Begins a request that does not end by itself. */
  async begin(way: Way, sid: string): Promise<UnderWay> {
    return way === 'socket' ? this.#openSocket(sid) : this.#ask(way, sid)
  }

  plain = (sid: string) => send(`${this.#url}/plain`, { headers: { 'x-session': sid } })

  #auth(): AuthActor {
    const passing = passingTo(this.#pds)
    const answer: AuthActor['answer'] = async (envelope) => {
      const [, sid] = envelope.headers.find(([name]) => name === 'x-session') ?? []
      const answered = await passing.answer(envelope)
      if (!('passTo' in answered)) return answered
      const session = sid === undefined ? null : { did: DID, sid }
      this.afterAnswer()
      return { passTo: { ...answered.passTo, session } }
    }
    const areOpen = async (sessions: SessionName[]) => {
      this.askedAbout = sessions.map(({ sid }) => sid)
      if (this.isDown) await this.onUnanswered()
      if (this.isDown) throw new Error('down')
      return sessions.map(({ sid }) => !this.ended.has(sid))
    }
    const teller: EndingTeller = {
      tellEndings: async (ask) => {
        if (this.isDown || this.isDeaf) throw new Error('down')
        return this.endings.tellEndings(ask)
      },
    }
    return { answer, ready: async () => true, areOpen, tellers: async () => [teller] }
  }

  async #ask(way: Way, sid: string): Promise<UnderWay> {
    const method = way === 'upload' ? 'POST' : 'GET'
    const asked: ClientRequest = request(`${this.#url}/${way}`, {
      method,
      headers: { 'x-session': sid, ...(way === 'upload' && { 'transfer-encoding': 'chunked' }) },
      agent: false,
    })
    const over = new Promise<string>((resolve) => {
      asked.on('error', () => resolve('cut'))
      asked.on('response', (response: IncomingMessage) => {
        response.on('error', () => resolve('cut'))
        response.on('end', () => resolve('answered'))
        response.resume()
      })
    })
    if (way === 'upload') {
      asked.write('x')
      await once(asked, 'socket')
    } else asked.end()
    if (way === 'download') await once(asked, 'response')
    return watched(over)
  }

  async #openSocket(sid: string): Promise<UnderWay> {
    const socket = connect(Number(new URL(this.#url).port), '127.0.0.1')
    this.#sockets.push(socket)
    started.push({ close: () => socket.destroy() })
    const over = new Promise<string>((resolve) => socket.on('close', () => resolve('cut')))
    socket.on('error', () => {})
    socket.write(
      `GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nx-session: ${sid}\r\n\r\n`,
    )
    await Promise.race([once(socket, 'data'), over])
    return watched(over)
  }
}

function watched(over: Promise<string>): UnderWay {
  let isOver = false
  void over.then(() => {
    isOver = true
  })
  return { over, isOver: () => isOver }
}

test.each(WAYS)('%s: what is under way is cut when its session ends, and no other', async (way) => {
  const world = await new World().start()
  const [mine, other] = [await world.begin(way, 'mine'), await world.begin(way, 'other')]
  // The gateway has let both through by then.
  await world.plain('mine')
  await world.end('mine')
  expect(await mine.over).toBe('cut')
  expect(other.isOver()).toBe(false)
  expect((await world.plain('other')).text).toBe('ok')
})

test.each(WAYS)(
  '%s: an ending between the word that it may pass and its way is not missed',
  async (way) => {
    const world = await new World().start()
    let told: Promise<void> | undefined
    world.afterAnswer = () => {
      told ??= world.end('mine')
    }
    const begun = await world.begin(way, 'mine').catch(() => null)
    if (begun) expect(await begun.over).toBe('cut')
    expect(told).toBeDefined()
    await told
  },
)

test('an answer that the PDS has made by then still comes', async () => {
  const world = await new World().start()
  world.afterAnswer = () => void world.end('mine')
  expect((await world.plain('mine')).text).toBe('ok')
})

test('an ending is confirmed once the gateway has heard of it', async () => {
  const world = new World()
  const heard = vi.spyOn(world.endings, 'tellEndings')
  const lastHeard = () => heard.mock.calls.at(-1)?.[0].after
  await world.start()
  await expect.poll(() => heard.mock.calls.length).toBeGreaterThan(0)
  let heardWhenConfirmed: number | undefined
  void world.end('mine').then(() => {
    heardWhenConfirmed = lastHeard()
  })
  // The question for what comes after it says that it was heard.
  await vi.waitFor(() => expect(lastHeard()).toBe(1), { timeout: 60_000, interval: 1 })
  await new Promise(setImmediate)
  expect(heardWhenConfirmed).toBe(1)
})

test('what is over is asked about no more', async () => {
  const world = await new World().start()
  const gone = await world.begin('socket', 'gone')
  await world.begin('socket', 'stays')
  await world.plain('answered')
  await world.end('gone')
  await gone.over
  const asked = async () => {
    await world.end('another')
    return world.askedAbout
  }
  await expect.poll(asked).toEqual(['stays'])
})

test('while nobody can be asked all is cut after a while, and nothing before', async () => {
  const world = await new World().start({ doubt: 1_000 })
  const signedIn = await Promise.all(WAYS.map((way) => world.begin(way, 'mine')))
  const overWhenAsked: boolean[] = []
  world.onUnanswered = () => overWhenAsked.push(signedIn.some(({ isOver }) => isOver()))
  world.isDown = true
  for (const each of signedIn) expect(await each.over).toBe('cut')
  expect(overWhenAsked.length).toBeGreaterThan(1)
  expect(overWhenAsked).not.toContain(true)
})

test('what is under way goes on where the auth actor is back in time and says that it may', async () => {
  const world = await new World().start({ doubt: 60_000 })
  const mine = await world.begin('socket', 'mine')
  const other = await world.begin('socket', 'other')
  await world.plain('mine')
  const unanswered = new Promise<void>((resolve) => {
    let count = 0
    world.onUnanswered = () => void (++count === 2 && resolve())
  })
  world.isDown = true
  world.ended.add('mine')
  // Nothing is told of this ending: what the gateway heard before may be out of date.
  await unanswered
  expect(mine.isOver()).toBe(false)
  world.isDown = false
  expect(await mine.over).toBe('cut')
  expect(other.isOver()).toBe(false)
})

test('while endings cannot be heard it is asked about what is under way, again and again', async () => {
  const world = await new World().start()
  const [first, second] = [
    await world.begin('socket', 'first'),
    await world.begin('socket', 'second'),
  ]
  await world.plain('first')
  world.isDeaf = true
  world.ended.add('first')
  expect(await first.over).toBe('cut')
  expect(second.isOver()).toBe(false)
  world.ended.add('second')
  expect(await second.over).toBe('cut')
})

test('while an auth actor is down there is one check of what is under way at a time', async () => {
  const world = await new World().start({ doubt: 60_000 })
  const mine = await world.begin('socket', 'mine')
  await world.plain('mine')
  let [asked, underWay, most] = [0, 0, 0]
  // Longer than the pause before the next question: two checks would ask at one time.
  world.onUnanswered = async () => {
    asked++
    most = Math.max(most, ++underWay)
    await wait(2 * CONNECT_PAUSE)
    underWay--
  }
  const missed = vi.spyOn(OpenExchanges.prototype, 'missed')
  world.isDown = true
  await vi.waitFor(() => expect(missed.mock.calls.length).toBeGreaterThan(1), { timeout: 60_000 })
  const before = asked
  await vi.waitFor(() => expect(asked).toBeGreaterThan(before + 2), { timeout: 60_000 })
  world.ended.add('mine')
  world.isDown = false
  expect(await mine.over).toBe('cut')
  expect(most).toBe(1)
})

test('a gateway that stops while it looks for who ends sessions does not listen afterwards', async () => {
  const found = Promise.withResolvers<EndingTeller[]>()
  const tellEndings = vi.fn(async () => ({ instance: 'one', upTo: 0, dids: [] }))
  const auth = { ...passingTo('http://127.0.0.1:9'), tellers: () => found.promise }
  await (await startTestGateway(auth)).close()
  found.resolve([{ tellEndings }])
  await new Promise(setImmediate)
  expect(tellEndings).not.toHaveBeenCalled()
})

test('what is said to be over twice takes no other exchange of its account along', async () => {
  const auth: AuthActor = {
    ...passingTo('http://127.0.0.1:1'),
    areOpen: async (sessions) => sessions.map(() => false),
  }
  const exchanges = new OpenExchanges({ auth, log: createLog('silent'), timeouts: TIMEOUTS })
  started.push(exchanges)
  const session = { did: DID, sid: 'one' }
  const leave = exchanges.enter(session, exchanges.now, () => {})
  leave()
  const cut = vi.fn()
  exchanges.enter(session, exchanges.now, cut)
  leave()
  exchanges.ended([DID])
  await new Promise(setImmediate)
  expect(cut).toHaveBeenCalled()
})
