import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { actor, UserError } from 'rivetkit'
import { beforeAll, expect, test } from 'vitest'
import { ProcessHost } from '../../actors/hosting/process_host.ts'

const SLEEP = 50
const TIMEOUT = 1_000

/** What happened to the actors of this test, in order. */
const events: string[] = []
const host = new ProcessHost(pino({ enabled: false }))

type Counter = {
  count(): Promise<number>
  slowly(ms: number): Promise<string>
  refuse(): Promise<void>
}

beforeAll(() => {
  const counter = actor({
    options: { sleepTimeout: SLEEP, actionTimeout: TIMEOUT },
    createVars: async (c: { key: string[] }, _driver: unknown) => {
      await wait(5)
      events.push(`wake ${c.key[0]}`)
      return { n: 0 }
    },
    onSleep: (c) => void events.push(`sleep ${c.key[0]}`),
    actions: {
      count: (c) => ++c.vars.n,
      slowly: async (c, ms: number) => {
        await wait(ms)
        events.push(`answer ${c.vars.n}`)
        return 'done'
      },
      refuse: () => {
        throw new UserError('No', { code: 'InvalidRequest' })
      },
    },
  })
  host.start({ account: counter })
})

const counter = (key: string) => host.client.account.getOrCreate([key]) as Counter

test('one key is one instance, also when many calls wake it at once', async () => {
  const counts = await Promise.all(Array.from({ length: 20 }, () => counter('many').count()))
  expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  expect(events.filter((event) => event === 'wake many')).toHaveLength(1)
})

test('an actor without calls falls asleep, and the next call wakes it anew', async () => {
  await counter('sleepy').count()
  await expect.poll(() => events.includes('sleep sleepy')).toBe(true)
  expect(await counter('sleepy').count()).toBe(1)
  expect(events.filter((event) => event === 'wake sleepy')).toHaveLength(2)
})

test('a call that takes longer than the sleep timeout is finished first', async () => {
  expect(await counter('busy').slowly(4 * SLEEP)).toBe('done')
  await expect.poll(() => events.includes('sleep busy')).toBe(true)
  expect(events.indexOf('sleep busy')).toBeGreaterThan(events.lastIndexOf('answer 0'))
})

test('a call that takes longer than the action timeout fails, and the actor sleeps', async () => {
  await expect(counter('stuck').slowly(3 * TIMEOUT)).rejects.toThrow(
    `No answer within ${TIMEOUT} ms`,
  )
  await expect.poll(() => events.includes('sleep stuck')).toBe(true)
})

test('a refusal comes out as it went in', async () => {
  await expect(counter('refusing').refuse()).rejects.toMatchObject({
    group: 'user',
    code: 'InvalidRequest',
  })
})
