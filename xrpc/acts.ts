import { UnavailableError } from '../base/errors.ts'
import { outlasting, TooLateError } from '../base/time/in_time.ts'
import { calledFrom } from '../http/requester.ts'
import { PdsRefusal } from '../pds/client.ts'
import { notingChanges } from '../sagas/noted_changes.ts'
import { keepOperatorAct } from '../sagas/operator_acts.ts'
import type { Services } from '../sagas/services/services.ts'

/** Who administers. */
export type Administrator = {
  /** As the operators' trail has it. */
  name: string
}

/** What an administrator does by a method, for the operators' trail. */
export type Act = {
  by: Administrator
  /** The account that it is done to, as it is named. */
  account?: string
  /** What else it is done to. */
  subject?: string
  /** Whether the account is as before. */
  changesNothing?: boolean
}

/**
 * Does it, and keeps who has done it: also where it is refused after a part of it was done, or something does not answer, or a
 * PDS says no, since it may be on record then, or done here. An account that it deletes reads nothing of it.
 *
 * @param work is given the services by which it is to be done
 */
export async function keepingAct<T, S extends Pick<Services, 'actors' | 'log'>>(
  services: S,
  nsid: string,
  { by, account, subject = account ?? '', changesNothing = false }: Act,
  work: (services: S) => Promise<T>,
): Promise<T> {
  const find = (name: string) => services.actors.directory.find(name, ['did', 'handle'])
  const entry = account === undefined ? null : await find(account)
  const did = entry?.did ?? null
  const keep = async () => {
    const isThere = did !== null && (await outlasting(() => find(did)).catch(() => null)) !== null
    const operator = { operator: by.name, operatorAddress: calledFrom()?.address ?? null }
    const isInAudit = isThere && !changesNothing
    const act = { command: nsid, subject: did ?? subject, did, isInAudit }
    await keepOperatorAct(services, operator, act)
  }
  const noting = notingChanges(services)
  const done = await work(noting.services).catch(async (err) => {
    if (noting.hasChanged() || mayBeDone(err)) await keep()
    throw err
  })
  await keep()
  return done
}

const mayBeDone = (err: unknown): boolean =>
  err instanceof PdsRefusal || (err instanceof UnavailableError && !(err instanceof TooLateError))
