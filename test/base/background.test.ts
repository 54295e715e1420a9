import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Background } from '../../base/work/background.ts'

function listening() {
  const lines: { msg: string; work: string; did?: string }[] = []
  const log = pino({ base: undefined }, { write: (line) => lines.push(JSON.parse(line)) })
  return { background: new Background(log), lines }
}

test('what is under way is waited for', async () => {
  const { background, lines } = listening()
  let isDone = false
  const going = Promise.withResolvers<void>()
  background.run('a mail', async () => {
    await going.promise
    isDone = true
  })
  const ended = background.end(60_000)
  going.resolve()
  await ended
  expect({ isDone, lines }).toEqual({ isDone: true, lines: [] })
})

test('what fails is logged, also where it throws at once', async () => {
  const { background, lines } = listening()
  background.run('a mail', () => Promise.reject(new Error('550')), { did: 'did:plc:1' })
  background.run('another', () => {
    throw new TypeError('No')
  })
  await background.end(60_000)
  expect(lines.map(({ msg, work, did }) => ({ msg, work, did }))).toEqual([
    { msg: 'work in the background failed', work: 'another', did: undefined },
    { msg: 'work in the background failed', work: 'a mail', did: 'did:plc:1' },
  ])
})

test('what does not end is named', async () => {
  const { background, lines } = listening()
  background.run('a mail', () => new Promise(() => {}), { did: 'did:plc:1', kind: 'signInCode' })
  background.run('done at once', async () => {})
  await background.end(1)
  expect(lines).toMatchObject([
    { msg: 'work in the background was left undone', work: 'a mail', did: 'did:plc:1' },
  ])
  expect(lines).toHaveLength(1)
})
