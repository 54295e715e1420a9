import { SettingsError } from '../../base/settings.ts'
import type { Db } from '../../database/database.ts'
import { readAuthActors, writeAuthActors } from '../../database/flow/installation.ts'
import type { AuthPeer } from '../reach.ts'
import type { Runner } from '../runner.ts'

/**
 * Remembers over how many auth actors the flow state is spread, and ends the program where the
 * settings say another number: nonces and codes would be looked for where they are not.
 *
 * @param number of the auth actor that wakes; only a new one has to ask the first
 */
export async function claimNumber(
  runner: Runner,
  db: Db,
  number: number,
  first: AuthPeer,
): Promise<void> {
  const { authActors } = runner.settings
  if (number >= authActors) throw new Error(`There is no auth actor ${number}`)
  const known = readAuthActors(db)
  if (known !== null) return assertNumber(runner, known)
  if (number > 0) assertNumber(runner, await first.authActors())
  writeAuthActors(db, authActors)
}

/** The same for an engine's, before any auth actor wakes here. */
export async function checkNumber(runner: Runner, first: AuthPeer): Promise<void> {
  try {
    assertNumber(runner, await first.authActors())
  } catch {
    // Where the first does not say so yet, each auth actor looks when it wakes.
  }
}

/** Ends the program where the installation has another number of auth actors. */
function assertNumber({ settings, refuse }: Runner, known: number): void {
  if (known === settings.authActors) return
  refuse(
    new SettingsError([
      `ENTRYWAY_AUTH_ACTORS: this installation has ${known} (see docs/scale.md to change it)`,
    ]),
  )
}
