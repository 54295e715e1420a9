import { InvalidGrantError } from '@atproto/oauth-provider/errors'
import type { RefreshToken, TokenData, TokenInfo, TokenStore } from '@atproto/oauth-provider/store'
import type { SessionOfAccount } from '../actors/account/sessions.ts'
import type { Flow } from '../actors/auth/flow.ts'
import { logEvent } from '../base/watching/event_log.ts'
import { tokens } from '../base/watching/metrics.ts'
import { calledFrom, receivedAt } from '../http/requester.ts'
import type { Services } from '../sagas/services/services.ts'
import { noteRevocation } from '../sagas/sign_in/revocation.ts'
import { toAccount } from './account.ts'
import { requestScope } from './request_scope.ts'

/** OAuth sessions, each in the database of its account. */
export function createTokenStore(
  flow: Flow,
  { actors, pdses, log }: Pick<Services, 'actors' | 'pdses' | 'log'>,
): TokenStore {
  /** Notes where the token that was presented was used before. */
  const findShown = async (refreshToken: RefreshToken): Promise<TokenInfo | null> => {
    const scope = requestScope()
    const presented = scope.presentedRefreshToken
    if (presented?.secret !== refreshToken) return null
    const { did, sessionId, inVainSince } = presented
    const found = await actors.account(did).findSessionByRefreshToken(sessionId, {
      presentedRefreshToken: refreshToken,
      provenAt: scope.proof?.iat ?? null,
      receivedAt: receivedAt(),
      inVainSince,
    })
    scope.isAbout(did)
    if (!found) return null
    const { clientId, createdAt, tokenId } = found.session
    if (createdAt < scope.registeredAt(clientId)) {
      const by = { isTakenElsewhere: pdses.takeEnded, isByPerson: false }
      await actors.account(did).endSessionByTokenId(tokenId, by)
      return null
    }
    const isItsKey = JSON.parse(found.session.parameters).dpop_jkt === scope.proof?.jkt
    if (found.standing === 'late' && isItsKey) {
      scope.seeLate()
      return null
    }
    const answers = found.standing === 'current' || found.standing === 'retry'
    if (!answers && found.standing !== 'lost') {
      count('replayed')
      scope.seeReuse({ account: found.account, clientId })
    }
    return toTokenInfo(found, answers ? refreshToken : null)
  }

  return {
    async createToken(tokenId, data, refreshToken) {
      const scope = requestScope()
      const { consent } = scope
      if (!consent) throw notValid()
      const session = {
        tokenId,
        createdAt: data.createdAt.getTime(),
        updatedAt: data.updatedAt.getTime(),
        expiresAt: data.expiresAt.getTime(),
        clientId: data.clientId,
        clientAuth: JSON.stringify(data.clientAuth),
        deviceId: data.deviceId,
        parameters: JSON.stringify(data.parameters),
        scope: data.scope,
        code: data.code,
        refreshToken: refreshToken ?? null,
        provenAt: scope.proof?.iat ?? null,
        receivedAt: receivedAt(),
        from: calledFrom(),
      }
      const sessionId = await actors.account(data.did).createSession(session, consent)
      if (sessionId === null) throw notValid()
      count('issued')
      scope.isAbout(data.did)
      if (refreshToken) {
        scope.issueRefreshToken({ secret: refreshToken, sessionId, did: data.did }, tokenId)
      }
    },

    async readToken(tokenId) {
      const { account } = requestScope()
      if (!account) return null
      return toTokenInfo(await actors.account(account).findSessionByTokenId(tokenId))
    },

    async deleteToken(tokenId) {
      const scope = requestScope()
      const { account: did } = scope
      if (did === null) return
      const by = {
        // A client that ends its own has the key to which its access tokens are bound, and is none to be kept out.
        isTakenElsewhere: !scope.isOwnEnding && pdses.takeEnded,
        isByPerson: scope.isSignedIn(did),
      }
      const clientId = await actors.account(did).endSessionByTokenId(tokenId, by)
      if (clientId === null) return
      noteRevocation({ log }, { profile: 'oauth', did, clientId })
    },

    async rotateToken(tokenId, _newTokenId, newRefreshToken, newData) {
      const scope = requestScope()
      const presented = scope.presentedRefreshToken
      if (!presented) throw new Error('No refresh token was presented')
      const rotated = await actors.account(presented.did).rotateSession({
        sessionId: presented.sessionId,
        presentedRefreshToken: presented.secret,
        refreshToken: newRefreshToken,
        updatedAt: newData.updatedAt.getTime(),
        expiresAt: newData.expiresAt.getTime(),
        clientAuth: JSON.stringify(newData.clientAuth),
        scope: newData.scope,
        provenAt: scope.proof?.iat ?? null,
        receivedAt: receivedAt(),
        inVainSince: presented.inVainSince,
        from: calledFrom(),
      })
      if ('refused' in rotated) {
        await findShown(presented.secret as RefreshToken)
        throw new InvalidGrantError('Refresh token replayed')
      }
      count('refreshed')
      scope.issueRefreshToken({ ...presented, secret: rotated.refreshToken }, tokenId)
    },

    findTokenByRefreshToken: findShown,

    async findTokenByCode(code) {
      const did = await flow(code).findSpentCode(code)
      if (did === null) return null
      logEvent(log, 'code_reused', { did }, calledFrom()?.address)
      requestScope().isAbout(did)
      return toTokenInfo(await actors.account(did).findSessionByCode(code))
    },

    async listAccountTokens(did) {
      const sessions = await actors.account(did).listSessions()
      return sessions.map((session) => toTokenInfo(session) as TokenInfo)
    },
  }
}

const count = (act: string) => tokens.inc({ profile: 'oauth', act })

const notValid = () => new InvalidGrantError('This code is not valid any more')

function toTokenInfo(
  found: SessionOfAccount | null,
  currentRefreshToken: TokenInfo['currentRefreshToken'] = null,
): TokenInfo | null {
  if (!found) return null
  const { account, session } = found
  return {
    id: session.tokenId as TokenInfo['id'],
    account: toAccount(account),
    currentRefreshToken,
    data: {
      createdAt: new Date(session.createdAt),
      updatedAt: new Date(session.updatedAt),
      expiresAt: new Date(session.expiresAt),
      clientId: session.clientId,
      clientAuth: JSON.parse(session.clientAuth),
      deviceId: session.deviceId as TokenData['deviceId'],
      did: account.did as TokenData['did'],
      parameters: JSON.parse(session.parameters),
      code: null,
      scope: session.scope,
    },
  }
}
