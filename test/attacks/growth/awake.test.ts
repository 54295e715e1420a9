import { actor } from 'rivetkit'
import { expect, test } from 'vitest'
import { ProcessHost } from '../../../actors/hosting/process_host.ts'
import { createLog } from '../../../base/watching/log.ts'

const MINUTE = 60_000

test('34. accounts that are awake: the one that was not asked for longest sleeps', async () => {
  const events: string[] = []
  const host = new ProcessHost(createLog('silent'), 3)
  const account = actor({
    options: { sleepTimeout: MINUTE, actionTimeout: MINUTE },
    createVars: (c: { key: string[] }, _driver: unknown) => ({
      woken: events.push(`wake ${c.key[0]}`),
    }),
    onSleep: (c) => void events.push(`sleep ${c.key[0]}`),
    actions: { ask: async (_c, until?: Promise<void>) => until },
  })
  host.start({ account })
  const ask = (key: number, until?: Promise<void>) =>
    (
      host.client.account.getOrCreate([`${key}`]) as { ask(until?: Promise<void>): Promise<void> }
    ).ask(until)

  const hasStarted = () =>
    ask(1).then(
      () => true,
      () => false,
    )
  await expect.poll(hasStarted).toBe(true)
  const { promise, resolve } = Promise.withResolvers<void>()
  const busy = ask(0, promise)
  for (const key of [1, 2, 1, 3]) await ask(key)
  await expect.poll(() => events).toContain('sleep 2')
  for (let key = 4; key < 20; key++) await ask(key)
  await expect.poll(() => events).toContain('sleep 17')
  // Awake are the one that is being asked and the last two.
  const asleep = events.filter((event) => event.startsWith('sleep')).sort()
  expect(asleep).toEqual(Array.from({ length: 17 }, (_, i) => `sleep ${i + 1}`).sort())
  resolve()
  await busy
  await ask(0)
  expect(events.filter((event) => event === 'wake 0')).toHaveLength(1)
  await ask(1)
  expect(events.filter((event) => event === 'wake 1')).toHaveLength(2)
})
