import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { CallResult } from '../../actors/hosting/call.ts'
import { ownVersion } from '../../actors/hosting/code_version.ts'
import type { EngineClient } from '../../actors/hosting/engine/connections.ts'
import { ServingStorage } from '../../actors/hosting/engine/serving_storage.ts'
import { createLog } from '../../base/watching/log.ts'

/** The actors of an engine; with null as the answer the connection breaks off. */
function engineOf(answer: (name: string, args: unknown[]) => CallResult | null): EngineClient {
  const connect = () => {
    const listeners: { result?: (id: number, came: CallResult) => void; close?: () => void } = {}
    return {
      instance: async () => ({
        id: 'instance',
        now: performance.now(),
        version: ownVersion(),
      }),
      call: async (_instance: string, id: number, name: string, args: unknown[]) => {
        const came = answer(name, args)
        if (came) listeners.result?.(id, came)
        else listeners.close?.()
      },
      on: (_event: string, listener: typeof listeners.result) => {
        if (listener) listeners.result = listener
      },
      onClose: (listener: () => void) => {
        listeners.close = listener
      },
      dispose: async () => {},
    }
  }
  const actor = { getOrCreate: () => ({ connect }) }
  return { auth: actor, directory: actor, accounts: actor }
}

const secrets = { actorSecret: 'of the machines', operatorToken: 'of the operator' }
const storageOf = (client: EngineClient) =>
  new ServingStorage({ secrets, log: createLog('silent') } as never, client)

test.concurrent('what is not answered, as when an actor moves, is asked again; what is refused is not', async () => {
  const asked: unknown[][] = []
  const values = [new Uint8Array([1]), null]
  const refused: CallResult = { refusal: { code: 'InvalidToken', message: 'Forbidden' } }
  const answers: (CallResult | null)[] = [null, { fault: 'moved' }, { value: values }, refused]
  const storage = storageOf(
    engineOf((name, args) => {
      asked.push([name, ...args])
      return answers[asked.length - 1] as CallResult | null
    }),
  )
  const { kv, keepHead } = storage.of('accounts', '7', 'did:plc:x')
  expect(await kv.get(['a', 'b'])).toEqual(values)
  expect(asked).toEqual(Array(3).fill(['getKept', 'of the operator', 'did:plc:x', ['a', 'b']]))
  await expect(keepHead()).rejects.toThrow('Forbidden')
  expect(asked).toHaveLength(4)
  await storage.close()
})

test.concurrent('where nothing answers for long, it is said', async () => {
  let asked = 0
  const storage = storageOf(
    engineOf(() => {
      asked++
      return null
    }),
  )
  await expect(storage.of('auth', '0').kv.list('head/')).rejects.toThrow('broke off')
  expect(asked).toBe(4)
  await storage.close()
})

test.concurrent('where no runner answers, that is said', async () => {
  const storage = storageOf(engineOf(() => null))
  await expect(storage.spread()).rejects.toThrow('No runner answers on the engine')
  await storage.close()
})

test.concurrent('an engine that does not answer is named', async () => {
  const storage = storageOf(engineOf(() => null))
  const answers = storage.isThere('http://127.0.0.1:9')
  await expect(answers).rejects.toThrow('The engine at 127.0.0.1:9 does not answer')
})

test('a runner that refuses the secrets is not taken for none', async () => {
  const forbidden: CallResult = { refusal: { code: 'InvalidToken', message: 'Forbidden' } }
  const storage = storageOf(engineOf(() => forbidden))
  const engine = createServer((_, response) => response.end('{"runners":[{"key":"one"}]}'))
  await once(engine.listen(0, '127.0.0.1'), 'listening')
  const { port } = engine.address() as AddressInfo
  const refused = 'refuses the secrets of these settings'
  await expect(storage.isThere(`http://127.0.0.1:${port}`)).rejects.toThrow(refused)
  await expect(storage.spread()).rejects.toThrow(refused)
  engine.close()
  await storage.close()
})
