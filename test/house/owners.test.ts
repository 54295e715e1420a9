import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

/** Rooms that are no part of the program, and the one place where repeated work has its owner. */
const ELSEWHERE = /^(lab|test|demo)\/|^base\/every\.ts$/

const program = listSources().filter((file) => /\.[tj]s$/.test(file) && !ELSEWHERE.test(file))

/** Lines of the program that match, as `file:line`. */
function linesWith(pattern: RegExp): string[] {
  return program.flatMap((file) =>
    readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])),
  )
}

test('repeated work goes through `every`, which catches what it throws', () => {
  expect(linesWith(/\bsetInterval\b/)).toEqual([])
})
