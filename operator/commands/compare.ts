import { UnavailableError } from '../../base/errors.ts'
import type { DirectoryEntry } from '../../database/directory/account.ts'
import { followPds } from '../../sagas/following/follow_pds.ts'
import type { Services } from '../../sagas/services/services.ts'
import { command } from '../command.ts'
import { inputs } from '../inputs/index.ts'
import { findElsewhere } from './named_pds.ts'

/** An account that stood otherwise on its PDS. `mend` is null where that is done already. */
export type Difference = {
  did: string
  handle: string | null
  pdsDid: string
  found: string
  mend: string | null
}

/**
 * Follows what was done to accounts on their PDSes, and says what is left to be decided, in the
 * order of the DIDs; `next` is the `after` of the next page.
 */
export const compare = command(
  inputs['account/compare'],
  async ({ services }, { after, limit }) => {
    const entries = await services.actors.directory.listAccounts(after, limit)
    const differences = await Promise.all(entries.map((entry) => look(services, entry)))
    return {
      differences: differences.flat(),
      compared: entries.length,
      next: entries.length === limit ? (entries.at(-1)?.did ?? null) : null,
    }
  },
)

async function look(services: Services, entry: DirectoryEntry): Promise<Difference[]> {
  const { did, handle, pdsDid } = entry
  const difference = (found: string, mend: string | null = null): Difference[] => [
    { did, handle, pdsDid, found, mend },
  ]
  try {
    const compared = await followPds(services, did)
    if (!compared) return []
    const { here, there, followed } = compared
    if (!there) {
      return difference(
        'its PDS does not have it',
        `bring it back there from a backup or, if it was deleted there on purpose: vestibule account delete ${did}`,
      )
    }
    if (here.takedownRef !== null && there.takedownRef === null) {
      return difference(
        'taken down here, but not on its PDS',
        `vestibule account takedown ${did}, with --lift if it shall be back`,
      )
    }
    const elsewhere = await findElsewhere(services, here)
    return [
      ...(followed.length > 0 ? difference(`${followed.join(', ')} as on its PDS`) : []),
      ...(elsewhere ? difference(elsewhere.found, elsewhere.mend) : []),
    ]
  } catch (err) {
    if (err instanceof UnavailableError) return difference(err.message, 'ask again when it answers')
    throw err
  }
}
