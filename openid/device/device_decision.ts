import { grantOf } from '../interaction/consents.ts'
import { loginOf } from '../interaction/interaction_sign_in.ts'
import { consentTo, requestedBy } from '../interaction/requested.ts'
import type { InteractionVisit, SignedInPerson } from '../interaction/visit.ts'
import { type AskedByDevice, decide } from '../storage/device_adapter.ts'
import { openidScope } from '../storage/scope.ts'
import type { Storage } from '../storage/stored.ts'

/** Who decides about a device, and how they have signed in. */
export type Decider = Pick<InteractionVisit, 'provider' | 'deviceId' | 'recent'> & {
  person: SignedInPerson
}

/**
 * What the device gets is a grant of its own, which rests on the sign-in of the person, and outlives the session
 * of their browser.
 *
 * @returns whether it is decided; not where it was before, or it is too late
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export async function allow(
  storage: Storage,
  { provider, person, ...signIn }: Decider,
  asked: AskedByDevice,
  isEmailRefused: boolean,
): Promise<boolean> {
  const { did, basis } = person
  const { flow, actors } = storage
  const account = actors.account(did)
  if ((await account.read())?.deactivatedAt !== null) {
    return refuse(storage, asked, 'The account is deactivated')
  }
  const scope = openidScope()
  scope.account = did
  scope.bases.set(did, basis)
  const consent = consentTo(await requestedBy(flow, asked.params as object), isEmailRefused)
  const { clientId } = asked
  const grantId = await grantOf(new provider.Grant({ accountId: did, clientId }), consent).save()
  const { ts, amr, acr } = await loginOf(actors, signIn, person)
  const resources = Object.keys(consent.resources)
  const isDone = await decide(storage, asked, {
    ...{ accountId: did, grantId, authTime: ts, ...(amr && { amr }), ...(acr && { acr }) },
    scope: [consent.scope, ...Object.values(consent.resources)].filter(Boolean).join(' '),
    ...(resources.length > 0 && { resource: resources.length === 1 ? resources[0] : resources }),
  })
  if (!isDone) await account.endOpenidGrant(grantId)
  return isDone
}

/** The device is told `access_denied`. @returns as {@link allow} */
export function refuse(
  storage: Storage,
  asked: AskedByDevice,
  errorDescription = 'The person refused',
): Promise<boolean> {
  return decide(storage, asked, { error: 'access_denied', errorDescription })
}
