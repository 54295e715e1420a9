import { expect, test } from 'vitest'
import { kvOf } from '../../actors/hosting/engine/kv.ts'

test('a question to the storage of an engine whose answer is lost fails', async () => {
  const lost = () => new Promise<never>(() => {})
  const kv = kvOf({ kv: { getBatch: lost, putBatch: lost, list: lost, deleteBatch: lost } }, 10)
  const asked = [kv.get(['a']), kv.put([['a', new Uint8Array(1)]]), kv.list('a'), kv.delete(['a'])]
  const said: string[] = []
  for (const each of asked) each.catch(({ message }: Error) => said.push(message))
  await expect.poll(() => said).toEqual(Array(4).fill('No answer within 10 ms'))
})
