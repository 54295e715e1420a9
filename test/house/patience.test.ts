import { globSync, readFileSync } from 'node:fs'
import { type Argument, parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'
import { MINUTE } from '../../base/lifetimes.ts'

/** What waits by itself, and whether the settings of the suites give it a minute. */
const WAITING = { 'expect.poll': true, 'vi.waitFor': false, 'vi.waitUntil': false }

type Wait = { at: string; ms: number | null }

/** Everything that a file waits for, and for how long; null where nothing says that. */
function waitsIn(file: string): Wait[] {
  const text = readFileSync(file, 'utf8')
  const waits: Wait[] = []
  if (!/\.(poll|waitFor|waitUntil)\(/.test(text)) return waits
  const { program } = parseSync(file, text)
  new Visitor({
    CallExpression({ callee, arguments: [, options], start, end }) {
      const name = text.slice(callee.start, callee.end).replaceAll(/\s/g, '')
      if (!(name in WAITING)) return
      const isGiven = WAITING[name as keyof typeof WAITING]
      const ms = millisecondsOf(options, text) ?? (isGiven ? MINUTE : null)
      waits.push({ at: `${file}: ${text.slice(start, Math.min(end, start + 80))}`, ms })
    },
  }).visit(program)
  return waits
}

/** @param text of the file, in which a constant may stand for them */
function millisecondsOf(options: Argument | undefined, text: string): number | null {
  if (!options) return null
  if (options.type === 'Identifier') {
    const [, constant = ''] = new RegExp(`\\bconst ${options.name} = (.*)`).exec(text) ?? []
    return timeoutIn(constant) ?? numberOf(constant)
  }
  const written = text.slice(options.start, options.end)
  return timeoutIn(written) ?? numberOf(written)
}

function timeoutIn(written: string): number | null {
  return numberOf(/\btimeout: ([^,}]+)/.exec(written)?.[1] ?? '')
}

/** @returns null of what is none; of a product with a constant, the constant is taken to be long enough */
function numberOf(written: string): number | null {
  const text = written.trim()
  if (/^[\d_]+$/.test(text)) return Number(text.replaceAll('_', ''))
  return /^\d+ \* \w/.test(text) ? MINUTE : null
}

test('what a suite waits for may take a minute: others want the same cores', () => {
  const waits = globSync('test/**/*.ts').flatMap(waitsIn)
  expect(waits.length).toBeGreaterThan(100)
  expect(waits.filter(({ ms }) => ms === null || ms < MINUTE)).toEqual([])
})
