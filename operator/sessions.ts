import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'

/** Everything that is signed in; times are milliseconds since the epoch. */
export const list = command(
  z.strictObject({ account: accountName }),
  async ({ services }, input) => {
    const { did } = await findAccount(services, input.account)
    const account = services.actors.account(did)
    const [sessions, legacy, devices] = await Promise.all([
      account.listSessions(),
      account.listLegacySessions(Date.now()),
      account.listDevices(),
    ])
    return {
      oauth: sessions.map(({ session }) => ({
        id: session.id,
        clientId: session.clientId,
        scope: session.scope,
        createdAt: session.createdAt,
        updatedAt: session.updatedAt,
        from: session.from,
      })),
      legacy,
      devices,
    }
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
