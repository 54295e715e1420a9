import type { Basis } from '../../actors/account/basis.ts'
import type { AccountStub } from '../../actors/reach.ts'
import { LeftForLaterError, Refusal, UnavailableError } from '../../base/errors.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Aspect, Decision, StandingChange } from '../../database/directory/standing_change.ts'
import type { Occasion } from '../../mail/occasion.ts'
import { type PdsClient, PdsRefusal, type Standing } from '../../pds/client.ts'
import { requireAccount } from '../accounts/accounts.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import type { Settlement } from '../sign_up/sign_up.ts'

const DONE_LATER =
  'What you asked for is on record, and will be done once what it takes answers. You need not ask again'

/**
 * Takes an account down, lifts that, deactivates or activates it, here and on its PDS. What was decided is recorded
 * before it is tried, so that it happens even when the PDS does not answer now. The last decision holds: it takes the
 * place of one that is on record.
 *
 * @param basis the sign-in that asks for it; null for the operator
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 * @throws {PdsRefusal | LeftForLaterError}
 */
export async function changeStanding(
  services: Services,
  did: string,
  decision: Decision,
  basis: Basis | null,
): Promise<AccountRow> {
  const { account, directory } = services.actors
  const { pdsDid } = await requireAccount(services, did)
  const pds = await services.pds(pdsDid)
  return services.mutex.run(did, async () => {
    await account(did).assertGood(basis)
    const generation = basis?.generation ?? null
    const { change, isRepeated } = await directory.beginStandingChange(did, decision, generation)
    return outlasting(async () => {
      const tell = () => pds.updateStatus(did, statusOf(decision))
      const { changed, isSettled } = await carryOut(services, pds, change, basis, tell)
      // What was decided before may still be on its way to the PDS: then that is looked at again, later.
      if (isSettled && !isRepeated) await forget(services, change)
      if (!('did' in changed)) throw changed
      tellOwner(services, changed, decision, basis && occasionNow())
      return changed
    }).catch((err) => {
      throw err instanceof UnavailableError ? new LeftForLaterError(DONE_LATER, err) : err
    })
  })
}

/**
 * Goes on with a decision that was interrupted. Where the sign-in that asked for it is good no more, the PDS is told how
 * the account stands here. It stays on record while an earlier one may be on its way to the PDS.
 *
 * @param isAbandoned whether nothing of then, in ms, is on its way any more
 * @throws {UnavailableError} when the PDS does not answer
 */
export async function settleStandingChange(
  services: Services,
  { did, aspect }: Pick<StandingChange, 'did' | 'aspect'>,
  isAbandoned: (since: number) => boolean,
): Promise<Settlement> {
  return services.mutex.run(did, async () => {
    const onRecord = await services.actors.directory.listStandingChangesOf(did)
    const change = onRecord.find((one) => one.aspect === aspect)
    if (!change) return 'finished'
    const { decision, createdAt, generation } = change
    const here = await requireAccount(services, did)
    const pds = await services.pds(here.pdsDid)
    const again = async () => {
      const there = await pds.readStanding(did)
      const status = statusOf(decision)
      const tell = async () => {
        if (!there || !isAt(there, status)) await pds.updateStatus(did, status)
      }
      const basis = generation === null ? null : { generation, mayBeTakenDown: true }
      const outcome = await carryOut(services, pds, change, basis, tell)
      if ('did' in outcome.changed) tellOwner(services, outcome.changed, decision, null)
      return outcome
    }
    const { changed, isSettled } = isMade(here, change)
      ? { changed: here, isSettled: await agree(services, pds, did, aspect) }
      : await again()
    if (!isSettled || !isAbandoned(createdAt)) return 'open'
    await forget(services, change)
    return 'did' in changed ? 'finished' : 'given up'
  })
}

/** What came of an attempt; `isSettled` where the account stands here as on its PDS, or the PDS does not change it. */
type Attempted = { changed: AccountRow | Refusal | PdsRefusal; isSettled: boolean }

