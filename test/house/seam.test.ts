import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The seam, and what drives programs from outside. */
const KNOWS_THE_PROVIDER = /^(oauth|stores|test|lab|demo)\//
/** What only the provider decides: its cookies, the paths of its pages, ids, errors of its own. */
const ITS_NAMES =
  /\b(dev|ses)-id\b|@atproto\/oauth-provider\/~|['"](tok|ref|cod|req)-['"]|calculateJwkThumbprint|second_authentication_factor|use_dpop_nonce|csrf-token/

test('names that the provider gives are written in its seam alone', () => {
  const found = listSources()
    .filter((file) => !KNOWS_THE_PROVIDER.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .map((text, i) => ({ text, at: `${file}:${i + 1} ${text.trim()}` })),
    )
    .filter(({ text }) => ITS_NAMES.test(text))
  expect(found.map(({ at }) => at)).toEqual([])
})
