import { Refusal } from '../../base/errors.ts'
import type { Services } from '../../sagas/services/services.ts'
import { endBrowser, endSession, listSignedIn } from '../../sagas/sign_in/signed_in.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { inputs } from '../inputs/index.ts'

/** Everything that is signed in; times are milliseconds since the epoch. */
export const list = command(inputs['account/sessions'], async ({ services }, input) => {
  const { did } = await findAccount(services, input.account)
  return listSignedIn(services, did)
})

/** Ends one session or signs out one browser, or signs the account out everywhere. @throws {Refusal} InvalidRequest */
export const revoke = command(inputs['account/revoke'], async ({ services }, input) => {
  const { did, handle } = await findAccount(services, input.account)
  if (input.session === undefined) await services.actors.account(did).signOutEverywhere()
  else if (!(await endOne(services, did, input.session))) {
    throw new Refusal(
      'InvalidRequest',
      `This account has no session ${input.session}; \`vestibule account sessions\` lists them`,
    )
  }
  return { did, handle }
})

const endOne = async (services: Services, did: string, id: string): Promise<boolean> =>
  (await endSession(services, did, id, null, {})) ||
  (await endBrowser(services, did, id, null, {})) !== null
