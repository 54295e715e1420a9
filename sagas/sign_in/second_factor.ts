import type { Basis } from '../../actors/account/basis.ts'
import type { Arrival } from '../../actors/account/known_devices.ts'
import type { Login, RecordedLogin } from '../../actors/account/login.ts'
import { invalidToken, Refusal } from '../../base/errors.ts'
import { factorProofs } from '../../base/watching/metrics.ts'
import { type FactorKind, kindsOf, type Proof } from '../../factors/kinds.ts'
import { readProof } from '../../factors/proof.ts'
import { noteAskedOn, noteSentCode } from '../../http/attempt.ts'
import { takePoint } from '../accounts/account_limits.ts'
import { tellOfArrival } from '../notices/arrivals.ts'
import { sendEmailCode } from '../notices/email_code.ts'
import { notify, occasionNow } from '../notices/notice.ts'
import type { Services } from '../services/services.ts'
import { type AnsweredChallenge, answered } from './passkey_challenge.ts'

/** What an account asks for besides its password. */
export type AskedFactor = {
  kind: FactorKind
  /** Others that it takes as well. */
  others: FactorKind[]
  /** {@link mailboxHint} */
  hint: string
}

/** A sign-in whose password was right, for a second step that follows. */
export type FirstStep = { did: string; basis: Basis }

/** The password was right, and a second factor is still missing. */
export class SecondFactorRequired extends Refusal {
  readonly factor: AskedFactor
  readonly first: FirstStep

  constructor(first: FirstStep, factor: AskedFactor) {
    super('AuthFactorTokenRequired', MESSAGES[factor.kind], { did: first.did })
    this.factor = factor
    this.first = first
  }
}

/**
 * The password was right, and the code that came with it was not. A form that has a field for one beside the password
 * means that of an authenticator, so a second step asks for the same once more.
 */
export class WrongSecondFactor extends Refusal {
  readonly factor: AskedFactor
  readonly first: FirstStep

  constructor({ code, message, detail }: Refusal, first: FirstStep, factor: AskedFactor) {
    super(code, message, detail)
    this.factor = factor
    this.first = first
  }
}

const MESSAGES: Record<FactorKind, string> = {
  passkey: 'Use a passkey of the account',
  totp: 'Enter the code of your authenticator app',
  mail: 'A sign in code has been sent to your email address',
  recovery: 'Enter a recovery code of the account, or use an app password',
}

/** The secret of a browser that was trusted, and which device it is now. */
export type ShownTrust = { secret: string; deviceId: string }

/** What was given besides the password. */
export type GivenFactor = {
  /** Of any kind that the account takes: its form tells which. */
  code?: string | undefined
  /** Without one: what the browser shows to be one that is trusted, if it shows something. */
  trust?: ((did: string) => ShownTrust | null) | undefined
  /** Without one: which factor to ask for. The code by mail is sent with it. */
  kind?: 'mail' | undefined
  /** Whether the door can ask for a passkey. */
  takesPasskeys?: boolean | undefined
  /** BCP 47 tag, for the mail with a code. */
  locale?: string | undefined
}

/** What an account says of itself once a sign-in was recorded there. */
type Recorded = Pick<Login, 'account' | 'factors'> & Pick<RecordedLogin, 'isAgain'>

/**
 * The one place that decides what a sign-in still wants after its password. Without a code, the account
 * asks for its authenticator, else a code is mailed.
 *
 * @param grant writes in the account what comes of it, and spends the code there in the same transaction; null where
 *   none is wanted
 * @returns what it wrote
 * @throws {SecondFactorRequired} when there is no code
 * @throws {WrongSecondFactor} InvalidToken, ExpiredToken, with the DID in `detail`
 * @throws {Refusal} RateLimitExceeded, SignedOut
 * @throws {MailError}
 */
export async function requireSecondFactor<T extends Recorded>(
  services: Services,
  { account, factors, basis }: Login,
  given: GivenFactor,
  grant: (proof: Proof | null) => Promise<T>,
): Promise<T> {
  const kinds = kindsOf(factors)
  if (!kinds.length) return grant(null)
  const first = { did: account.did, basis }
  const taken = kinds.filter((kind) => isTaken(kind, given))
  const asking = (kind: FactorKind): AskedFactor => {
    const others = taken.filter((other) => other !== kind)
    return { kind, others, hint: mailboxHint(account.email) }
  }
  if (given.code) {
    return judgeCode(services, account.did, given.code, grant).catch((err) => {
      throw isWrongCode(err) ? new WrongSecondFactor(err, first, asking('totp')) : err
    })
  }
  const shown = given.trust?.(account.did)
  if (shown && (await isTrusted(services, account.did, shown, basis))) return grant(null)
  const asked = given.kind === 'mail' && factors.mail ? 'mail' : firstOf(taken)
  if (asked === 'mail') {
    await sendEmailCode(services, account, 'sign_in', given.locale, basis)
    noteSentCode()
  } else noteAskedOn()
  throw new SecondFactorRequired(first, asking(asked))
}

