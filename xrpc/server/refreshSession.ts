import { InvalidRequestError } from '@atproto/xrpc-server'
import { logEvent } from '../../base/event_log.ts'
import { LEGACY_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import { tokens as counted } from '../../base/metrics.ts'
import { calledFrom } from '../../http/requester.ts'
import { legacyScope, newRefreshJti } from '../../tokens/legacy_tokens.ts'
import { refresh } from '../auth/refresh.ts'
import { method } from '../method.ts'
import { sessionBody } from '../sessions.ts'

export default method('com.atproto.server.refreshSession', {
  auth: refresh(),
  handler: async ({ credentials: { did, jti }, address }, { services, tokens }) => {
    const { directory, account: actor } = services.actors
    const now = Date.now()
    const expiresAt = now + LEGACY_REFRESH_TOKEN
    const next = { jti: newRefreshJti(), expiresAt, from: calledFrom() }
    const entry = await directory.find(did, ['did'])
    const found = entry && (await actor(entry.did).rotateLegacySession(jti, next, now))
    if (!found) {
      throw new InvalidRequestError(`Could not find user info for account: ${did}`)
    }
    const { account, session } = found
    if (!session) {
      counted.inc({ profile: 'createSession', act: 'refused' })
      logEvent(services.log, 'refresh_refused', { did }, address)
      throw new InvalidRequestError('Token has been revoked', 'ExpiredToken')
    }
    counted.inc({ profile: 'createSession', act: 'refreshed' })
    const { pdsDid } = account
    const scope = legacyScope(session.appPassword, false)
    const [{ accessJwt, refreshJwt }, body] = await Promise.all([
      tokens.sign({ did, pdsDid, scope, sessionId: session.id, jti: session.jti }),
      sessionBody(services, account),
    ])
    return { accessJwt, refreshJwt, ...body }
  },
})
