import { expect, test } from 'vitest'
import { apply } from './removal.ts'
import { removals } from './removals.ts'

/** `pnpm removals` is not run with the tests; what it takes out has to be there all the same. */
test.each(removals.map(({ attack, defence, edits }) => [attack, defence, edits] as const))(
  '%s. %s is where it is taken out',
  (_attack, _defence, edits) => {
    expect(() => edits.map((edit) => apply(edit))).not.toThrow()
  },
)
