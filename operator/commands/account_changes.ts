import { assertNewPassword, NEW_PASSWORD_MIN_LENGTH } from '../../passwords/new_password.ts'
import {
  activateAccount,
  deactivateAccount,
  deleteAccount,
  takeDownAccount,
} from '../../sagas/changes/account_life.ts'
import { setEmail as setAccountEmail } from '../../sagas/changes/email_change.ts'
import { changeHandle } from '../../sagas/changes/handle_change.ts'
import { setPassword } from '../../sagas/changes/set_password.ts'
import { addMailFactor, listFactors, removeFactor } from '../../sagas/factors/factors.ts'
import { listPasskeys } from '../../sagas/factors/passkeys.ts'
import type { Services } from '../../sagas/services/services.ts'
import { command } from '../command.ts'
import { findAccount, findEntry } from '../find_account.ts'
import { assertEmail, assertWholeHandle } from '../given_names.ts'
import { tellingHalf } from '../half_done_error.ts'
import { inputs } from '../inputs/index.ts'

/** What the program does by itself about a change that is on record. */
const GOES_ON = 'It is on record: the program finishes it or takes it back by itself.'

/** How it goes on with a change of how an account stands that has failed. */
async function goesOn({ actors }: Services, did: string): Promise<string> {
  const isOnRecord = (await actors.directory.listStandingChangesOf(did)).length > 0
  return isOnRecord
    ? 'It is on record: the program goes on with it by itself when the PDS answers.'
    : 'Give the command again when that is mended.'
}

/** Ends all sessions, too, and the app passwords unless they are to be kept. */
export const resetPassword = command(
  inputs['account/reset-password'],
  async ({ services }, input) => {
    assertNewPassword(input.password, NEW_PASSWORD_MIN_LENGTH)
    const account = await findAccount(services, input.account)
    const { did, handle } = account
    const appPasswords = input.keepAppPasswords ? 'kept' : 'ended'
    await setPassword(services, account, input.password, appPasswords)
    return { did, handle }
  },
)

/** The new address is not confirmed, so the second factor is switched off. */
export const setEmail = command(inputs['account/set-email'], async ({ services }, input) => {
  const { did, handle, emailAuthFactor } = await findAccount(services, input.account)
  assertEmail(input.email)
  await setAccountEmail(services, did, input.email)
  return { did, handle, factorEnded: emailAuthFactor }
})

/** In DNS or at its host it must point to the account already, unless it is one of this service. */
export const setHandle = command(inputs['account/set-handle'], async ({ services }, input) => {
  const { did } = await findAccount(services, input.account)
  assertWholeHandle(services, input.handle)
  const { handle } = await tellingHalf(
    services,
    did,
    () => changeHandle(services, did, input.handle, null, { allowReserved: true }),
    async (why) => `${why} ${GOES_ON}`,
  )
  return { did, handle }
})

/**
 * The second factors of an account, after one was removed for somebody who lost it, or the code by mail was
 * switched on.
 *
 * @throws {Refusal} InvalidRequest: the address is not confirmed, or there is no such passkey
 */
export const factors = command(inputs['account/factors'], async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  if (input.remove) await removeFactor(services, did, input.remove, input.passkey)
  if (input.add) await addMailFactor(services, did)
  const passkeys = await listPasskeys(services, did)
  return { did, handle, ...(await listFactors(services, did)), passkeys }
})

export const activate = command(inputs['account/activate'], async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  await tellingHalf(
    services,
    did,
    () => activateAccount(services, did, null),
    async (why) => `${why} ${await goesOn(services, did)}`,
  )
  return { did, handle }
})

/** Nothing that apps hold is lost. */
export const deactivate = command(inputs['account/deactivate'], async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  await tellingHalf(
    services,
    did,
    () => deactivateAccount(services, did, { deleteAfter: null, deleteCredentials: false }, null),
    async (why) => `${why} ${await goesOn(services, did)}`,
  )
  return { did, handle }
})

/** What is remembered of the reason where none is given. */
const NO_REASON = 'operator'

/** `ref` is what to remember of the reason. */
export const takeDown = command(inputs['account/take-down'], async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  const ref = input.lift ? null : (input.ref ?? NO_REASON)
  await tellingHalf(
    services,
    did,
    () => takeDownAccount(services, did, ref),
    async (why) => {
      const here = await services.actors.account(did).read()
      const next = await goesOn(services, did)
      if (ref === null)
        return `${why} ${handle ?? did} is still taken down, here and there. ${next}`
      if (here?.takedownRef !== ref) return `${why} Nothing is changed. ${next}`
      return (
        `Half done: ${handle ?? did} is taken down here and cannot be signed in to, but its PDS does ` +
        `not know it and still shows the account. ${why} ${next}`
      )
    },
  )
  return { did, handle, takedownRef: ref }
})

export const remove = command(inputs['account/delete'], async ({ services }, input) => {
  const { did, handle } = await findEntry(services, input.account)
  await tellingHalf(
    services,
    did,
    () => deleteAccount(services, did),
    async (why) =>
      `${why} The deletion is on record: the program goes on with it by itself when the PDS answers.`,
  )
  return { did, handle }
})
