import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'
import { apply, urlOf } from './removal.ts'
import { removals } from './removals.ts'

/**
 * What `load_without.ts` does to the programs that a test starts, for the modules that vitest loads:
 * tests that call functions miss the defence, too.
 *
 * @param preload `WORLD_PRELOAD`, with the number of a removal in its query
 */
export function withoutDefence(preload: string | undefined): Plugin[] {
  if (preload === undefined) return []
  const number = Number(new URL(preload).searchParams.get('removal'))
  const edits = removals[number]?.edits ?? []
  const paths = new Map(edits.map((edit) => [edit, fileURLToPath(urlOf(edit))]))
  return [
    {
      // Vitest keeps what it transformed by the names of the plugins.
      name: `without-defence-${number}`,
      enforce: 'pre',
      transform: (code, id) => {
        const here = edits.filter((edit) => paths.get(edit) === id.split('?')[0])
        return here.length ? here.reduce((text, edit) => apply(edit, text), code) : undefined
      },
    },
  ]
}
