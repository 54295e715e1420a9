import { access } from '../auth/access.ts'
import { method } from '../method.ts'

/** There is no queue: every account can be used at once. */
export default method('com.atproto.temp.checkSignupQueue', {
  auth: access(),
  handler: async () => ({ activated: true }),
})
