import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../lab/world/loopback.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'
import { expectRefused, from, limit, newAddress, spend } from '../shared/limit.ts'
import { send } from '../shared/people/attacker.ts'

/** Two gateways in front of one runner. */
let vestibule: Vestibule
let second: Run
let urls: [string, string]
beforeAll(async () => {
  vestibule = await startVestibule({ split: true, plcUrl: 'http://localhost:9' })
  const port = String(await freePort())
  second = runProgram('start_gateway.ts', {
    ...vestibule.env,
    ENTRYWAY_PORT: port,
  })
  urls = [vestibule.url, `http://localhost:${port}`]
  await untilStatus(`${urls[1]}/_health`, 200)
})
afterAll(async () => {
  await second?.end('SIGTERM')
  await vestibule?.close()
})

const RESETS = 'reset, one address at one account'

const reset = (gateway: string, email: string, address: string) =>
  send(`${gateway}/xrpc/com.atproto.server.requestPasswordReset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address) },
    body: JSON.stringify({ email }),
  })
/** No account has this address: it is answered as if one had. */
const ANSWERED = { status: 200 }
let names = 0
const newEmail = () => `kim${++names}@mail.vestibule.internal`

test('what passed one gateway counts at the other', async () => {
  const [address, email] = [newAddress(), newEmail()]
  const { points } = limit(RESETS)
  for (let i = 0; i < points; i++) {
    const answer = await reset(urls[i % 2] as string, email, address)
    expect(answer).toMatchObject(ANSWERED)
    expect(answer.headers.get('ratelimit-remaining')).toBe(String(points - 1 - i))
  }
  for (const gateway of urls) {
    expectRefused(await reset(gateway, email, address), RESETS)
  }
  expect(await reset(urls[0], email, newAddress())).toMatchObject(ANSWERED)
})

test('at both at once no more pass than may', async () => {
  const [address, email] = [newAddress(), newEmail()]
  const { points } = limit(RESETS)
  const answers = await Promise.all(
    Array.from({ length: 2 * points }, (_, i) => reset(urls[i % 2] as string, email, address)),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(points)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(points)
})

test('a restart forgets nothing, neither in order nor by a crash', async () => {
  const [address, email] = [newAddress(), newEmail()]
  spend(vestibule, RESETS, `${email}\n${address}`, 1)
  expect(await reset(urls[0], email, address)).toMatchObject(ANSWERED)
  for (const end of ['stop', 'kill'] as const) {
    await vestibule[end]()
    await vestibule.start()
    for (const gateway of urls) {
      await untilStatus(`${gateway}/_health`, 200)
      expectRefused(await reset(gateway, email, address), RESETS)
    }
    expect(await reset(urls[0], email, newAddress())).toMatchObject(ANSWERED)
  }
})
