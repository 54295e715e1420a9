import { InvalidRequestError } from '@atproto/xrpc-server'
import { type AddMethod, add } from '../method.ts'
import { type SessionBody, sessionBody } from '../session_body.ts'

const addGetSession: AddMethod = (server, { services, auth }) =>
  add<SessionBody, never, Record<string, never>, { credentials: { did: string } }>(
    server,
    'com.atproto.server.getSession',
    {
      auth: auth.user(),
      handler: async ({ auth: { credentials } }) => {
        const account = await services.actors.account(credentials.did).read()
        if (!account || account.takedownRef !== null) {
          throw new InvalidRequestError(`Could not find user info for account: ${credentials.did}`)
        }
        return sessionBody(services, account)
      },
    },
  )

export default addGetSession
