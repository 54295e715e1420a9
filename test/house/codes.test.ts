import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Tests read the messages that people read; the lab and the demo drive programs from outside. */
const OUTSIDE = /^(test|lab|demo)\//
/** Ways to decide by the text of a message. */
const BY_TEXT = [
  /\bmessage\s*[!=]==?\s/,
  /[!=]==?\s*[\w.]*\.message\b/,
  /\bmessage\??\.(includes|startsWith|endsWith|match|search|indexOf)\(/,
  /\.(test|exec)\([\w.]*\bmessage\b/,
]

test('what went wrong is told by a code, never by the text of a message', () => {
  const found = listSources()
    .filter((file) => !OUTSIDE.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .map((text, i) => ({ text, at: `${file}:${i + 1} ${text.trim()}` })),
    )
    .filter(({ text }) => BY_TEXT.some((way) => way.test(text)))
  expect(found.map(({ at }) => at)).toEqual([])
})
