import { expect, test, vi } from 'vitest'
import { createLog } from '../../base/watching/log.ts'
import { LOOKS, watchForLife } from '../../embedded/signs_of_life.ts'
import { listenOnLoopback } from '../../lab/world/loopback.ts'

test('it is silent after failures in a row, and is said to be once; any answer is a sign of life', async () => {
  const answers = [false, false, true, false, false, true]
  let asked = 0
  const pds = await listenOnLoopback((_incoming, outgoing) => {
    if (answers[asked++]) outgoing.writeHead(500).end()
    else outgoing.destroy()
  })
  const onSilence = vi.fn(() => asked)
  const looks = { ...LOOKS, pause: 1, failures: 3 }
  const end = watchForLife(pds.url, looks, createLog('silent'), onSilence)
  await expect.poll(() => asked).toBeGreaterThan(answers.length + 2 * looks.failures)
  end()
  await pds.close()
  expect(onSilence.mock.results).toEqual([{ type: 'return', value: answers.length + 3 }])
})
