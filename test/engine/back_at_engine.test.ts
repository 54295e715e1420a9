import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
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

/** A real engine, and a runner that reaches it by a relay. */
function startRunner() {
  return startTogether('The engine', async (keep) => {
    const engine = keep(await startEngine())
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
    const started: string[] = []
    let connected = 0
    const runner = new Runner({
      ...{ version: 1, endpoint: url, token, namespace, totalSlots: 10, noAutoShutdown: true },
      ...{ runnerName: 'once', runnerKey: randomUUID(), prepopulateActorNames: {} },
      onConnected: () => void connected++,
      ...{ onDisconnected: () => {}, onShutdown: () => {} },
      ...{ fetch: async () => new Response(), websocket: async () => {} },
      hibernatableWebSocket: { canHibernate: () => false },
      onActorStart: async (id: string) => void started.push(id),
      onActorStop: async () => {},
    })
    await runner.start()
    keep({ close: () => runner.shutdown(true) })
    await expect.poll(() => connected).toBe(1)
    return {
      ...{ runner, started, connected: () => connected, breakOff: relay.end },
      keepAnswersBack: () => upstreams.forEach((upstream) => void upstream.unpipe()),
      /** @returns the id of a new actor */
      start: async (key: string): Promise<string> => {
        const answer = await fetch(`${url}/actors?namespace=${namespace}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            ...{ name: 'once', key, runner_name_selector: 'once', crash_policy: 'sleep' },
          }),
        })
        if (!answer.ok) throw new Error(await answer.text())
        return ((await answer.json()) as { actor: { actor_id: string } }).actor.actor_id
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
