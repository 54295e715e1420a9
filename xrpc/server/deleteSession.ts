import { findAccount } from '../../sagas/accounts.ts'
import { refresh } from '../auth/refresh.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.deleteSession', {
  auth: refresh({ allowExpired: true }),
  handler: async ({ credentials: { did, jti, sessionId } }, { services }) => {
    if (await findAccount(services, did, ['did'])) {
      await services.actors.account(did).deleteLegacySession(jti, sessionId)
    }
  },
})
