import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LONGEST } from '../order.ts'

test('the files that begin first are there', () => {
  const root = new URL('../../', import.meta.url)
  expect(LONGEST.filter((file) => !existsSync(new URL(file, root)))).toEqual([])
})
