import { expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { notingChanges } from '../../sagas/noted_changes.ts'
import type { Services } from '../../sagas/services/services.ts'

/** Of those that count as reading, the ones with a transaction of their own, and why they count all the same. */
const NONE_OF_OPERATORS: Readonly<Record<string, string>> = {
  findOpenidToken: 'of one that is used again it ends the chain, and no operator shows tokens',
  isTrustedDevice: 'it notes when the device was last used, and no operator comes with one',
  listOpenidSignInsToTell: 'it reads at one moment',
}

const WRITES = /\b(transact|(?:insert|upsert|put|delete|end|note|set|use)[A-Z]\w*)\)?\(/

/** Which functions count as reading, by their names. */
async function reading(functions: object): Promise<string[]> {
  const found: string[] = []
  for (const name of Object.keys(functions)) {
    const stub = { [name]: async () => true }
    const parts = { actors: { account: () => stub, directory: stub } }
    const noting = notingChanges(parts as unknown as Pick<Services, 'actors'>)
    await (noting.services as unknown as typeof parts).actors.directory[name]?.()
    if (!noting.hasChanged()) found.push(name)
  }
  return found
}

test('what counts as reading, and so is in no trail, writes nothing', async () => {
  const functions: Record<string, unknown> = { ...accountFunctions, ...directoryFunctions }
  const names = await reading(functions)
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => WRITES.test(String(functions[name]))).sort()).toEqual(
    Object.keys(NONE_OF_OPERATORS),
  )
})
