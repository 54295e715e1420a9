import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

const CAUGHT = /\bcatch \(\w+\) \{|\.catch\((?:async )?\(\w+\) => \{/g
const FAULT = /\bthrow new (?:Error|UnavailableError)\(/g

const close = { '{': '}', '(': ')' } as const

/** What stands up to where the bracket is closed that was opened before `start`. */
function upToClose(text: string, start: number, open: keyof typeof close): string {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === open) depth++
    else if (text[at] === close[open] && --depth === 0) return text.slice(start, at)
  }
  return text.slice(start)
}

/** The arguments of each fault that is thrown in the place of one that was caught. */
function thrownAnew(text: string): string[] {
  return [...text.matchAll(CAUGHT)].flatMap(({ index, 0: { length } }) => {
    const block = upToClose(text, index + length, '{')
    return [...block.matchAll(FAULT)].map((found) =>
      upToClose(block, found.index + found[0].length, '('),
    )
  })
}

test('a fault that is thrown in the place of another one keeps it as its cause', () => {
  const sources = listSources().filter((file) => /^(?!test\/|lab\/|demo\/).*\.ts$/.test(file))
  const all = sources.flatMap((file) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    return thrownAnew(text).map((given) => ({ file, given }))
  })
  expect(all.length).toBeGreaterThan(5)
  expect(all.filter(({ given }) => !/\bcause\b/.test(given))).toEqual([])
})
