import { InvalidRequestError } from '@atproto/xrpc-server'
import { NEW_PASSWORD_MAX_LENGTH } from '../../passwords/scrypt.ts'
import { resetPassword } from '../../sagas/password_reset.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.resetPassword', {
  handler: async ({ input: { token, password } }, { services }) => {
    if (password.length > NEW_PASSWORD_MAX_LENGTH) {
      throw new InvalidRequestError('Invalid password length.')
    }
    await resetPassword(services, token, password)
  },
})
