import { requestPasswordReset } from '../../sagas/sign_in/password_reset.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.requestPasswordReset', {
  account: 'email',
  handler: ({ input, locale }, { services }) => requestPasswordReset(services, input.email, locale),
})
