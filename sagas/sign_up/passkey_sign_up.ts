import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { CreatedAccount } from '../../actors/account/lifecycle.ts'
import { verifyMade } from '../../actors/account/passkeys.ts'
import { creationOptions, writePasskey } from '../../factors/passkey.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import { answered, type Challenge, relyingParty } from '../sign_in/passkey_challenge.ts'
import { prepareIdentity } from './new_identity.ts'
import { signUp } from './sign_up.ts'
import {
  acceptSignUp,
  type PreparedIdentity,
  type SignUpInput,
  type SignUpPolicy,
} from './sign_up_rules.ts'

/**
 * A sign-up before its passkey is made, which whoever asks keeps. Neither the names nor the DID are taken
 * by it: another sign-up may be faster.
 */
export type BegunSignUp = { input: SignUpInput; identity: PreparedIdentity }

/**
 * Begins a sign-up with a passkey in the place of a password. A passkey names the DID of its account
 * (`factors/passkey.ts`), so that comes first, with the operation that makes it; nothing is published.
 *
 * @throws {Refusal} as {@link signUp}
 * @throws {PdsRefusal | UnavailableError}
 */
export async function beginPasskeySignUp(
  services: Services,
  input: SignUpInput,
  policy: SignUpPolicy,
): Promise<BegunSignUp> {
  const accepted = await acceptSignUp(services, input, policy)
  const pds = await services.actors.directory.choosePds(accepted)
  const client = await services.pds(pds.did)
  const { did, op } = await prepareIdentity(services, client, accepted)
  return { input, identity: { did, op, pdsDid: pds.did } }
}

/** What a browser is given to make the passkey. */
export function firstPasskeyOptions(
  services: Pick<Services, 'settings'>,
  { input, identity: { did } }: BegunSignUp,
  { value }: Challenge,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return creationOptions(relyingParty(services), { did, name: input.handle }, [], value)
}

/**
 * Creates the account, which has that passkey and no password. Where it is there already, the answer to this sign-up was
 * lost: then it gets that passkey in the place of the one before, and its owner a mail.
 *
 * @param made with the challenge that the passkey was made for, and its name
 * @returns with the recovery codes
 * @throws {Refusal} InvalidToken where the passkey is not accepted; ExpiredToken for a challenge that is
 *   over; and as {@link signUp}
 * @throws {PdsRefusal | UnavailableError}
 */
export async function signUpWithPasskey(
  services: Services,
  { input, identity }: BegunSignUp,
  made: { response: RegistrationResponseJSON; challenge: Challenge; name: string },
  policy: SignUpPolicy,
): Promise<CreatedAccount> {
  const entry = await services.actors.directory.find(identity.did, ['did'])
  if (!entry) return signUp(services, { ...input, passkey: { ...made, identity } }, policy)
  const key = await verifyMade(await answered(services, made.response, made.challenge))
  const passkey = writePasskey({ ...key, name: made.name })
  const again = await services.actors.account(entry.did).createAgain(passkey)
  notify(services, 'factorAdded', again.account, occasionNow(), { about: { factor: 'passkey' } })
  return again
}
