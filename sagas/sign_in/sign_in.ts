import { setTimeout } from 'node:timers/promises'
import type { Arrival } from '../../actors/account/known_devices.ts'
import type { Login } from '../../actors/account/login.ts'
import { accountTakenDown, Refusal } from '../../base/errors.ts'
import type { CodeKind, Proof } from '../../factors/kinds.ts'
import { assertOldPassword } from '../../passwords/old_password.ts'
import { hashAppPassword, verifyPassword } from '../../passwords/scrypt.ts'
import { recordAudit, recordFailedSignIn, type SignInWay } from '../notices/audit.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import type { AnsweredChallenge } from './passkey_challenge.ts'
import {
  type FirstStep,
  type GivenFactor,
  isWrongCode,
  proveFactor,
  provePasskey,
  requireSecondFactor,
  toldOfArrival,
} from './second_factor.ts'

/** What somebody gives to sign in, as it was typed. */
export type SignInAttempt = GivenFactor & {
  /** Handle, DID or e-mail address. */
  identifier: string
  password: string
  /**
   * Of the client, for the audit trail. A door that records failures itself, since it knows more of
   * the client, leaves it out.
   */
  address?: string | undefined
  /** The browser, and the app that it comes from. */
  deviceId?: string | undefined
  clientId?: string | undefined
}

/** What a door lets pass. */
export type SignInPolicy = {
  /** Allowed to programs; there an account may take nothing else. */
  appPasswords: 'allowed' | 'refused'
  /** Whether an account that was taken down can sign in; what it may do then, its door decides. */
  takenDown: 'allowed' | 'refused'
  /** Milliseconds that a failure takes at least, so that its time does not tell what was wrong. */
  failureTakes: number
}

/**
 * Signs in to an account: the password or an app password, then the second factor where the account
 * asks for one. An app password is a factor of its own: apps that use one cannot ask for a code.
 *
 * The answer to a wrong password does not tell whether the account exists, and its time does not
 * either: the work is the same, and takes at least {@link SignInPolicy.failureTakes}.
 *
 * @param attempt with the sign-in as it is recorded with the use of a code; without a code, or without it here, the
 *   door records it itself
 * @returns with the kind of the code that was used; null where none was
 * @throws {Refusal} AuthenticationRequired, AccountTakedown; `detail.did` is the account, where there is one
 * @throws {SecondFactorRequired} when the code is missing
 * @throws {WrongSecondFactor} when it is wrong
 * @throws {Refusal} RateLimitExceeded, for the mail with a code
 * @throws {MailError}
 */
export function signIn(
  services: Services,
  attempt: SignInAttempt & { arrival?: Arrival | undefined },
  policy: SignInPolicy,
): Promise<Login & { usedCode: CodeKind | null }> {
  const { arrival = null } = attempt
  return signInFor(services, attempt, policy, async (signedIn, proof) => {
    if (!proof) return { ...signedIn, usedCode: null }
    const { account, basis } = signedIn
    const login = await services.actors.account(account.did).proveFactor(proof, basis, arrival)
    return { ...toldOfArrival(services, login, arrival), usedCode: proof.kind }
  })
}

/**
 * The same for something that the account grants upon it, which is written together with the use of the code.
 *
 * @param grant writes it in the account, and spends there in the same transaction the code that was given; null
 *   where none is wanted
 * @returns what it wrote
 * @throws as {@link signIn}, and `grant`
 */
export async function signInFor<T extends Pick<Login, 'account' | 'factors'>>(
  services: Services,
  attempt: SignInAttempt,
  policy: SignInPolicy,
  grant: (signedIn: Login, proof: Proof | null) => Promise<T>,
): Promise<T> {
  assertOldPassword(attempt.password)
  const signedIn = await checkPassword(services, attempt, policy)
  assertNotTakenDown(signedIn, policy)
  if (signedIn.appPassword) return grant(signedIn, null)
  if (policy.appPasswords === 'allowed') await assertMainPasswordTaken(services, signedIn, attempt)
  return judged(services, signedIn.account.did, attempt, () =>
    requireSecondFactor(services, signedIn, attempt, (proof) => grant(signedIn, proof)),
  )
}

/**
 * Before a code is asked for. The owner is told: who gave the password knows it. An account that was taken down is
 * signed in to with nothing else, and its owner may move away.
 */
