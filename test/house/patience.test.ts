import { globSync, readFileSync } from 'node:fs'
import { type Node, parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'
import * as lifetimes from '../../base/lifetimes.ts'

const { MINUTE } = lifetimes

/**
 * What waits by itself, or is given up: which argument says when, in milliseconds or among options, and what the
 * settings of the suites say where none does.
 */
const WAITING: Record<string, { at: number; otherwise: number | null }> = {
  'expect.poll': { at: 1, otherwise: MINUTE },
  'vi.waitFor': { at: 1, otherwise: 0 },
  'vi.waitUntil': { at: 1, otherwise: 0 },
  test: { at: 2, otherwise: MINUTE },
  beforeAll: { at: 1, otherwise: MINUTE },
  afterAll: { at: 1, otherwise: MINUTE },
  beforeEach: { at: 1, otherwise: MINUTE },
  afterEach: { at: 1, otherwise: MINUTE },
  'AbortSignal.timeout': { at: 0, otherwise: null },
  withDeadline: { at: 1, otherwise: null },
}

/** Options of what else is given up: a process that is waited for, a step in a page, a request. */
const OPTION = /^(timeout|headersTimeout|bodyTimeout)$/

/** Files in which none of these is need not be parsed. */
const ANY =
  /timeout|\.poll\(|\.waitFor\(|\.waitUntil\(|withDeadline\(|^ *\}, [A-Z\d]\w*\)$|^ +[A-Z\d]\w*,\n\)$/im

/** Where less is right, and why no busy machine fails of it. */
const LESS: Record<string, string> = {
  'lab/clients/person.ts: AbortSignal.timeout(PATIENCE)': 'an app gives up, and asks again',
  'lab/world/servers/balancer.ts: AbortSignal.timeout(PATIENCE)': 'a load balancer looks again',
  'test/adopt/installation.test.ts: timeout: 0': 'a lock that is held is held longer',
  'test/engine/engine.test.ts: timeout: RUNNER_LOST': 'the engine is held up once more',
}

type Constants = ReadonlyMap<string, Node>
type Wait = { at: string; ms: number | null }

/** Everything that a file waits for, and for how long; null where that cannot be told. */
function waitsIn(file: string): Wait[] {
  const text = readFileSync(file, 'utf8')
  if (!ANY.test(text)) return []
  const { program } = parseSync(file, text)
  const constants = new Map<string, Node>()
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init) constants.set(id.name, init)
    },
    AssignmentPattern({ left, right }) {
      if (left.type === 'Identifier') constants.set(left.name, right)
    },
  }).visit(program)
  const waits: Wait[] = []
  const note = ({ start, end }: Node, ms: number | null) =>
    waits.push({ at: `${file}: ${text.slice(start, Math.min(end, start + 80))}`, ms })
  new Visitor({
    CallExpression(call) {
      // `test.each(…)(…)`
      const { start, end } =
        call.callee.type === 'CallExpression' ? call.callee.callee : call.callee
      const name = text.slice(start, end).replaceAll(/\s/g, '')
      const waiting = WAITING[name.replace(/^test\..*/, 'test')]
      if (!waiting) return
      const said = call.arguments[waiting.at]
      note(call, said ? msOf(said, constants, waiting.otherwise) : waiting.otherwise)
    },
    Property(property) {
      const { key, value } = property
      if (key.type === 'Identifier' && OPTION.test(key.name)) note(property, msOf(value, constants))
    },
  }).visit(program)
  return waits
}

/**
 * @param constants of the file
 * @param otherwise of options that do not say it
 * @returns null where it is calculated from something else
 */
function msOf(said: Node, constants: Constants, otherwise: number | null = null): number | null {
  const read = (part: Node) => msOf(part, constants, otherwise)
  switch (said.type) {
    case 'Literal':
      return typeof said.value === 'number' ? said.value : null
    case 'Identifier': {
      const constant = constants.get(said.name)
      return constant ? read(constant) : (knownAs.get(said.name) ?? null)
    }
    case 'BinaryExpression':
      return calculated(said.operator, read(said.left), read(said.right))
    case 'ConditionalExpression':
      return Math.min(read(said.consequent) ?? 0, read(said.alternate) ?? 0)
    case 'MemberExpression':
      return read(said.object)
    case 'ObjectExpression':
      // An option that is there is looked at for its own sake.
      return said.properties.some(isOption) ? MINUTE : otherwise
    case 'ArrowFunctionExpression':
      // Of a test that has its options before it.
      return otherwise
    default:
      return null
  }
}

const knownAs = new Map(
  Object.entries(lifetimes).flatMap(([name, ms]) => (typeof ms === 'number' ? [[name, ms]] : [])),
)

const isOption = (each: Node) =>
  each.type === 'Property' && each.key.type === 'Identifier' && OPTION.test(each.key.name)

/** What is added to it, or taken from it, does not matter. */
function calculated(operator: string, left: number | null, right: number | null): number | null {
  if (operator === '+') return (left ?? 0) + (right ?? 0)
  if (operator === '-') return left
  return operator === '*' && left !== null && right !== null ? left * right : null
}

test('what a suite waits for may take a minute: others want the same cores', () => {
  const waits = globSync(['test/**/*.ts', 'lab/{clients,world}/**/*.ts']).flatMap(waitsIn)
  const impatient = waits.filter(({ ms }) => ms === null || ms < MINUTE)
  expect(waits.length).toBeGreaterThan(500)
  expect(impatient.filter(({ at }) => !(at in LESS))).toEqual([])
  expect(impatient.map(({ at }) => at).sort()).toEqual(Object.keys(LESS))
})
