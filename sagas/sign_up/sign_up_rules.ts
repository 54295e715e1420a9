import { parseDidKey } from '@atproto/crypto'
import type { Operation } from '@did-plc/lib'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { inviteNotAvailable, Refusal } from '../../base/errors.ts'
import { isPlcDid } from '../../base/values/did.ts'
import { normalizeEmail } from '../../identity/email_rules.ts'
import { assertNewPassword } from '../../passwords/new_password.ts'
import type { Services } from '../services/services.ts'
import type { Challenge } from '../sign_in/passkey_challenge.ts'
import { tellingHeld } from './held_names.ts'
import { newHandle } from './new_handle.ts'

/** What somebody gives for a new account, as it was typed. */
export type SignUpInput = {
  handle: string
  email?: string | undefined
  password?: string | undefined
  /** In the place of a password. */
  passkey?: GivenPasskey | undefined
  /** An empty one is none: apps send the field of their form in any case. */
  inviteCode?: string | undefined
  /** A did:key of the person's own, to outrank the entryway's in PLC. */
  recoveryKey?: string | undefined
  /** A `did:plc` that moves here. */
  did?: string | undefined
}

/** The DID of an account that is to come, and the operation that makes it; its PDS has the key. */
export type PreparedIdentity = { did: string; op: Operation; pdsDid: string }

/** A passkey that was made for that account, and its name. */
type GivenPasskey = {
  response: RegistrationResponseJSON
  challenge: Challenge
  name: string
  identity: PreparedIdentity
}

/** What a door asks for. */
export type SignUpPolicy = {
  /** With what the account will be signed in to. */
  credential: 'password' | 'passkey'
  /** `as configured` needs an invite code where the settings do; a code that is given is checked. */
  invite: 'as configured' | 'not needed'
  /** Whether the door has asked hCaptcha, where the settings have it. */
  captcha: 'solved' | 'not asked' | 'not needed'
  reservedHandles: 'allowed' | 'refused'
  minPasswordLength: number
  /** The DID that the caller has proved to own, if any: only that one may move here. */
  provenDid: string | null
}

/** A sign-up that keeps all rules but those that need the directory's word. */
export type AcceptedSignUp = {
  handle: string
  email: string
  password: string | null
  passkey: GivenPasskey | null
  inviteCode: string | null
  recoveryKey: string | undefined
  did: string | undefined
}

/**
 * Applies the rules of a new account, each of which stands here or below; the order of the refusals
 * is the reference's.
 *
 * @throws {Refusal} InvalidRequest, InvalidPassword, InvalidInviteCode, AuthenticationRequired,
 *   IncompatibleDidDoc, SignUpUnderWay, and those of {@link newHandle}
 */
export async function acceptSignUp(
  services: Services,
  input: SignUpInput,
  policy: SignUpPolicy,
): Promise<AcceptedSignUp> {
  const { did, recoveryKey } = input
  // Programs may send what is no member of their method.
  const isByPassword = policy.credential === 'password'
  const password = (isByPassword && input.password) || null
  const passkey = (!isByPassword && input.passkey) || null
  if (password) assertNewPassword(password, policy.minPasswordLength)
  const inviteCode = input.inviteCode || null
  const isInviteNeeded = policy.invite === 'as configured' && services.settings.inviteRequired
  if (isInviteNeeded && inviteCode === null) {
    throw new Refusal('InvalidInviteCode', 'No invite code provided')
  }
  // Who moves here proves that very DID, and nothing with another: anybody has one.
  if (policy.captcha === 'not asked' && did === undefined) assertNoCaptcha(services)
  if (!input.email) throw new Refusal('InvalidRequest', 'Email is required')
  const email = normalizeEmail(input.email)
  // The reference makes an account without one.
  if (isByPassword && !password) throw new Refusal('InvalidRequest', 'Password is required')
  const allowReserved = policy.reservedHandles === 'allowed'
  if (recoveryKey !== undefined) assertDidKey(recoveryKey)
  const handle = await newHandle(services, input.handle, did ?? null, { allowReserved })
  if (did !== undefined) await assertMayMove(services, did, policy.provenDid)
  await tellingHeld(services, { handle, email, inviteCode }, async () => {
    // Without one nobody hears which addresses have an account.
    if (inviteCode !== null) await assertInvited(services, inviteCode)
    // The directory decides in the end; here it spares the work for a password.
    await services.actors.directory.assertAvailable({ handle, email })
  })
  return { handle, email, password, passkey, inviteCode, recoveryKey, did }
}

/**
 * Programs cannot solve a captcha, so where one stands before the page, the page is the only way in. An
 * invite code says as much of who signs up, where each needs one.
 */
function assertNoCaptcha({ settings }: Services): void {
  if (!settings.hcaptcha || settings.inviteRequired) return
  const page = `${settings.publicUrl}/account/sign-up`
  throw new Refusal('InvalidRequest', `Sign up at ${page}, where a captcha is asked for`)
}

function assertDidKey(key: string): void {
  try {
    parseDidKey(key)
  } catch {
    throw new Refusal('InvalidRequest', 'The recovery key must be a did:key of P-256 or secp256k1')
  }
}

async function assertMayMove(
  { actors }: Services,
  did: string,
  provenDid: string | null,
): Promise<void> {
  if (did !== provenDid) {
    const message = `Missing auth to create account with did: ${did}`
    throw new Refusal('AuthenticationRequired', message)
  }
  if (!isPlcDid(did)) {
    throw new Refusal(
      'IncompatibleDidDoc',
      'Behind an entryway only accounts of a did:plc can be created',
    )
  }
  if (await actors.directory.find(did, ['did'])) {
    const message = 'This DID has an account here: sign in and activate it'
    throw new Refusal('InvalidRequest', message)
  }
}

/** Whether the code is good, and its owner in good standing. @throws {Refusal} InvalidInviteCode */
async function assertInvited({ actors }: Services, code: string): Promise<void> {
  const { forAccount } = await actors.directory.readUsableInvite(code)
  const inviter = await actors.directory.find(forAccount, ['did'])
  const account = inviter && (await actors.account(inviter.did).read())
  if (account && account.takedownRef !== null) {
    throw inviteNotAvailable()
  }
}
