import { randomBytes } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { type Answered, challengeOver, type MadePasskey } from '../../actors/account/passkeys.ts'
import { PASSKEY_CHALLENGE } from '../../base/lifetimes.ts'
import type { RelyingParty } from '../../factors/passkey.ts'
import type { Services } from '../services/services.ts'

/**
 * What a passkey signs. Whoever asks for it keeps it so that it counts for one device and one account: the
 * pages seal it into their forms. That it counts once is kept by the auth actor that owns it.
 */
export type Challenge = {
  /** 32 random bytes, in base64url. */
  value: string
  /** When it was made, ms. */
  at: number
}

/** A passkey that is used, with the challenge that it was shown. */
export type AnsweredChallenge = { response: AuthenticationResponseJSON; challenge: Challenge }

export function newChallenge(): Challenge {
  return { value: randomBytes(32).toString('base64url'), at: Date.now() }
}

/** For whom passkeys are made here. */
export function relyingParty({ settings }: Pick<Services, 'settings'>): RelyingParty {
  const { publicUrl, name } = settings
  return { id: new URL(publicUrl).hostname, origin: publicUrl, name }
}

/**
 * Spends the challenge of an answer, whatever becomes of the answer.
 *
 * @returns what the account judges
 * @throws {Refusal} ExpiredToken where it is over
 */
export async function answered<Response>(
  services: Services,
  response: Response,
  challenge: Challenge,
): Promise<Answered<Response>> {
  if (!(await isSpentNow(services, challenge))) throw challengeOver()
  return { party: relyingParty(services), response, challenge: challenge.value }
}

/** The same of a passkey that is made, whose answer may be sent again: the account refuses it unless it has it already. */
export async function answeredAgain(
  services: Services,
  response: RegistrationResponseJSON,
  challenge: Challenge,
): Promise<MadePasskey> {
  const isOver = !(await isSpentNow(services, challenge))
  const made = { party: relyingParty(services), response, challenge: challenge.value }
  return isOver ? { ...made, isOver } : made
}

/** @returns false where it was spent before, or is over */
async function isSpentNow(services: Services, { value, at }: Challenge): Promise<boolean> {
  return Date.now() - at <= PASSKEY_CHALLENGE && services.spendChallenge(value)
}
