import type { CreatedAccount } from '../../actors/account/lifecycle.ts'
import { verifyMade } from '../../actors/account/passkeys.ts'
import { Refusal, UnavailableError } from '../../base/errors.ts'
import { outlasting } from '../../base/time/in_time.ts'
import { undoing } from '../../base/work/undoing.ts'
import type { SignUp } from '../../database/directory/sign_up.ts'
import { writePasskey } from '../../factors/passkey.ts'
import { noteCreated } from '../../http/attempt.ts'
import { hashPassword } from '../../passwords/scrypt.ts'
import { type PdsClient, PdsRefusal, saidNo } from '../../pds/client.ts'
import type { Services } from '../services/services.ts'
import { answered } from '../sign_in/passkey_challenge.ts'
import { tellingHeld } from './held_names.ts'
import { prepareIdentity, withdrawIdentity } from './new_identity.ts'
import {
  type AcceptedSignUp,
  acceptSignUp,
  type SignUpInput,
  type SignUpPolicy,
} from './sign_up_rules.ts'

/** What is on record about a sign-up, as far as it takes to finish it. */
type Recorded = Omit<SignUp, 'sealedInvite'>

type Credential = Pick<SignUp, 'passwordScrypt' | 'passkey'>

/**
 * Creates an account: names in the directory, DID on PLC, repo on the PDS, records of its own.
 *
 * Each step is recorded before it is tried, and nothing is half-made when one fails: a definite
 * "no" gives the names back at once; when it is unknown whether the PDS has the account, the
 * sign-up stays on record until {@link settleSignUp} has found out.
 *
 * A DID that moves here points to its new PDS from then on, where the account is deactivated until
 * its owner has brought everything along: a PDS behind an entryway only creates an account together
 * with its PLC operation.
 *
 * @throws {Refusal} those of {@link acceptSignUp}, HandleTaken, EmailTaken, SignUpClosed
 * @throws {PdsRefusal | UnavailableError}
 */
export async function signUp(
  services: Services,
  typed: SignUpInput,
  policy: SignUpPolicy,
): Promise<CreatedAccount> {
  const input = await acceptSignUp(services, typed, policy)
  const { handle, email, inviteCode } = input
  const credential = await credentialOf(services, input)
  const names = { handle, email, inviteCode }
  const reserved = await tellingHeld(services, names, () =>
    services.actors.directory.reserveSignUp(
      { ...names, ...credential },
      input.passkey?.identity.pdsDid,
    ),
  )
  const created = await outlasting(() => carryOut(services, input, credential, reserved))
  noteCreated()
  return created
}

/** The names are reserved: creates the account that gets them. */
async function carryOut(
  services: Services,
  input: AcceptedSignUp,
  credential: Credential,
  { id, pds }: Awaited<ReturnType<Services['actors']['directory']['reserveSignUp']>>,
): Promise<CreatedAccount> {
  const { directory } = services.actors
  const { handle, email } = input
  const prepared = input.passkey?.identity
  const client = await services.pds(pds.did)

  const { did, op, movedFrom } = await undoing(
    async () => {
      const identity = prepared
        ? { ...prepared, movedFrom: null }
        : await prepareIdentity(services, client, input)
      await directory.recordSignUpDid(id, identity, Date.now())
      return identity
    },
    () => directory.abandonSignUp(id),
  )

  const record: Recorded = {
    id,
    did,
    movedFrom,
    handle,
    email,
    ...credential,
    pdsDid: pds.did,
    step: 'creating',
    createdAt: Date.now(),
    updatedAt: Date.now(),
  }
  try {
    await client.createAccount({ did, handle, plcOp: op })
  } catch (err) {
    await settle(services, record, err)
  }
  return finish(services, record)
}

/**
 * With what the account is signed in to: the hash of a password, or the passkey, which is verified here.
 *
 * @throws {Refusal} InvalidToken, ExpiredToken
 */
async function credentialOf(
  services: Services,
  { password, passkey: given }: AcceptedSignUp,
): Promise<Credential> {
  if (password !== null) return { passwordScrypt: await hashPassword(password), passkey: null }
  if (!given) throw new Refusal('InvalidToken', 'A passkey is needed')
  const key = await verifyMade(await answered(services, given.response, given.challenge))
  return { passwordScrypt: null, passkey: writePasskey({ ...key, name: given.name }) }
}

