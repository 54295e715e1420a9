import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryStub } from '../../actors/directory/stub.ts'
import { Refusal } from '../../base/errors.ts'
import { Random } from '../fuzz/random.ts'
import { didOf, emailOf, handleOf, PDS, reserve, SomeParts, signUp } from './some_parts.ts'

const ROUNDS = 12
const GATEWAYS = 4

describe.each([1, 3])('at a directory in %i parts', (number) => {
  let parts: SomeParts
  let gateways: DirectoryStub[]
  let random: Random

  /** No name is in the entries of two accounts, at any moment. */
  const assertUnique = () => {
    const names = parts.entries.flatMap(({ handle, email }) => [handle ?? [], email ?? []].flat())
    expect(names).toHaveLength(new Set(names).size)
  }

  beforeEach(async () => {
    parts = new SomeParts(number)
    random = new Random(number)
    for (const name of ['alice', 'bob', 'carol', 'dave']) await signUp(parts.reach(), name)
    const late = async () => {
      assertUnique()
      for (let turns = random.int(4); turns > 0; turns--) await Promise.resolve()
    }
    gateways = Array.from({ length: GATEWAYS }, () => parts.reach(late))
  })
  afterEach(() => parts.close())

  /** How many of those succeeded; the others were refused, and did not fail. */
  const won = async (tries: Promise<unknown>[]) => {
    const results = await Promise.allSettled(tries)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Refusal)
    }
    return results.filter(({ status }) => status === 'fulfilled').length
  }

  test('of sign-ups with one handle or one address, not more than one gets them', async () => {
    let winners = 0
    for (let round = 0; round < ROUNDS; round++) {
      const [handle, email] = [`h-${round}.test`, `e-${round}@mail.test`]
      const withHandle = gateways.map((gateway, i) =>
        signUp(gateway, `h-${round}-${i}`, handle, `h-${round}-${i}@mail.test`),
      )
      const withAddress = gateways.map((gateway, i) =>
        signUp(gateway, `e-${round}-${i}`, `e-${round}-${i}.test`, email),
      )
      const [handles, addresses] = await Promise.all([won(withHandle), won(withAddress)])
      expect(handles).toBeLessThanOrEqual(1)
      expect(addresses).toBeLessThanOrEqual(1)
      winners += handles + addresses
      // Who was refused holds nothing.
      if (handles === 0) await signUp(parts.reach(), `h-${round}`, handle)
      if (addresses === 0) await signUp(parts.reach(), `e-${round}`, emailOf(`x-${round}`), email)
    }
    expect(winners).toBeGreaterThan(0)
  })

  test('changes to one handle, sign-ups and imports with it: one has it in the end', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const handle = `wanted-${round}.test`
      const rename = async (gateway: DirectoryStub, did: string) => {
        await gateway.reserveHandle(did, handle, 0)
        await gateway.completeHandleChange(did, handle)
      }
      const [a, b, c, d] = gateways as [DirectoryStub, DirectoryStub, DirectoryStub, DirectoryStub]
      const came = { did: didOf(`import-${round}`), email: null, pdsDid: PDS, createdAt: 1 }
      const winners = await won([
        rename(a, didOf('alice')),
        rename(b, didOf('bob')),
        signUp(c, `new-${round}`, handle),
        d.importEntry({ ...came, handle }),
      ])
      expect(winners).toBeLessThanOrEqual(1)
      if (winners === 0) await rename(parts.reach(), didOf('carol'))
      expect(await parts.reach().find(handle)).not.toBeNull()
      expect(parts.entries.filter((entry) => entry.handle === handle)).toHaveLength(1)
    }
  })

  test('names go from hand to hand, and each finds who has it', async () => {
    const people = ['alice', 'bob', 'carol', 'dave']
    const pool = [...people, 'erin', 'frank'].map(handleOf)
    const wander = async (gateway: DirectoryStub, person: string) => {
      const did = didOf(person)
      for (let step = 0; step < ROUNDS; step++) {
        const handle = random.pick(pool)
        await gateway
          .reserveHandle(did, handle, 0)
          .then(({ createdAt }) =>
            random.chance(0.7)
              ? gateway.completeHandleChange(did, handle)
              : gateway.abandonHandleChange(did, createdAt),
          )
          .catch((err) => expect(err).toBeInstanceOf(Refusal))
        const id = await reserve(gateway, random.pick(pool), `${person}-${step}@mail.test`).catch(
          () => null,
        )
        if (id) await gateway.abandonSignUp(id)
      }
    }
    await Promise.all(people.map((person, i) => wander(gateways[i] as DirectoryStub, person)))
    assertUnique()
    const directory = parts.reach()
    for (const { did, handle } of parts.entries) {
      expect(await directory.find(handle as string)).toMatchObject({ did })
    }
    const had = new Set(parts.entries.map(({ handle }) => handle))
    for (const handle of pool.filter((one) => !had.has(one)))
      await signUp(directory, handle, handle)
  })
})
