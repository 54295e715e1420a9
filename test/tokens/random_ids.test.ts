import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import '../../oauth/provider/random_ids.ts'

type Generate = () => Promise<string>

const provider = import.meta.resolve('@atproto/oauth-provider/provider')
const ofProvider = (file: string): Promise<Record<string, Generate>> =>
  import(fileURLToPath(new URL(file, provider)))

const generators = {
  ...(await ofProvider('request/request-id.js')),
  ...(await ofProvider('request/code.js')),
  ...(await ofProvider('token/token-id.js')),
  ...(await ofProvider('token/refresh-token.js')),
}

const filled = (size: number) =>
  new Promise<Buffer>((resolve, reject) =>
    randomBytes(size, (err, bytes) => (err ? reject(err) : resolve(bytes))),
  )

/** Whether `work` is done without another turn of the event loop, by which a thread would answer. */
async function isDoneInTurn(work: Promise<unknown>): Promise<boolean> {
  let isDone = false
  work.then(() => {
    isDone = true
  })
  for (let step = 0; step < 20; step++) await new Promise<void>((next) => process.nextTick(next))
  return isDone
}

test.each(['generateRequestId', 'generateCode', 'generateTokenId', 'generateRefreshToken'])(
  '%s of the provider waits for no thread',
  async (name) => {
    const generate = generators[name] as Generate
    const ids = Promise.all(Array.from({ length: 20 }, generate))
    expect(await isDoneInTurn(ids)).toBe(true)
    expect(new Set(await ids).size).toBe(20)
  },
)

test('more bytes than an id has are made by a thread, as ever', async () => {
  const bytes = filled(1_000)
  expect(await isDoneInTurn(bytes)).toBe(false)
  expect(await bytes).toHaveLength(1_000)
})

test('whoever asks is called back later, as ever', async () => {
  let isLater = false
  const bytes = new Promise<Buffer>((resolve, reject) =>
    randomBytes(16, (err, made) => (err || !isLater ? reject(err) : resolve(made))),
  )
  isLater = true
  expect(await bytes).toHaveLength(16)
})

test('a size that cannot be is refused at once, as ever', () => {
  for (const size of [-1, Number.NaN, '16' as never]) {
    expect(() => randomBytes(size, () => {})).toThrow(/size/)
  }
})
