import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { freePort } from '../../lab/world/loopback.ts'
import { startEngine } from '../../lab/world/servers/engine.ts'
import { makeRelay } from '../../lab/world/servers/relay.ts'
import { startTogether } from '../../lab/world/together.ts'

/** What rivetkit registers at an engine, with our patch. */
const { Runner } = await import(ofRivetkit('@rivetkit/engine-runner', 'mod.js'))

let world: Awaited<ReturnType<typeof startRunner>>
beforeEach(async () => {
  world = await startRunner()
})
afterEach(() => world.close())

test('an engine that a runner comes back to does not start anew what runs there', async () => {
  const first = await world.start('first')
  await expect.poll(() => world.started).toEqual([first])
  world.breakOff()
  await expect.poll(world.connected).toBe(2)
  // The engine says what it has to say in this order.
  const second = await world.start('second')
  await expect.poll(() => world.started).toContain(second)
  expect(world.started).toEqual([first, second])
})

test('what a runner asked fails as its connection breaks off, and what it asks then is answered', async () => {
  const id = await world.start('first')
  await expect.poll(() => world.started).toEqual([id])
  const key = new Uint8Array([1])
  world.keepAnswersBack()
  const asked = world.runner.kvGet(id, [key])
  const before = expect(asked).rejects.toThrow('The connection broke off')
  world.breakOff()
  await before
  await expect.poll(world.connected).toBe(2)
  expect(await world.runner.kvGet(id, [key])).toEqual([null])
})

test('an actor that stopped while its runner was cut off starts anew where it is called', async () => {
  const id = await world.start('first')
  await expect.poll(() => world.started).toEqual([id])
  world.breakOff()
  await expect.poll(world.disconnected).toBe(1)
  await world.runner.forceStopActor(id)
  await expect.poll(world.connected).toBe(2)
  world.call(id)
  await expect.poll(() => world.started).toEqual([id, id])
})

test('what is over does not start again as its runner comes back, nor end what came after it', async () => {
  const first = await world.start('first')
  await expect.poll(() => world.started).toEqual([first])
  world.runner.sleepActor(first)
  await expect.poll(() => world.stopped).toEqual([first])
  world.call(first)
  await expect.poll(() => world.started).toEqual([first, first])
  world.breakOff()
  await expect.poll(world.connected).toBe(2)
  // The engine says what it has to say in this order.
  const second = await world.start('second')
  await expect.poll(() => world.started).toContain(second)
  expect(world.started).toEqual([first, first, second])
  expect(world.stopped).toEqual([first])
})

test('an actor that the engine no longer waits for stops before it starts anew', async () => {
  const first = await world.start('first')
  await expect.poll(() => world.started).toEqual([first])
  const stop = world.holdStops()
  world.runner.sleepActor(first)
  await stop.begun
  await expect.poll(() => world.stateOf(first)).toMatchObject({ error: expect.anything() })
  world.call(first)
  await expect.poll(() => world.stateOf(first)).toMatchObject({ sleep_ts: null })
  // The engine says what it has to say in this order.
  const second = await world.start('second')
  await expect.poll(() => world.started).toContain(second)
  expect(world.started).toEqual([first, second])
  stop.end()
  await expect.poll(() => world.started).toEqual([first, second, first])
})

describe('an actor keeps what it stored, and starts anew where it is called', () => {
  const key = new Uint8Array([1])
  const value = new Uint8Array([2])
  const inNoOrder = {
    'after a start that failed as those of rivetkit do': (id: string) => world.runner.stopActor(id),
    'after an end that nobody asked for': (id: string) => world.runner.forceStopActor(id),
  }
  test.each(Object.entries(inNoOrder))('%s', async (_name, end) => {
    const id = await world.start('first')
    await expect.poll(() => world.started).toEqual([id])
    await world.runner.kvPut(id, [[key, value]])
    await end(id)
    await expect.poll(() => world.stateOf(id)).not.toMatchObject({ sleep_ts: null })
    expect(await world.stateOf(id)).toMatchObject({ destroy_ts: null })
    world.call(id)
    await expect.poll(() => world.started).toEqual([id, id])
    expect(await world.runner.kvGet(id, [key])).toEqual([value])
  })
})

