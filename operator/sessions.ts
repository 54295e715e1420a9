import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { listSignedIn } from '../sagas/signed_in.ts'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'

/** Everything that is signed in; times are milliseconds since the epoch. */
export const list = command(
  z.strictObject({ account: accountName }),
  async ({ services }, input) => {
    const { did } = await findAccount(services, input.account)
    return listSignedIn(services, did)
  },
)

/** Ends one session, or signs the account out everywhere. @throws {Refusal} InvalidRequest */
export const revoke = command(
  z.strictObject({ account: accountName, session: z.string().optional() }),
  async ({ services }, input) => {
    const { did, handle } = await findAccount(services, input.account)
    const account = services.actors.account(did)
    if (input.session === undefined) await account.signOutEverywhere()
    else if (!(await account.endSession(input.session, null, {}))) {
      throw new Refusal(
        'InvalidRequest',
        `This account has no session ${input.session}; \`vestibule account sessions\` lists them`,
      )
    }
    return { did, handle }
  },
)
