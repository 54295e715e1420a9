import { findAccount } from '../../sagas/accounts/accounts.ts'
import { noteRevocation } from '../../sagas/sign_in/revocation.ts'
import { refresh } from '../auth/refresh.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.deleteSession', {
  auth: refresh({ allowExpired: true }),
  handler: async ({ credentials: { did, jti, sessionId } }, { services }) => {
    if (!(await findAccount(services, did, ['did']))) return
    const isEnded = await services.actors.account(did).deleteLegacySession(jti, sessionId)
    if (isEnded) noteRevocation(services, { profile: 'createSession', did })
  },
})
