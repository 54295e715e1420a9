import { Refusal } from '../../base/errors.ts'
import { endSession, listSignedIn } from '../../sagas/sign_in/signed_in.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { inputs } from '../inputs/index.ts'

/** Everything that is signed in; times are milliseconds since the epoch. */
export const list = command(inputs['account/sessions'], async ({ services }, input) => {
  const { did } = await findAccount(services, input.account)
  return listSignedIn(services, did)
})

/** Ends one session, or signs the account out everywhere. @throws {Refusal} InvalidRequest */
export const revoke = command(inputs['account/revoke'], async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  if (input.session === undefined) await services.actors.account(did).signOutEverywhere()
  else if (!(await endSession(services, did, input.session, null, {}))) {
    throw new Refusal(
      'InvalidRequest',
      `This account has no session ${input.session}; \`vestibule account sessions\` lists them`,
    )
  }
  return { did, handle }
})
