import type { DidDocument } from '@atproto/identity'
import { INVALID_HANDLE } from '@atproto/syntax'
import type { Basis } from '../actors/account/basis.ts'
import type { Arrival } from '../actors/account/known_devices.ts'
import type { RecordedSession } from '../actors/account/sessions.ts'
import { tokens as counted } from '../base/watching/metrics.ts'
import { type AccountRow, type AccountStatus, accountStatus } from '../database/account/profile.ts'
import type { Proof } from '../factors/kinds.ts'
import { calledFrom } from '../http/requester.ts'
import { tellOfArrival } from '../sagas/notices/arrivals.ts'
import type { Services } from '../sagas/services/services.ts'
import { refuseIfOver } from '../sagas/sign_in/sign_in.ts'
import {
  type AppPasswordUse,
  legacyScope,
  newRefreshJti,
  newSessionId,
} from '../tokens/legacy_tokens.ts'
import type { MethodContext } from './method.ts'

/** What `createSession`, `refreshSession` and `getSession` say of an account. */
export type SessionBody = {
  did: string
  handle: string
  email: string
  emailConfirmed: boolean
  emailAuthFactor: boolean
  active: boolean
  status?: Exclude<AccountStatus, 'active'>
  didDoc?: DidDocument
}

export async function sessionBody(services: Services, account: AccountRow): Promise<SessionBody> {
  const didDoc = await services.documents.ofAccount(account.did)
  return {
    did: account.did,
    handle: account.handle ?? INVALID_HANDLE,
    email: account.email,
    emailConfirmed: account.emailConfirmedAt !== null,
    emailAuthFactor: account.emailAuthFactor,
    ...statusOf(account),
    ...(didDoc && { didDoc }),
  }
}

function statusOf(account: AccountRow): Pick<SessionBody, 'active' | 'status'> {
  const status = accountStatus(account)
  return status === 'active' ? { active: true } : { active: false, status }
}

/** The sign-in, or sign-up, by which a legacy session is opened. */
type Opening = {
  basis: Basis
  appPassword?: ({ name: string } & AppPasswordUse) | null
  /** The sign-in, to be recorded with it. */
  arrival?: Arrival
  /** The code that was given as a second factor, which is spent with it. */
  proof?: Proof | null
}

/**
 * Opens a legacy session. That of an account that was taken down cannot be refreshed, as in the
 * reference: it lasts as long as its access JWT.
 *
 * @throws {Refusal} AuthenticationRequired, AccountTakedown; InvalidToken, ExpiredToken for the code
 */
export async function openSession(
  { services, tokens }: MethodContext,
  account: AccountRow,
  { basis, appPassword = null, arrival, proof = null }: Opening,
): Promise<RecordedSession & { tokens: { accessJwt: string; refreshJwt: string } }> {
  const { did, pdsDid } = account
  const takenDown = account.takedownRef !== null
  const scope = legacyScope({ appPassword, takenDown })
  const [id, jti] = [newSessionId(), newRefreshJti()]
  const { accessJwt, refreshJwt, refreshExpiresAt } = await tokens.sign({
    did,
    pdsDid,
    scope,
    sessionId: id,
    jti,
  })
  const kept = takenDown
    ? { jti: newRefreshJti(), expiresAt: Date.now() + services.settings.accessTokenLifetime }
    : { jti, expiresAt: refreshExpiresAt }
  const appPasswordName = appPassword?.name ?? null
  const now = Date.now()
  const session = { id, ...kept, appPasswordName, createdAt: now, updatedAt: now }
  const recorded = await services.actors
    .account(did)
    .createLegacySession({ ...session, from: calledFrom() }, basis, arrival ?? null, proof)
    .catch(refuseIfOver)
  if (recorded.isTold && arrival) tellOfArrival(services, recorded.account, arrival)
  counted.inc({ profile: 'createSession', act: 'issued' })
  return { ...recorded, tokens: { accessJwt, refreshJwt } }
}
