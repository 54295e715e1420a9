import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { OverloadLog } from '../../app/overload_log.ts'
import {
  DID_DOCUMENT_EXPIRED,
  DID_DOCUMENT_STALE,
  EVENT_LINES,
  HOUR,
  MINUTE,
  OVERLOAD_LOG,
} from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import { logEvent, MOST_LINES } from '../../base/watching/event_log.ts'
import { Spaced } from '../../base/work/spaced.ts'
import { ClientFrames, MOST_FRAMES } from '../../gateway/connections/client_frames.ts'
import { Pace } from '../../gateway/connections/pace.ts'
import { DidDocuments } from '../../sagas/services/did_documents.ts'
import { keptLog } from '../shared/logged.ts'
import { fakeClock } from './fake_clock.ts'

/** The machine booted with a clock that was some hours ahead, as by a local time that was taken for UTC. */
const RIGHT = Date.UTC(2026, 10, 27)
const { pass, set } = fakeClock(RIGHT + 12 * HOUR)
const setRight = () => set(RIGHT)
/** By less than what is waited for, too. */
const setBack = test.each([12 * HOUR, MINUTE / 2])

setBack('lines that strangers cause have room after a minute, set back by %i ms', (by) => {
  const { log, lines } = keptLog()
  const fail = () => logEvent(log, 'sign_in_failed', {}, '192.0.2.1')
  for (let i = 0; i < MOST_LINES.ofOne + 5; i++) fail()
  set(Date.now() - by)
  pass(EVENT_LINES)
  fail()
  expect(lines().slice(MOST_LINES.ofOne)).toMatchObject([
    { event: 'lines_left_out', lines: 5 },
    { event: 'sign_in_failed' },
  ])
})

setBack('an overload is said again after a minute, set back by %i ms', (by) => {
  const { log, lines } = keptLog()
  const overloads = new OverloadLog(log)
  const note = () => overloads.note({ by: 'everybody', work: 'hashing passwords', retryAfter: 1 })
  note()
  set(Date.now() - by)
  pass(OVERLOAD_LOG)
  note()
  expect(lines()).toHaveLength(2)
})

test('a DID document that is stale is read anew, so that a key that was withdrawn is seen', async () => {
  const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
  let reads = 0
  const resolve = async () => ({ id: did, alsoKnownAs: [`at://${++reads}.test`] })
  const lookups = { run: <T>(look: () => Promise<T>) => look() }
  const documents = new DidDocuments({ resolve }, lookups, keptLog().log)
  await documents.read(did)
  setRight()
  pass(DID_DOCUMENT_STALE)
  await documents.ofAccount(did)
  await expect.poll(() => reads).toBe(2)
  pass(DID_DOCUMENT_EXPIRED)
  await documents.ofAccount(did)
  expect(reads).toBe(3)
})

test('work that is done once in a while waits no longer than that', async () => {
  const spaced = new Spaced<number>(20)
  let done = 0
  const work = async () => ++done
  await spaced.run('a', work)
  setRight()
  expect(await withDeadline(spaced.run('a', work), MINUTE)).toBe(2)
})

test('a client has its frames of the next minute', async () => {
  const frames = new ClientFrames(new PassThrough())
  frames.resume()
  const pings = Buffer.concat(Array(MOST_FRAMES).fill(Buffer.from([0x89, 0x80, 0, 0, 0, 0])))
  frames.write(pings)
  setRight()
  pass(MINUTE)
  frames.end(pings)
  await once(frames, 'end')
})

test('a client by which bytes drip is found, and none is too slow by a clock that is set', () => {
  const socket = { bytesRead: 0, _handle: { bytesWritten: 0, writeQueueSize: 0 } }
  const pace = new Pace(socket as never)
  const isTooSlow = () => pace.isTooSlow({ complete: false } as never, MINUTE)
  set(RIGHT + 24 * HOUR)
  expect(isTooSlow()).toBe(false)
  setRight()
  pass(MINUTE)
  expect(isTooSlow()).toBe(true)
})
