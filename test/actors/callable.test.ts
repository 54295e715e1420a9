import Sqlite from 'better-sqlite3'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { RESULT } from '../../actors/hosting/call.ts'
import { callable } from '../../actors/hosting/callable.ts'
import { ActorConnection } from '../../actors/hosting/connection.ts'
import { refusing } from '../../actors/reach.ts'
import { answering } from '../../actors/runner.ts'
import { DamagedAccountError, Refusal, UnavailableError } from '../../base/errors.ts'
import { addressOfClient, forClient } from '../../http/requester.ts'
import { Line } from './line.ts'

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

test('an account that is damaged is told apart, over a connection, too, and nothing else', async () => {
  const fail = (err: Error) => Promise.reject(err)
  const actions = {
    damaged: () => fail(new DamagedAccountError()),
    away: () => fail(new UnavailableError('The engine')),
  }
  const line = new Line(callable('test', actions, log))
  const options = { actor: 'test', secret: '', place: 'port', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  const account = refusing(connection.stub, 'account') as typeof actions
  await expect.poll(() => account.away().catch(String)).toMatch('The account actor')
  await expect(account.damaged()).rejects.toThrow(DamagedAccountError)
  await expect(account.away()).rejects.not.toBeInstanceOf(DamagedAccountError)
  await expect(account.away()).rejects.toThrow(UnavailableError)
  const corrupt = new Sqlite.SqliteError('malformed', 'SQLITE_CORRUPT')
  const told = (name: string) => refusing({ ask: () => fail(corrupt) }, name).ask()
  await expect(told('account')).rejects.toThrow(DamagedAccountError)
  await expect(told('directory')).rejects.not.toBeInstanceOf(DamagedAccountError)
  await connection.close()
})

test('it is known for which client an actor is called', async () => {
  const line = new Line(callable('test', { client: () => addressOfClient() }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  const ask = (address: string | null) => forClient(address, () => connection.call('client', []))
  expect(await ask(null)).toBeNull()
  line.cut()
  const asked = ask('192.0.2.1')
  await expect.poll(() => line.calls.length).toBe(2)
  // As in another process, nothing but the message is left of its caller.
  line.mend()
  expect(await asked).toBe('192.0.2.1')
  await connection.close()
})
