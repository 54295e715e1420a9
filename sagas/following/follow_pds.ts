import type { AccountRow } from '../../database/account/profile.ts'
import type { Aspect } from '../../database/directory/standing_change.ts'
import type { Standing } from '../../pds/client.ts'
import type { Services } from '../services/services.ts'

/** What was done here because of what was done on the PDS. */
type Followed = 'taken down' | 'takedown lifted' | 'deactivated' | 'activated'

/** How an account stands here and on its PDS, after {@link followPds}; null where there is none. */
export type Compared = { here: AccountRow; there: Standing | null; followed: Followed[] }

/**
 * Does here what was done to an account on its PDS, because the PDS does not tell us. A takedown
 * there is one here, and is lifted here when it is lifted there; a takedown that began here stays.
 * Whether an account is active is always taken from the PDS: a deactivation here is done there first.
 * What is decided here and not finished ({@link changeStanding}) is not the PDS's to say.
 *
 * An account that the PDS has no more stays as it is: a PDS with the wrong disk has none either.
 *
 * @throws {UnavailableError} when the PDS does not answer
 */
export async function followPds(services: Services, did: string): Promise<Compared | null> {
  const { directory, account } = services.actors
  const entry = await directory.find(did)
  if (!entry) return null
  const pds = await services.pds(entry.pdsDid)
  return services.mutex.run(did, async () => {
    const before = await account(did).read()
    if (!before) return null
    const decided = (await directory.listStandingChangesOf(did)).map(({ aspect }) => aspect)
    const there = await pds.readStanding(did)
    const followed = there ? await follow(services, before, there, decided) : []
    for (const what of followed) services.log.info({ did }, `${what} as on its PDS`)
    const here = followed.length > 0 ? await account(did).read() : before
    return here && { here, there, followed }
  })
}

async function follow(
  { actors }: Services,
  here: AccountRow,
  there: Standing,
  decided: readonly Aspect[],
): Promise<Followed[]> {
  const { did } = here
  const account = actors.account(did)
  const followed: Followed[] = []
  let isTakenDown = here.takedownRef !== null
  const isTakedownDecided = decided.includes('takedown')
  if (!isTakedownDecided && !isTakenDown && there.takedownRef !== null) {
    // The pointer first: one without a takedown is harmless, the reverse could not be lifted.
    await actors.directory.putFollowedTakedown(did, there.takedownRef)
    await account.takeDown(there.takedownRef)
    followed.push('taken down')
    isTakenDown = true
  } else if (!isTakedownDecided && isTakenDown && there.takedownRef === null) {
    const ref = await actors.directory.readFollowedTakedown(did)
    if (ref === here.takedownRef) {
      await account.takeDown(null)
      await actors.directory.deleteFollowedTakedown(did)
      followed.push('takedown lifted')
      isTakenDown = false
    }
  }
  if (decided.includes('activity')) return followed
  if (here.deactivatedAt === null && there.isDeactivated) {
    await account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
    followed.push('deactivated')
  } else if (here.deactivatedAt !== null && !there.isDeactivated && !isTakenDown) {
    await account.activate(null)
    followed.push('activated')
  }
  return followed
}
