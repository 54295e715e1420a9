import { logEvent } from '../../base/event_log.ts'
import { tokens } from '../../base/metrics.ts'
import { findAccount } from '../../sagas/accounts.ts'
import { refresh } from '../auth/refresh.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.deleteSession', {
  auth: refresh({ allowExpired: true }),
  handler: async ({ credentials: { did, jti, sessionId }, address }, { services }) => {
    if (!(await findAccount(services, did, ['did']))) return
    await services.actors.account(did).deleteLegacySession(jti, sessionId)
    tokens.inc({ profile: 'createSession', act: 'revoked' })
    logEvent(services.log, 'session_revoked', { did }, address)
  },
})
