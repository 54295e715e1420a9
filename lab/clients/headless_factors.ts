import { SoftAuthenticator } from '../world/browser/passkeys.ts'
import { type Authenticator, beginAuthenticator, totpCode } from './headless_authenticator.ts'
import { addPasskey, usedPasskey } from './headless_passkey.ts'
import { openPage, openTask, type Somebody } from './headless_security.ts'
import type { SignInSteps } from './headless_sign_in.ts'

/** Everything by which somebody can prove who they are, beside the password and their mailbox. */
export type Factors = Authenticator & { passkeys: SoftAuthenticator }

/** How to sign in. */
export const WAYS = [
  'passkey alone',
  'password and passkey',
  'password and TOTP',
  'password and mailed code',
  'password and recovery code',
] as const
export type Way = (typeof WAYS)[number]

/** Gives somebody without a second factor an authenticator and a passkey, as the security page does. */
export async function addFactors(origin: string, person: Somebody): Promise<Factors> {
  const { browser } = await openTask(origin, person, 'authenticator')
  const authenticator = await beginAuthenticator(browser, origin)
  const passkeys = new SoftAuthenticator(origin)
  await addPasskey(browser, origin, await openPage(browser, origin, 'passkeys'), passkeys)
  return { ...authenticator, passkeys }
}

/**
 * A code of the authenticator. The one of now has confirmed it, and each works once, so that it is the
 * next: one sign-in in a step.
 */
export const nextTotpCode = ({ secret }: Authenticator) => totpCode(secret, 1)

/**
 * What to enter on each page of a sign-in.
 *
 * @param mailed resolves to the code of the mail that an action brings about
 */
export function stepsOf(
  way: Way,
  { handle: username, password }: { handle: string; password: string },
  factors: Factors,
  mailed: (send: () => Promise<unknown>) => Promise<string>,
): SignInSteps {
  const first = () => ({ username, password })
  switch (way) {
    case 'passkey alone':
      return { first: (page) => ({ username: '', ...usedPasskey(page, factors.passkeys) }) }
    case 'password and passkey':
      return { first, second: async (page) => usedPasskey(page, factors.passkeys) }
    case 'password and TOTP':
      return {
        first,
        second: async (_, ask) => {
          await ask('totp')
          return { code: nextTotpCode(factors) }
        },
      }
    case 'password and mailed code':
      return { first, second: async (_, ask) => ({ code: await mailed(() => ask('mail')) }) }
    case 'password and recovery code':
      return {
        first,
        second: async (_, ask) => {
          await ask('recovery')
          return { code: factors.recoveryCodes.pop() ?? '' }
        },
      }
  }
}
