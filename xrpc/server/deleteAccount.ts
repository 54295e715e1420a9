import { InvalidRequestError } from '@atproto/xrpc-server'
import { Refusal } from '../../base/errors.ts'
import { deleteOwnAccount } from '../../sagas/changes/account_life.ts'
import { method } from '../method.ts'

/** Password and code are the authorisation. */
export default method('com.atproto.server.deleteAccount', {
  account: 'did',
  handler: ({ input: { did, password, token } }, { services }) =>
    deleteOwnAccount(services, did, { password, token }, 'anybody').catch(withoutName),
})

/** The reference has no name for an account that is not there, here. */
function withoutName(err: unknown): never {
  if (err instanceof Refusal && err.code === 'AccountNotFound') {
    throw new InvalidRequestError('account not found')
  }
  throw err
}
