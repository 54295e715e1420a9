import { access } from '../auth/access.ts'
import { method } from '../method.ts'

/** There is no queue: whoever has an account is in. */
export default method('com.atproto.temp.checkSignupQueue', {
  auth: access(),
  handler: async () => ({ activated: true }),
})
