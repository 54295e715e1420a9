import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { startEngine } from '../../lab/world/engine.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { makeRelay } from '../../lab/world/relay.ts'
import { startTogether } from '../../lab/world/together.ts'

/** What rivetkit registers at an engine. */
const { Runner } = await import(ofRivetkit('@rivetkit/engine-runner', 'mod.js'))

test('an engine that a runner comes back to does not start anew what runs there', async () => {
  const world = await startTogether('The engine', async (keep) => {
    const engine = keep(await startEngine())
    const { port, username: namespace, password: token } = new URL(engine.url)
    const relay = makeRelay()
    const between = createServer((socket) => {
      relay.join(socket, connect(Number(port), '127.0.0.1'))
    })
    const relayed = await freePort()
    await new Promise<void>((resolve) => between.listen(relayed, '127.0.0.1', resolve))
    keep({
      close: async () => {
        relay.end()
        between.close()
      },
    })
    return { relay, url: `http://127.0.0.1:${relayed}`, namespace, token }
  })
  const { relay, url, namespace, token } = world
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
  const start = async (key: string): Promise<string> => {
    const answer = await fetch(`${url}/actors?namespace=${namespace}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ name: 'once', key, runner_name_selector: 'once', crash_policy: 'sleep' },
      }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return ((await answer.json()) as { actor: { actor_id: string } }).actor.actor_id
  }
  await runner.start()
  await expect.poll(() => connected).toBe(1)
  const first = await start('first')
  await expect.poll(() => started).toEqual([first])
  relay.end()
  await expect.poll(() => connected).toBe(2)
  // The engine says what it has to say in this order.
  const second = await start('second')
  await expect.poll(() => started).toContain(second)
  expect(started).toEqual([first, second])
  await runner.shutdown(true)
  await world.close()
})

/** A file of a package that is rivetkit's, and not this program's. */
function ofRivetkit(name: string, file: string): string {
  const here = createRequire(import.meta.url)
  const path = createRequire(here.resolve('rivetkit')).resolve(name)
  return pathToFileURL(join(dirname(path), file)).href
}
