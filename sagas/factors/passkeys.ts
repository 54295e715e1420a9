import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { Basis } from '../../actors/account/basis.ts'
import type { FactorsChanged } from '../../actors/account/factors.ts'
import type { Login } from '../../actors/account/login.ts'
import type { ListedPasskey } from '../../actors/account/passkeys.ts'
import { Refusal } from '../../base/errors.ts'
import { creationOptions, didOf, PasskeyError, requestOptions } from '../../factors/passkey.ts'
import { requireAccount } from '../accounts/accounts.ts'
import { arrivalOf, type SignInDevice, tellOfArrival } from '../notices/arrivals.ts'
import type { SignInDetail } from '../notices/audit.ts'
import { occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import {
  type AnsweredChallenge,
  answered,
  answeredAgain,
  type Challenge,
  relyingParty,
} from '../sign_in/passkey_challenge.ts'
import { guessed, isWrongCode } from '../sign_in/second_factor.ts'
import { assertNotTakenDown, recordGuess, type SignInPolicy } from '../sign_in/sign_in.ts'
import { changedFrom, tellOfChange } from './factors.ts'

/**
 * The passkeys of an account: each signs in by itself, and stands in for the code after a password. What
 * holds for the changes of other factors (`sagas/factors/factors.ts`) holds for theirs.
 */

/** The oldest first. */
export function listPasskeys(
  { actors }: Pick<Services, 'actors'>,
  did: string,
): Promise<ListedPasskey[]> {
  return actors.account(did).listPasskeys()
}

/** As the person called them. */
export async function passkeyNames(
  services: Pick<Services, 'actors'>,
  did: string,
): Promise<string[]> {
  return (await listPasskeys(services, did)).map(({ name }) => name)
}

/** What a browser is given to make a passkey. @throws {Refusal} InvalidRequest for a DID that is too long */
export async function newPasskeyOptions(
  services: Services,
  did: string,
  { value }: Challenge,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { handle } = await requireAccount(services, did, ['did'])
  const known = await listPasskeys(services, did)
  try {
    return await creationOptions(relyingParty(services), { did, name: handle ?? did }, known, value)
  } catch (err) {
    throw err instanceof PasskeyError ? new Refusal('InvalidRequest', err.message) : err
  }
}

/** What a browser is given to use one. */
export function usePasskeyOptions(
  services: Pick<Services, 'settings'>,
  { value }: Challenge,
): PublicKeyCredentialRequestOptionsJSON {
  return requestOptions(relyingParty(services), value)
}

/**
 * Adds a passkey.
 *
 * @param given the challenge that it was made for, the name that the person gives it, and the id of the form, which may be
 *   sent again
 * @returns with the recovery codes, if there were none
 * @throws {Refusal} InvalidToken where it is not accepted; ExpiredToken for a challenge that is over;
 *   InvalidRequest where there are too many, or it is there already; SignedOut, ProofRequired
 */
export async function addPasskey(
  services: Services,
  did: string,
  given: { response: RegistrationResponseJSON; challenge: Challenge; name: string; form?: string },
  basis: Basis,
): Promise<FactorsChanged> {
  const made = await answeredAgain(services, given.response, given.challenge)
  const account = services.actors.account(did)
  const changed = await account.addPasskey(made, given.name, basis, changedFrom(basis, given.form))
  return tellOfChange(services, 'factorAdded', 'passkey', changed, occasionNow())
}

/** @throws {Refusal} InvalidRequest where there is no such passkey; SignedOut, ProofRequired */
export async function renamePasskey(
  { actors }: Services,
  did: string,
  id: string,
  name: string,
  basis: Basis,
): Promise<void> {
  await actors.account(did).renamePasskey(id, name, basis)
}

/** Removes a passkey, if it is there. @throws {Refusal} SignedOut, ProofRequired */
export async function removePasskey(
  services: Services,
  did: string,
  id: string,
  basis: Basis,
): Promise<FactorsChanged> {
  const changed = await services.actors.account(did).removePasskey(id, basis, changedFrom(basis))
  return tellOfChange(services, 'factorRemoved', 'passkey', changed, occasionNow())
}

/**
 * Signs in with a passkey alone, which says whose it is: its account asks for nothing else, and records the
 * sign-in, of which the owner gets a mail unless the device is known.
 *
 * A stranger knows no credential ids. So only who has one can use up the guesses of an account, and get
 * into its audit trail.
 *
 * @param expected DID of the account, where only one may sign in
 * @throws {Refusal} ExpiredToken for a challenge that is over; AuthenticationRequired, AccountTakedown,
 *   RateLimitExceeded. `detail.did` is the account, where there is one
 */
export async function signInWithPasskey(
  services: Services,
  given: AnsweredChallenge & { device: SignInDevice } & Omit<SignInDetail, 'way'>,
  policy: Pick<SignInPolicy, 'takenDown'>,
  expected?: string,
): Promise<Login> {
  const used = await answered(services, given.response, given.challenge)
  const did = didOf(given.response)
  const entry = did === null ? null : await services.actors.directory.find(did, ['did'])
  const account = entry && services.actors.account(entry.did)
  const row = await account?.findPasskeyOwner(given.response.id)
  if (!account || !row) {
    await recordGuess(services, undefined, 'passkey', given)
    return refuse(new Refusal('InvalidToken', 'There is no such passkey'))
  }
  if (expected !== undefined && row.did !== expected) {
    throw new Refusal('AuthenticationRequired', 'The passkey is of another account')
  }
  const { address, deviceId, clientId } = given
  const arrival = arrivalOf(given.device, { way: 'passkey', address, deviceId, clientId })
  const signedIn = await guessed(services, row.did, 'passkey', () =>
    account.loginWithPasskey(used, arrival),
  ).catch(async (err) => {
    if (isWrongCode(err)) await recordGuess(services, row.did, 'passkey', given)
    return refuse(err)
  })
  assertNotTakenDown(signedIn, policy)
  if (signedIn.isTold) tellOfArrival(services, signedIn.account, arrival)
  return signedIn
}

/** To who signs in, one passkey that is not accepted is as another. */
function refuse(err: unknown): never {
  if (!isWrongCode(err)) throw err
  throw new Refusal('AuthenticationRequired', 'The passkey was not accepted', err.detail)
}
