import { afterEach, expect, test, vi } from 'vitest'
import { choosePort } from '../../demo/ports.ts'
import { freePort, listenOnLoopback } from '../../lab/world/loopback.ts'

afterEach(() => vi.unstubAllEnvs())

test('the preferred port is taken where it is free', async () => {
  const free = await freePort()
  expect(await choosePort('DEMO_TEST_PORT', free)).toBe(free)
})

test('another one is taken where somebody listens on it', async () => {
  const { port, close } = await listenOnLoopback()
  const chosen = await choosePort('DEMO_TEST_PORT', port)
  await close()
  expect(chosen).not.toBe(port)
  expect(chosen).toBeGreaterThan(0)
})

test('the environment has the last word', async () => {
  const [preferred, asked] = [await freePort(), await freePort()]
  vi.stubEnv('DEMO_TEST_PORT', String(asked))
  expect(await choosePort('DEMO_TEST_PORT', preferred)).toBe(asked)
})

test.each(['abc', '70000', '-1', '2.5', '0x50', ' '])(
  '%j is refused by its name',
  async (value) => {
    vi.stubEnv('DEMO_TEST_PORT', value)
    await expect(choosePort('DEMO_TEST_PORT', 2700)).rejects.toThrow(
      `DEMO_TEST_PORT must be a port, such as 2700 (0 takes any that is free); it is "${value}"`,
    )
  },
)

test('a port that was asked for and is taken is refused', async () => {
  const { port, close } = await listenOnLoopback()
  vi.stubEnv('DEMO_TEST_PORT', String(port))
  await expect(choosePort('DEMO_TEST_PORT', 2700)).rejects.toThrow(
    `DEMO_TEST_PORT: another program listens on port ${port}`,
  )
  await close()
})

test('an empty variable is one that is not set', async () => {
  vi.stubEnv('DEMO_TEST_PORT', '')
  const free = await freePort()
  expect(await choosePort('DEMO_TEST_PORT', free)).toBe(free)
})
