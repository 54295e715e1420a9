import { SettingsError } from '../../base/errors.ts'
import type { Db } from '../../database/database.ts'
import { readSpread, type Spread, writeSpread } from '../../database/flow/spread.ts'
import type { AuthPeer } from '../reach.ts'
import type { Runner } from '../runner.ts'

/** What is fixed once there is data, by the setting that says it. */
const FIXED = {
  authActors: 'ENTRYWAY_AUTH_ACTORS',
  directories: 'ENTRYWAY_DIRECTORIES',
} as const satisfies Record<keyof Spread, string>

/**
 * Remembers over how many auth actors the flow state is spread, and in how many parts the directory is.
 * Ends the program where the settings say another number: nonces, codes and names would be looked for
 * where they are not.
 *
 * @param number of the auth actor that wakes; only a new one has to ask the first
 */
export async function claimSpread(
  runner: Runner,
  db: Db,
  number: number,
  first: AuthPeer,
): Promise<void> {
  const { authActors, directories } = runner.settings
  if (number >= authActors) throw new Error(`There is no auth actor ${number}`)
  const known = readSpread(db)
  if (known !== null) return assertSame(runner, known)
  if (number > 0) assertSame(runner, await askFirst(first))
  writeSpread(db, { authActors, directories })
}

/** The same for an engine's, before any auth actor wakes here. */
export async function checkSpread(runner: Runner, first: AuthPeer): Promise<void> {
  try {
    assertSame(runner, await askFirst(first))
  } catch {
    // Where the first does not say so yet, each auth actor looks when it wakes.
  }
}

async function askFirst(first: AuthPeer): Promise<Spread> {
  const [authActors, directories] = await Promise.all([first.authActors(), first.directories()])
  return { authActors, directories }
}

/** Ends the program where the installation has other numbers, with a sentence for each. */
function assertSame({ settings, refuse }: Runner, known: Spread): void {
  const others = (Object.keys(FIXED) as (keyof Spread)[]).filter(
    (name) => known[name] !== settings[name],
  )
  const mistakes = others.map(
    (name) =>
      `${FIXED[name]}: this installation has ${known[name]} (see docs/scale.md to change it)`,
  )
  if (mistakes.length > 0) refuse(new SettingsError(mistakes))
}