/** What became of something that was interrupted; `open` things stay on record. */
export type Settlement = 'finished' | 'given up' | 'open'

/**
 * What is known of a sign-up that was interrupted: `refused` by the PDS, or `abandoned` so long ago that most likely it
 * makes no account any more (`late_sign_up.ts`).
 */
type Interrupted = 'under way' | 'refused' | 'abandoned'

/**
 * Finishes a sign-up that was interrupted when the PDS has the account, else undoes it.
 *
 * @throws {UnavailableError} when that cannot be found out yet, or is not undone yet
 */
export async function settleSignUp(
  services: Services,
  signUp: Recorded,
  interrupted: Interrupted,
): Promise<Settlement> {
  const { directory } = services.actors
  if (signUp.step === 'creating' && signUp.did !== null) {
    const client = await services.pds(signUp.pdsDid)
    if (await client.readStanding(signUp.did)) {
      await finish(services, signUp)
      return 'finished'
    }
    if (interrupted === 'under way') return 'open'
    await withdrawIdentity(services, client, signUp.did, signUp.movedFrom)
    if (interrupted === 'abandoned') {
      await deleteHalfMade(client, signUp.did)
      await directory.withdrawSignUp(signUp.id)
      return 'given up'
    }
  }
  await directory.abandonSignUp(signUp.id)
  return 'given up'
}

/**
 * A PDS that was killed while it made an account has a repo of none, and would refuse the DID for ever. To be called
 * when the DID is not there any more, since the PDS tells the network that it has deleted the account.
 */
async function deleteHalfMade(client: PdsClient, did: string): Promise<void> {
  await client.deleteAccount(did).catch((err) => {
    // It may refuse this for what it does not have.
    if (!(err instanceof PdsRefusal)) throw err
  })
}

/** After the PDS did not say that it created the account. @throws what it said instead */
async function settle(services: Services, record: Recorded, cause: unknown): Promise<void> {
  const { did } = record
  const interrupted = saidNo(cause) ? 'refused' : 'under way'
  let away: UnavailableError | undefined
  const outcome = await settleSignUp(services, record, interrupted).catch((err) => {
    services.log.warn({ err, did }, 'it is unknown whether the PDS has the account')
    if (err instanceof UnavailableError) away = err
    return 'open' as const
  })
  if (outcome === 'finished') return
  if (outcome === 'open') services.log.warn({ err: cause, did }, 'sign-up left for later')
  else if (!(cause instanceof PdsRefusal)) await assertFreeThere(services, record, cause)
  // A stock PDS fails without a word where the PLC directory is away, which was found out since.
  throw cause instanceof PdsRefusal ? cause : (away ?? cause)
}

/**
 * A stock PDS fails without a word where it has the handle: of an account that is newer than the backup from which
 * this program was restored, for one.
 *
 * @throws {Refusal} HandleTaken
 */
async function assertFreeThere(
  services: Services,
  { handle, pdsDid }: Recorded,
  err: unknown,
): Promise<void> {
  const client = await services.pds(pdsDid)
  const holder = await client.findHolder(handle).catch(() => null)
  if (holder === null) return
  const what = 'a PDS has a handle that is free here: docs/backup.md says what to do'
  services.log.warn({ err, handle, pdsDid, holder: holder.did }, what)
  throw new Refusal('HandleTaken', `Handle already taken on the PDS: ${handle}`)
}

async function finish(services: Services, signUp: Recorded): Promise<CreatedAccount> {
  const did = signUp.did as string
  const isMove = signUp.movedFrom !== null
  if (isMove) await (await services.pds(signUp.pdsDid)).updateStatus(did, { deactivated: true })
  const created = await services.actors.account(did).create(
    {
      did,
      handle: signUp.handle,
      email: signUp.email,
      passwordScrypt: signUp.passwordScrypt,
      pdsDid: signUp.pdsDid,
      createdAt: signUp.createdAt,
      deactivatedAt: isMove ? Date.now() : null,
    },
    signUp.passkey,
  )
  await services.actors.directory.completeSignUp(signUp.id)
  return created
}