async function assertMainPasswordTaken(
  services: Services,
  { account }: Login,
  { address }: SignInAttempt,
): Promise<void> {
  if (!account.onlyAppPasswords || account.takedownRef !== null) return
  const { did } = account
  await recordAudit(services, did, 'main_password_refused', { address })
  notify(services, 'passwordRefused', account, occasionNow())
  throw new Refusal('AuthenticationRequired', 'This account takes app passwords only here', { did })
}

/** What is given in the second step of a sign-in. */
export type SecondStep = Pick<SignInAttempt, 'address' | 'deviceId' | 'clientId'> &
  (
    | { factor: string | AnsweredChallenge; arrival: Arrival }
    /** Nothing yet: which factor to ask for. */
    | Pick<GivenFactor, 'kind' | 'takesPasskeys' | 'locale'>
  )

/**
 * The second step of a sign-in, after {@link SecondFactorRequired}: the code or the passkey alone, with whose
 * use the sign-in is recorded. Without one, it is asked for again, and sent again.
 *
 * @throws as {@link signIn}; AuthenticationRequired also where the sign-ins of the account have ended since
 */
export async function finishSignIn(
  services: Services,
  { did, basis }: FirstStep,
  attempt: SecondStep,
  { takenDown }: Pick<SignInPolicy, 'takenDown'>,
): Promise<Login> {
  const first = { ...basis, mayBeTakenDown: takenDown === 'allowed' }
  return judged(services, did, attempt, async () => {
    if ('factor' in attempt) {
      const { factor, arrival } = attempt
      return typeof factor === 'string'
        ? proveFactor(services, did, factor, first, arrival)
        : provePasskey(services, did, factor, first, arrival)
    }
    const login = await services.actors.account(did).resumeLogin(first)
    return requireSecondFactor(services, login, attempt, async () => login)
  })
}

export function assertNotTakenDown(
  { account }: Login,
  { takenDown }: Pick<SignInPolicy, 'takenDown'>,
): void {
  if (account.takedownRef !== null && takenDown === 'refused') {
    throw accountTakenDown({ did: account.did })
  }
}

/** Judges what may be a guess of a second factor: what was wrong is recorded. */
async function judged<T>(
  services: Services,
  did: string,
  attempt: Pick<SignInAttempt, 'address' | 'deviceId' | 'clientId'>,
  judge: () => Promise<T>,
): Promise<T> {
  try {
    return await judge()
  } catch (err) {
    if (isWrongCode(err)) await recordGuess(services, did, 'second factor', attempt)
    return refuseIfOver(err)
  }
}

/**
 * A sign-in that has ended before anything came of it is like one with a wrong password.
 *
 * @throws `err`, or AuthenticationRequired
 */
export function refuseIfOver(err: unknown): never {
  const isOver = err instanceof Refusal && OVER.includes(err.code)
  throw isOver ? new Refusal('AuthenticationRequired', err.message, err.detail) : err
}

const OVER: readonly Refusal['code'][] = ['SignedOut', 'AccountNotFound']

/**
 * The password alone, as the first part of {@link signIn}.
 *
 * @throws {Refusal} AuthenticationRequired
 */
export async function checkPassword(
  services: Services,
  attempt: SignInAttempt,
  policy: SignInPolicy,
): Promise<Login> {
  const earliest = performance.now() + policy.failureTakes
  const { identifier, password } = attempt
  const allowAppPassword = policy.appPasswords === 'allowed'
  const entry = await services.actors.directory.find(identifier)
  const login = entry
    ? await services.actors.account(entry.did).login(password, allowAppPassword)
    : await failLikeAnAccount(password, allowAppPassword)
  if (login) return login
  await recordGuess(services, entry?.did, 'password', attempt)
  // A timer may be early by as long as what else this turn of the event loop took.
  const left = () => earliest - performance.now()
  for (let ms = left(); ms > 0; ms = left()) await setTimeout(ms)
  throw new Refusal('AuthenticationRequired', 'Invalid identifier or password', {
    ...(entry && { did: entry.did }),
  })
}

async function failLikeAnAccount(password: string, allowAppPassword: boolean): Promise<null> {
  await verifyPassword(password, null)
  if (allowAppPassword) await hashAppPassword('', password)
  return null
}

/** Records a failure, unless the door does that itself. */
export async function recordGuess(
  services: Services,
  did: string | undefined,
  way: SignInWay,
  { address, deviceId, clientId }: Pick<SignInAttempt, 'address' | 'deviceId' | 'clientId'>,
): Promise<void> {
  if (address === undefined) return
  await recordFailedSignIn(services, did, { way, address, deviceId, clientId })
}
