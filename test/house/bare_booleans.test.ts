import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Functions of Node.js and of packages, whose parameters are theirs. */
const OF_OTHERS = new Set([
  ...['includes', 'resolve', 'setKeepAlive', 'setNoDelay'],
  ...['confirm', 'default', 'literal', 'getTokenInfo', 'getTokenSet'],
])

type Node = { type: string; start: number } & Record<string, unknown>

type NamedNode = { name?: string; value?: unknown }

/** Calls with `true` or `false` as an argument, but for those of which the name says it, as `setOn(true)`. */
function bareIn(node: unknown): { name: string; start: number }[] {
  if (Array.isArray(node)) return node.flatMap(bareIn)
  if (typeof node !== 'object' || node === null) return []
  const within = Object.values(node).flatMap(bareIn)
  const { type, start, callee, arguments: given } = node as Node
  if (type !== 'CallExpression') return within
  const isBare = (given as Node[]).some(({ value }) => typeof value === 'boolean')
  const { name: own, property } = callee as { name?: string; property?: NamedNode }
  const name = own ?? property?.name ?? String(property?.value ?? '')
  return isBare && !/^set([A-Z]|$)/.test(name) && !OF_OTHERS.has(name)
    ? [...within, { name, start }]
    : within
}

test('no call of a function of ours says true or false without saying of what', () => {
  const bare = listSources()
    .filter((file) => !file.startsWith('test/'))
    .flatMap((file) => {
      const source = readFileSync(`${root}${file}`, 'utf8')
      const lineOf = (start: number) => source.slice(0, start).split('\n').length
      return bareIn(parseSync(file, source).program).map(
        ({ name, start }) => `${file}:${lineOf(start)} ${name}`,
      )
    })
  expect(bare).toEqual([])
})

test('such a call is found', () => {
  const found = (source: string) =>
    bareIn(parseSync('a.ts', source).program).map(({ name }) => name)
  expect(found('this.#round.run(true); a?.write(b, false); setOn(true)')).toEqual(['run', 'write'])
})
