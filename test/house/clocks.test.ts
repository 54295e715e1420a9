import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

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
