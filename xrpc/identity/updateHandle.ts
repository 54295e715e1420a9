import { InvalidRequestError } from '@atproto/xrpc-server'
import { changeHandle } from '../../sagas/changes/handle_change.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/** From the account's owner, or from the PDS, which adds the `did` to the body. */
export default method('com.atproto.identity.updateHandle', {
  auth: user({ checkTakedown: true }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    const { handle, did = account.did } = input as typeof input & { did?: unknown }
    if (did !== account.did) throw new InvalidRequestError('The did is not that of the caller')
    await changeHandle(services, account.did, handle, basis)
  },
})