/** A real engine, and a runner that reaches it by a relay. */
function startRunner() {
  return startTogether('The engine', async (keep) => {
    const engine = keep(await startEngine({ actorStop: 1_000 }))
    const { port, username: namespace, password: token } = new URL(engine.url)
    const relay = makeRelay()
    const upstreams: Socket[] = []
    const between = createServer((socket) => {
      const upstream = connect(Number(port), '127.0.0.1')
      upstreams.push(upstream)
      relay.join(socket, upstream)
    })
    const relayed = await freePort()
    await new Promise<void>((resolve) => between.listen(relayed, '127.0.0.1', resolve))
    keep({
      close: async () => {
        relay.end()
        between.close()
      },
    })
    const url = `http://127.0.0.1:${relayed}`
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const over = new AbortController()
    keep({ close: async () => over.abort() })
    const started: string[] = []
    const stopped: string[] = []
    let [connected, disconnected] = [0, 0]
    let stop = async () => {}
    const runner = new Runner({
      ...{ version: 1, endpoint: url, token, namespace, totalSlots: 10, noAutoShutdown: true },
      ...{ runnerName: 'once', runnerKey: randomUUID(), prepopulateActorNames: {} },
      onConnected: () => void connected++,
      ...{ onDisconnected: () => void disconnected++, onShutdown: () => {} },
      ...{ fetch: async () => new Response(), websocket: async () => {} },
      hibernatableWebSocket: { canHibernate: () => false },
      onActorStart: async (id: string) => void started.push(id),
      onActorStop: async (id: string) => {
        stopped.push(id)
        await stop()
      },
    })
    await runner.start()
    keep({ close: () => runner.shutdown(true) })
    await expect.poll(() => connected).toBe(1)
    return {
      ...{ runner, started, stopped, breakOff: relay.end },
      connected: () => connected,
      disconnected: () => disconnected,
      keepAnswersBack: () => upstreams.forEach((upstream) => void upstream.unpipe()),
      /** @returns the id of a new actor */
      start: async (key: string): Promise<string> => {
        const input = { name: 'once', key, runner_name_selector: 'once', crash_policy: 'sleep' }
        const init = { method: 'POST', headers, body: JSON.stringify(input) }
        let id: string | undefined
        // An engine may come to know of a runner after it was greeted.
        await expect
          .poll(async () => {
            const answer = await fetch(`${url}/actors?namespace=${namespace}`, init)
            id = ((await answer.json()) as { actor?: { actor_id: string } }).actor?.actor_id
            return id
          })
          .toBeDefined()
        return id as unknown as string
      },
      /** What the engine says of an actor: times in ms since the epoch, or null. */
      stateOf: async (id: string): Promise<object> => {
        const of = `namespace=${namespace}&actor_ids=${id}&include_destroyed=true`
        const answer = await fetch(`${url}/actors?${of}`, { headers })
        return ((await answer.json()) as { actors: [object] }).actors[0]
      },
      /** The answer is not waited for. */
      call: (id: string): void => {
        fetch(`${url}/gateway/${id}@${token}/`, { signal: over.signal }).catch(() => {})
      },
      holdStops: () => {
        const begun = Promise.withResolvers<void>()
        const held = Promise.withResolvers<void>()
        stop = () => {
          begun.resolve()
          return held.promise
        }
        const end = () => {
          stop = async () => {}
          held.resolve()
        }
        return { begun: begun.promise, end }
      },
    }
  })
}

/** A file of a package that is rivetkit's, and not this program's. */
function ofRivetkit(name: string, file: string): string {
  const here = createRequire(import.meta.url)
  const path = createRequire(here.resolve('rivetkit')).resolve(name)
  return pathToFileURL(join(dirname(path), file)).href
}
