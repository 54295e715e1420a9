import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { Endings } from '../../actors/auth/endings.ts'
import { SessionStandings } from '../../app/session_standings.ts'
import { ENDINGS_LEASE } from '../../base/lifetimes.ts'
import { createLog } from '../../base/watching/log.ts'
import { EndingListener, type EndingTeller, type News } from '../../http/endings.ts'

const log = createLog('silent')
const started: { close(): void }[] = []
afterEach(() => {
  for (const each of started.splice(0)) each.close()
})

const kim = { did: 'did:plc:kim', sid: 'first' }

/** Accounts, and an auth actor that listens to another one, `teller`, which ends sessions. */
async function listeningTo(teller: EndingTeller) {
  const ended = new Set<string>()
  const looks: string[] = []
  let gate: Promise<void> | undefined
  const look = async ({ sid }: { sid: string }) => {
    looks.push(sid)
    const isOpen = !ended.has(sid)
    await gate
    return isOpen
  }
  const standings = new SessionStandings({ look, isSure: () => listener.isSure })
  const listener = new EndingListener(teller, standings, log)
  started.push(listener)
  await vi.waitFor(() => expect(listener.isSure).toBe(true), 60_000)
  return {
    ended,
    looks,
    standings,
    /** Holds looks up, after they saw. */
    holdLooks() {
      const held = Promise.withResolvers<void>()
      gate = held.promise
      return () => {
        gate = undefined
        held.resolve()
      }
    },
  }
}

/** A teller that can be out of reach. */
function reachable(teller: () => EndingTeller) {
  const way = {
    isDown: false,
    tellEndings: async (ask: Parameters<EndingTeller['tellEndings']>[0]) => {
      if (way.isDown) throw new Error('down')
      const news = await teller().tellEndings(ask)
      // The answer may be lost, too.
      if (way.isDown) throw new Error('down')
      return news
    },
  }
  return way
}

test('an account is asked once for a session, and again when sessions of it ended', async () => {
  const endings = new Endings()
  const { ended, looks, standings } = await listeningTo(endings)
  expect([await standings.isOpen(kim), standings.isOpen(kim)]).toEqual([true, true])
  const other = { did: 'did:plc:lee', sid: 'of lee' }
  await standings.isOpen(other)
  expect(looks).toEqual(['first', 'of lee'])
  ended.add('first')
  await endings.tell(kim.did)
  expect(await standings.isOpen(kim)).toBe(false)
  // Also that it ended is known from then on.
  expect([standings.isOpen(kim), standings.isOpen(other)]).toEqual([false, true])
  // A sign-in of the same second is another session.
  expect(await standings.isOpen({ ...kim, sid: 'second' })).toBe(true)
  expect(looks).toEqual(['first', 'of lee', 'first', 'second'])
})

test('a look that an ending overtakes does not count', async () => {
  const endings = new Endings()
  const { ended, looks, standings, holdLooks } = await listeningTo(endings)
  const release = holdLooks()
  const asked = standings.isOpen(kim)
  ended.add('first')
  await endings.tell(kim.did)
  release()
  expect(await asked).toBe(false)
  expect(looks).toEqual(['first', 'first'])
})

test('an ending waits for a listener that is out of reach, and that trusts nothing by then', async () => {
  const endings = new Endings()
  const way = reachable(() => endings)
  const { ended, looks, standings } = await listeningTo(way)
  await standings.isOpen(kim)
  way.isDown = true
  const downSince = performance.now()
  ended.add('first')
  await endings.tell(kim.did)
  expect(await standings.isOpen(kim)).toBe(false)
  expect(await standings.isOpen(kim)).toBe(false)
  expect(looks).toEqual(['first', 'first', 'first'])
  // Nobody waits for one that has been silent for so long.
  await vi.waitUntil(() => performance.now() > downSince + ENDINGS_LEASE, 60_000)
  const told = endings.tell(kim.did).then(() => 'told')
  expect(await Promise.race([told, new Promise(setImmediate)])).toBe('told')
  way.isDown = false
  await vi.waitFor(async () => {
    const known = standings.isOpen(kim)
    await known
    expect(known).toBe(false)
  }, 60_000)
})

test('an auth actor that came back may have ended something without a word', async () => {
  let endings = new Endings()
  const { ended, standings } = await listeningTo(reachable(() => endings))
  await standings.isOpen(kim)
  ended.add('first')
  endings.close()
  endings = new Endings()
  await vi.waitFor(async () => expect(await standings.isOpen(kim)).toBe(false), 60_000)
})

test('more endings than are kept are not passed over', async () => {
  const endings = new Endings()
  const way = reachable(() => endings)
  const { ended, standings } = await listeningTo(way)
  await standings.isOpen(kim)
  way.isDown = true
  ended.add('first')
  const told = [kim.did, ...Array.from({ length: 20_000 }, (_, i) => `did:plc:${i}`)].map((did) =>
    endings.tell(did),
  )
  way.isDown = false
  await Promise.all(told)
  expect(await standings.isOpen(kim)).toBe(false)
})

test('a listener is sure for a while from when it asked, however late the answer came', async () => {
  let now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => clock.mockRestore())
  const first = Promise.withResolvers<News>()
  const later = Promise.withResolvers<News>()
  const answers = [first.promise]
  const teller = { tellEndings: () => answers.shift() ?? later.promise }
  const listener = new EndingListener(teller, { ended: () => {}, missed: () => {} }, log)
  started.push(listener)
  now += ENDINGS_LEASE - 1
  const news = { instance: 'first', upTo: 0, dids: [] }
  first.resolve(news)
  await new Promise(setImmediate)
  expect(listener.isSure).toBe(true)
  now += 1
  expect(listener.isSure).toBe(false)
  listener.close()
  later.resolve(news)
})
