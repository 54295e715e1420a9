import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROGRAM } from './floors.ts'
import { listSources } from './imports.ts'

const file = new URL('../../deploy/Dockerfile.dockerignore', import.meta.url)
const letIn = readFileSync(file, 'utf8')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))

test('the image has every room of the program, and none of its tests', () => {
  const rooms = new Set(listSources().map((source) => source.split('/')[0] as string))
  expect(letIn.filter((path) => rooms.has(path)).toSorted()).toEqual(PROGRAM.toSorted())
})