function isTrusted(
  { actors }: Services,
  did: string,
  { secret, deviceId }: ShownTrust,
  basis: Basis,
): Promise<boolean> {
  return actors.account(did).isTrustedDevice(secret, deviceId, basis)
}

const isTaken = (kind: FactorKind, { takesPasskeys = false }: GivenFactor) =>
  kind !== 'passkey' || takesPasskeys

/** An account that has passkeys alone asks a program, which has none, for a recovery code. */
function firstOf([first = 'recovery']: readonly FactorKind[]): FactorKind {
  return first
}

/**
 * Proves with a code of any kind that it is the owner of the account. The code is spent, and the owner is
 * told of a recovery code that was.
 *
 * @param arrival the sign-in that it finishes, which is recorded with it, and of which the owner gets a mail
 *   unless the device is known; null where it finishes none
 * @throws {Refusal} InvalidToken, ExpiredToken, with the DID in `detail`; RateLimitExceeded, SignedOut,
 *   AccountTakedown
 */
export async function proveFactor(
  services: Services,
  did: string,
  typed: string,
  basis: Basis,
  arrival: Arrival | null,
): Promise<Login> {
  const login = await judgeCode(services, did, typed, (proof) =>
    services.actors.account(did).proveFactor(proof, basis, arrival),
  )
  return toldOfArrival(services, login, arrival)
}

async function judgeCode<T extends Recorded>(
  services: Services,
  did: string,
  typed: string,
  spend: (proof: Proof) => Promise<T>,
): Promise<T> {
  const proof = readProof(typed)
  const recorded = await guessed(services, did, proof?.kind ?? 'unreadable', async () => {
    if (!proof) throw invalidToken()
    return spend(proof)
  })
  const { account, factors, isAgain } = recorded
  if (proof?.kind === 'recovery' && !isAgain) {
    const about = { left: factors.recoveryCodes }
    notify(services, 'recoveryCodeUsed', account, occasionNow(), { about })
  }
  return recorded
}

/** The same with a passkey. @throws {Refusal} as {@link proveFactor}; ExpiredToken for a challenge that is over */
export async function provePasskey(
  services: Services,
  did: string,
  { response, challenge }: AnsweredChallenge,
  basis: Basis,
  arrival: Arrival | null,
): Promise<Login> {
  const login = await guessed(services, did, 'passkey', async () => {
    const used = await answered(services, response, challenge)
    return services.actors.account(did).provePasskey(used, basis, arrival)
  })
  return toldOfArrival(services, login, arrival)
}

/** Tells the owner of a sign-in that was recorded, where the device was not known. */
export function toldOfArrival(
  services: Services,
  login: RecordedLogin,
  arrival: Arrival | null,
): RecordedLogin {
  if (arrival && login.isTold) tellOfArrival(services, login.account, arrival)
  return login
}

/**
 * Judges what may be a guess.
 *
 * @param judge throws InvalidToken or ExpiredToken where it was wrong
 * @throws {Refusal} RateLimitExceeded; what `judge` throws, with the DID in `detail`
 */
export async function guessed<T>(
  services: Services,
  did: string,
  kind: FactorKind | 'unreadable',
  judge: () => Promise<T>,
): Promise<T> {
  const guess = await takePoint(services, 'second factor', did)
  try {
    const judged = await judge()
    await guess.giveBack()
    factorProofs.inc({ kind, result: 'right' })
    return judged
  } catch (err) {
    if (!isWrongCode(err)) {
      await guess.giveBack()
      throw err
    }
    factorProofs.inc({ kind, result: 'wrong' })
    throw new Refusal(err.code, err.message, { ...err.detail, did })
  }
}

/** Whether a code or a passkey was given, but a wrong one. */
export function isWrongCode(err: unknown): err is Refusal {
  return err instanceof Refusal && (err.code === 'InvalidToken' || err.code === 'ExpiredToken')
}

/** `a***@example.com`: enough to know which mailbox to open. */
export function mailboxHint(email: string): string {
  const [name = '', domain = ''] = email.split('@')
  return `${name.slice(0, 1)}***@${domain}`
}
