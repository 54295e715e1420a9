import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, Client } from './comparison/client.ts'
import { ADDED_FIELDS, ADDED_HEADERS, DIFFERENCES } from './comparison/differences.ts'
import { admin, invites, others } from './comparison/scenarios/admin.ts'
import { bodies } from './comparison/scenarios/bodies.ts'
import { callers } from './comparison/scenarios/callers.ts'
import { emails } from './comparison/scenarios/email.ts'
import { identity } from './comparison/scenarios/identity.ts'
import { life, takedown } from './comparison/scenarios/life.ts'
import { members } from './comparison/scenarios/members.ts'
import { appPasswords, passwords } from './comparison/scenarios/passwords.ts'
import { sessions, tokens } from './comparison/scenarios/sessions.ts'
import { signUp } from './comparison/scenarios/sign_up.ts'
import { versions } from './comparison/scenarios/versions.ts'
import { startWorlds, type Way, type Worlds } from './comparison/world.ts'

/** The same calls to a stock PDS alone, to Vestibule, and to a stock PDS behind Vestibule. */
let worlds: Worlds
beforeAll(async () => {
  worlds = await startWorlds()
})
afterAll(() => worlds?.close())

const differences = new Map(
  DIFFERENCES.flatMap((difference) =>
    difference.calls.flatMap((call) =>
      difference.ways.map((way) => [`${call}, ${way}`, difference] as const),
    ),
  ),
)
const used = new Set<string>()
/** Every call that was compared. */
const compared = new Set<string>()
/** Which headers were added somewhere. */
const added = new Set<string>()
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
  callers,
  versions,
}
const cases = [
  ...Object.entries(scenarios).flatMap(([name, run]) =>
    (['direct', 'through'] as const).map((way) => ({ name, run, way })),
  ),
  // Accounts are not made through a PDS behind an entryway.
  { name: 'signUp', run: signUp, way: 'direct' },
  // What is sent through a PDS, the PDS reads.
  { name: 'members', run: members, way: 'direct' },
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
  const [expected, found] = await Promise.all([alone, answersOf(run, way)])

  const unexpected: Record<string, unknown> = {}
  for (const [call, answer] of found) {
    compared.add(call)
    const there = expected.get(call)
    // The headers of what a PDS answers are its own, and its own tests'.
    const headers = way === 'direct' ? withoutAddedHeaders(answer, there) : (there?.headers ?? {})
    const here = { ...withoutAddedFields(answer), headers }
    const difference = differences.get(`${call}, ${way}`)
    if (difference) used.add(`${call}, ${way}`)
    const isSame = equal(here, there)
    const isAsListed = !difference || matches(here, difference.behind)
    if (isSame === (difference === undefined) && isAsListed) continue
    unexpected[call] = { alone: there, [way]: here, listed: difference?.behind }
  }
  expect(unexpected).toEqual({})
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
})

test('every difference in the table was met', () => {
  expect([...used].sort()).toEqual([...differences.keys()].sort())
  expect(compared.size).toBeGreaterThan(2_900)
  expect([...added].sort()).toEqual(Object.keys(ADDED_HEADERS).sort())
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

/** The headers, without what is added where the reference has nothing. */
function withoutAddedHeaders({ headers }: Answer, there: Answer | undefined) {
  const kept = Object.entries(headers).flatMap(([name, value]) => {
    const expected = there?.headers[name]
    if (value === expected || !isAdded(name, value, expected)) return [[name, value]]
    added.add(name)
    return expected === undefined ? [] : [[name, expected]]
  })
  return Object.fromEntries(kept) as Answer['headers']
}

function isAdded(name: string, value: string, expected: string | undefined): boolean {
  if (name !== 'exposed') return Object.hasOwn(ADDED_HEADERS, name) && expected === undefined
  const more = value.split(',').filter((each) => !expected?.split(',').includes(each))
  const isWhole = (expected ?? '').split(',').every((each) => value.includes(each))
  return isWhole && more.every((each) => /^ratelimit-\w+$/.test(each))
}

const matches = (answer: Answer, part: Partial<Answer>) =>
  Object.entries(part).every(([name, value]) => equal(answer[name as keyof Answer], value))