/** @param tell has the PDS do it @throws {UnavailableError} */
async function carryOut(
  services: Services,
  pds: PdsClient,
  { did, aspect, decision }: StandingChange,
  basis: Basis | null,
  tell: () => Promise<void>,
): Promise<Attempted> {
  const account = services.actors.account(did)
  try {
    // Its sessions end at once. All else is made on the PDS first: an account that looks deactivated here is nowhere
    // active, and one that is still taken down there must not sign in here.
    const isHereFirst = 'takedownRef' in decision && decision.takedownRef !== null
    if (!isHereFirst) await tell()
    const changed = await record(account, decision, basis)
    if (isHereFirst) await tell()
    return { changed, isSettled: await agree(services, pds, did, aspect) }
  } catch (err) {
    if (err instanceof Refusal) {
      return { changed: err, isSettled: await agree(services, pds, did, aspect) }
    }
    if (!(err instanceof PdsRefusal)) throw err
    // One that does not take the admin password says no to this, too: then nothing is decided.
    const isSettled = await pds.readStanding(did).then(
      () => true,
      () => false,
    )
    return { changed: err, isSettled }
  }
}

function record(
  account: AccountStub,
  decision: Decision,
  basis: Basis | null,
): Promise<AccountRow> {
  if ('takedownRef' in decision) return account.takeDown(decision.takedownRef)
  return decision.deactivated
    ? account.deactivate(decision.deactivated, basis)
    : account.activate(basis)
}

/** Whether the account has recorded it. To delete its credentials begins a new generation. */
function isMade(here: AccountRow, { decision, generation }: StandingChange): boolean {
  if ('takedownRef' in decision) return here.takedownRef === decision.takedownRef
  const { deactivated } = decision
  if (deactivated === null) return here.deactivatedAt === null
  if (here.deactivatedAt === null || here.deleteAfter !== deactivated.deleteAfter) return false
  return !deactivated.deleteCredentials || here.generation !== generation
}

type Status = Parameters<PdsClient['updateStatus']>[1]

const statusOf = (decision: Decision): Status =>
  'takedownRef' in decision
    ? { takedownRef: decision.takedownRef }
    : { deactivated: decision.deactivated !== null }

function isAt(there: Standing, { takedownRef, deactivated }: Status): boolean {
  if (takedownRef !== undefined) return (takedownRef === null) === (there.takedownRef === null)
  return deactivated === there.isDeactivated
}

/** More often than operators who change an account at the same moment. */
const LOOKS = 10

/**
 * Has an account stand on its PDS as it does here, after a change to both. Where two auth actors make one each at once,
 * the steps of one may lie between those of the other. Each looks once its own are done, so the last one sees all.
 *
 * @returns whether it does; the PDS may not say. One that does not have the account has nothing to agree
 */
async function agree(
  { actors, log }: Pick<Services, 'actors' | 'log'>,
  pds: PdsClient,
  did: string,
  aspect: Aspect,
): Promise<boolean> {
  const unread = (err: unknown) => {
    log.warn({ err, did }, 'how an account stands on its PDS after a change could not be read')
    return 'unread' as const
  }
  for (let look = 0; look < LOOKS; look++) {
    const here = await actors.account(did).read()
    const there = here && (await pds.readStanding(did).catch(unread))
    if (there === 'unread') return false
    if (!here || !there) return true
    const { takedownRef, deactivatedAt } = here
    const status = aspect === 'takedown' ? { takedownRef } : { deactivated: deactivatedAt !== null }
    if (isAt(there, status)) return true
    await pds.updateStatus(did, status)
  }
  return false
}

/** What is made is not said to have failed: a decision that is on record still is settled. */
async function forget({ actors, log }: Services, change: StandingChange): Promise<void> {
  await actors.directory.endStandingChange(change).catch((err) => {
    log.warn({ err, did: change.did }, 'a change of how an account stands was left for later')
  })
}

function tellOwner(
  services: Services,
  account: AccountRow,
  decision: Decision,
  occasion: Occasion | null,
): void {
  if ('deactivated' in decision && decision.deactivated) {
    notify(services, 'accountDeactivated', account, occasion)
  }
}
