import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listProgramSources } from './imports.ts'

/** It has a process of its own (`vitest.config.ts`). */
const ALONE = 'test/passwords/scrypt.test.ts'

test('a suite puts no other timers in place: those of a shared PDS would not come back', () => {
  const files = globSync('test/**/*.ts').filter((file) => file !== ALONE)
  const calls = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bvi\.useFakeTimers\(.*/g)].map(
      ([call]) => `${file}: ${call}`,
    ),
  )
  expect(calls.length).toBeGreaterThan(20)
  expect(calls.filter((call) => !call.includes("toFake: ['Date']"))).toEqual([])
})

/** How long something lasts in a process, written by the clock. */
const SET_BY_ANYBODY = [
  /\bwhile \(.*Date\.now\(\).*/g,
  /(?:\b(?:deadline|until|end|earliest|usedAt)|#since)\b[^=\n]*[=:] ?Date\.now\(\).*/g,
  /\bsince: Date\.now\(\)(?! -).*/g,
  // What is recent is so for as long as a clock that was set back had been ahead (`base/time/has_passed.ts`).
  /\bDate\.now\(\) - [\w.]+ < .*/g,
]

test('how long to wait, or since when, is no question for a clock that somebody may set', () => {
  const found = listProgramSources().flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return SET_BY_ANYBODY.flatMap((form) => [...text.matchAll(form)]).map(([a]) => `${file}: ${a}`)
  })
  expect(found).toEqual([])
})
