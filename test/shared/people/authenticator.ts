import { authenticator } from 'otplib'
import { vi } from 'vitest'
import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { signInNow } from '../account_state.ts'

const STEP = 30_000

/** Somebody's authenticator app, of another maker than this program, and what they wrote down. */
export type Authenticator = {
  secret: string
  recoveryCodes: string[]
  /** @param steps that its clock is ahead */
  code(steps?: number): string
}

/** Gives an account an authenticator; the code that confirmed it is used up. */
export async function enrol(app: AppInProcess, did: string): Promise<Authenticator> {
  const account = app.actors.account(did)
  const basis = await signInNow(account)
  const secret = await account.beginTotp(basis)
  const code = codesOf(secret)
  const { recoveryCodes } = await account.confirmTotp(code(), basis)
  return { secret, recoveryCodes: recoveryCodes ?? [], code }
}

export function codesOf(secret: string): Authenticator['code'] {
  return (steps = 0) => authenticator.clone({ epoch: Date.now() + steps * STEP }).generate(secret)
}

/** Lets the authenticators show the code of a later step. To be undone by `vi.useRealTimers()`. */
export function nextStep(steps = 1): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now + steps * STEP)
}
