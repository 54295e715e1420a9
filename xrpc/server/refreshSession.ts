import { InvalidRequestError } from '@atproto/xrpc-server'
import { Refusal } from '../../base/errors.ts'
import { LEGACY_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import type { RefreshRefusal } from '../../base/watching/events.ts'
import type { Log } from '../../base/watching/log.ts'
import { tokens as counted } from '../../base/watching/metrics.ts'
import { logRefusedRefresh } from '../../base/watching/refused_refresh.ts'
import { calledFrom } from '../../http/requester.ts'
import { legacyScope, newRefreshJti } from '../../tokens/legacy_tokens.ts'
import { type RefreshCredentials, refresh } from '../auth/refresh.ts'
import { method, type Verifier } from '../method.ts'
import { sessionBody } from '../sessions.ts'

const verify = refresh()

/** Also says why a refresh JWT is refused. */
const auth: Verifier<RefreshCredentials> = async (call, context) => {
  try {
    return await verify(call, context)
  } catch (err) {
    // Without one, nothing was refused.
    if (err instanceof Refusal) {
      refuse(context.services.log, err.code === 'ExpiredToken' ? 'expired' : 'unknown')
    }
    throw err
  }
}

function refuse(log: Log, reason: RefreshRefusal, did?: string): void {
  const refused = { profile: 'createSession', reason, did } as const
  logRefusedRefresh(log, refused, calledFrom()?.address)
}

export default method('com.atproto.server.refreshSession', {
  auth,
  handler: async ({ credentials: { did, jti } }, { services, tokens }) => {
    const { directory, account: actor } = services.actors
    const now = Date.now()
    const expiresAt = now + LEGACY_REFRESH_TOKEN
    const next = { jti: newRefreshJti(), expiresAt, from: calledFrom() }
    const entry = await directory.find(did, ['did'])
    const rotated = entry && actor(entry.did).rotateLegacySession(jti, next, now)
    const found = await rotated?.catch((err) => {
      if (err instanceof Refusal) refuse(services.log, 'account', did)
      throw err
    })
    if (!found) {
      refuse(services.log, 'account', did)
      throw new InvalidRequestError(`Could not find user info for account: ${did}`)
    }
    const { account, session } = found
    if (!session) {
      refuse(services.log, 'ended', did)
      throw new InvalidRequestError('Token has been revoked', 'ExpiredToken')
    }
    counted.inc({ profile: 'createSession', act: 'refreshed' })
    const { pdsDid } = account
    const scope = legacyScope({ appPassword: session.appPassword, takenDown: false })
    const [{ accessJwt, refreshJwt }, body] = await Promise.all([
      tokens.sign({ did, pdsDid, scope, sessionId: session.id, jti: session.jti }),
      sessionBody(services, account),
    ])
    return { accessJwt, refreshJwt, ...body }
  },
})
