import { pino } from 'pino'
import { expect, test } from 'vitest'
import { RESULT } from '../../actors/hosting/call.ts'
import { callable } from '../../actors/hosting/callable.ts'
import { answering } from '../../actors/runner.ts'
import { Refusal } from '../../base/errors.ts'

const log = pino({ enabled: false })

/** An instance of an actor with a caller, and what the caller was sent. */
function instance() {
  const sent: unknown[][] = []
  const spent: string[] = []
  const { actions } = callable(
    'test',
    {
      spend: (_c: unknown, code: string) => spent.push(code),
      refuse: answering(() => {
        throw new Refusal('InvalidRequest', 'No')
      }),
      fail: () => {
        throw new Error('with a secret')
      },
    },
    log,
  )
  const c = { vars: {}, conn: { send: (...args: unknown[]) => void sent.push(args) } }
  const call = async (id: string, name: string, ...args: unknown[]) => {
    const number = sent.length
    actions.call(c, id, number, name, args, Number.POSITIVE_INFINITY)
    await expect.poll(() => sent.length).toBe(number + 1)
    return sent.at(-1)?.[2]
  }
  return { id: actions.instance(c, []).id, call, sent, spent }
}

test('a call comes back as an event with its number', async () => {
  const { id, call, sent, spent } = instance()
  expect(await call(id, 'spend', 'a')).toEqual({ value: 1 })
  expect(sent).toEqual([[RESULT, 0, { value: 1 }]])
  expect(spent).toEqual(['a'])
})

test('a call that was meant for another instance is not done again', async () => {
  const [former, present] = [instance(), instance()]
  expect(former.id).not.toBe(present.id)
  expect(await present.call(former.id, 'spend', 'a')).toEqual({ fault: 'moved' })
  expect(present.spent).toEqual([])
})

test('a refusal is told, any other error is not', async () => {
  const { id, call } = instance()
  expect(await call(id, 'refuse')).toMatchObject({
    refusal: { code: 'InvalidRequest', message: 'No' },
  })
  expect(await call(id, 'fail')).toEqual({ fault: 'failed' })
  expect(await call(id, 'toString')).toEqual({ fault: 'failed' })
})
