import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, Client } from './comparison/client.ts'
import { ADDED_FIELDS, DIFFERENCES } from './comparison/differences.ts'
import { admin, invites, others } from './comparison/scenarios/admin.ts'
import { bodies, members } from './comparison/scenarios/bodies.ts'
import { emails } from './comparison/scenarios/email.ts'
import { identity } from './comparison/scenarios/identity.ts'
import { life, takedown } from './comparison/scenarios/life.ts'
import { appPasswords, passwords } from './comparison/scenarios/passwords.ts'
import { sessions, tokens } from './comparison/scenarios/sessions.ts'
import { signUp } from './comparison/scenarios/sign_up.ts'
import { startWorlds, type Way, type Worlds } from './comparison/world.ts'

/** The same calls to a stock PDS alone, to Vestibule, and to a stock PDS behind Vestibule. */
let worlds: Worlds
beforeAll(async () => {
  worlds = await startWorlds()
})
afterAll(() => worlds?.close())

const used = new Set<string>()
const scenarios = {
  // First: a minute after its start Vestibule follows what was done on the PDS.
  takedown,
  sessions,
  tokens,
  emails,
  passwords,
  appPasswords,
  identity,
  life,
  admin,
  invites,
  others,
  bodies,
  members,
}
const cases = [
  ...Object.entries(scenarios).flatMap(([name, run]) =>
    (['direct', 'through'] as const).map((way) => ({ name, run, way })),
  ),
  // Accounts are not made through a PDS behind an entryway.
  { name: 'signUp', run: signUp, way: 'direct' },
] as const

const answersAlone = new Map<string, Promise<Map<string, Answer>>>()
async function answersOf(run: (client: Client) => Promise<void>, way: Way) {
  const client = new Client(worlds[way])
  await run(client)
  return client.answers
}

test.each(cases)('$name, $way', async ({ name, run, way }) => {
  const alone = answersAlone.get(name) ?? answersOf(run, 'alone')
  answersAlone.set(name, alone)
  const expected = await alone
  const found = await answersOf(run, way)

  const unexpected: Record<string, unknown> = {}
  for (const [call, answer] of found) {
    const there = expected.get(call)
    // The headers of what a PDS answers are its own, and its own tests'.
    const headers = way === 'direct' ? answer.headers : (there?.headers ?? {})
    const here = { ...withoutAddedFields(answer), headers }
    const difference = DIFFERENCES.find((d) => d.calls.includes(call) && d.ways.includes(way))
    const isSame = equal(here, there)
    if (difference) {
      used.add(`${call}, ${way}`)
      expect(isSame, `${call} is listed as different, and is not`).toBe(false)
      expect({ call, ...here }).toMatchObject({ call, ...difference.behind })
    } else if (!isSame) {
      unexpected[call] = { alone: there, [way]: here }
    }
  }
  expect(unexpected).toEqual({})
  expect([...found.keys()]).toEqual([...expected.keys()])
})

test('every difference in the table was met', () => {
  const listed = DIFFERENCES.flatMap(({ calls, ways }) =>
    calls.flatMap((call) => ways.map((way) => `${call}, ${way}`)),
  )
  expect([...used].sort()).toEqual(listed.sort())
})

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function withoutAddedFields(answer: Answer): Answer {
  const { shape } = answer
  if (shape === null || typeof shape !== 'object' || Array.isArray(shape)) return answer
  const kept = Object.entries(shape).filter(([key]) => !Object.hasOwn(ADDED_FIELDS, key))
  return { ...answer, shape: Object.fromEntries(kept) }
}
