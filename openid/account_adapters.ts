import Provider, { type AdapterPayload, errors } from 'oidc-provider'
import type { GoodOpenidSession } from '../actors/account/openid.ts'
import { logEvent } from '../base/event_log.ts'
import { OPENID_SPENT_CODE } from '../base/lifetimes.ts'
import { tokens as counted } from '../base/metrics.ts'
import type { OpenidSignIn } from '../database/account/openid_sign_in.ts'
import { calledFrom } from '../http/requester.ts'
import { requestScope } from '../stores/request_scope.ts'
import type { NamedKind } from './names.ts'
import { isSelfRegistered } from './registration.ts'
import { type ByResource, stillRegistered } from './resources.ts'
import { type Issued, openidScope, registeredAt } from './scope.ts'
import { expiryOf, readBack, type Storage, type Stored, written } from './stored.ts'

type OfAccount = Pick<Storage, 'actors' | 'names' | 'log'>

/** Sessions of browsers in which somebody has signed in. @param before those of all others */
export function accountSessions({ actors, names }: OfAccount, before: Stored): Stored {
  /** It counts in the browser where the person signed in. */
  function known(session: GoodOpenidSession | null, did: string, id: string) {
    const scope = openidScope()
    if (!session || session.deviceId !== scope.deviceId) return undefined
    scope.account = did
    if (!scope.bases.has(did)) scope.bases.set(did, session.basis)
    return readBack(session.payload, id)
  }

  return {
    async upsert(id, payload, expiresIn) {
      const { accountId: did, uid } = payload
      if (did === undefined) return before.upsert?.(id, payload, expiresIn)
      const { bases, deviceId, signedIn } = openidScope()
      const basis = bases.get(did)
      if (!basis || deviceId === null) throw new errors.AccessDenied('The sign-in has ended')
      const session = {
        uid: uid as string,
        payload: written(payload),
        deviceId,
        isRemembered: basis.device !== undefined,
        signIns: signInsOf(payload),
        expiresAt: expiryOf(expiresIn),
      }
      await actors.account(did).putOpenidSession(session, id, basis, did === signedIn)
    },
    async find(id) {
      const named = names.read('Session', id)
      if (!named) return before.find?.(id)
      return known(await actors.account(named.did).findOpenidSession(id), named.did, id)
    },
    /** That of a code or token, which says whether it is still good. */
    async findByUid(uid) {
      const { account, found } = openidScope()
      if (account === null) return undefined
      const session = found?.session ?? (await actors.account(account).findOpenidSessionByUid(uid))
      return session?.uid === uid ? readBack(session.payload, uid) : undefined
    },
    async destroy(id) {
      const named = names.read('Session', id)
      if (!named) return before.destroy?.(id)
      await actors.account(named.did).endOpenidSession(id)
    },
  }
}

/** How the clients know of a session that were granted something in it. */
function signInsOf({ authorizations = {} }: AdapterPayload): OpenidSignIn[] {
  return Object.entries(authorizations).flatMap(([clientId, { sid, grantId }]) =>
    sid && grantId ? { clientId, sid, grantId } : [],
  )
}

/** What clients were granted. The id of a grant is shown to nobody, and names no account. */
export function grants({ actors, flow, log }: Pick<Storage, 'actors' | 'flow' | 'log'>): Stored {
  return {
    async upsert(id, payload, expiresIn) {
      const { accountId, clientId } = payload as { accountId: string; clientId: string }
      const grant = { id, clientId, payload: written(payload), expiresAt: expiryOf(expiresIn) }
      const basis = openidScope().bases.get(accountId) ?? null
      await actors.account(accountId).putOpenidGrant(grant, basis, calledFrom())
      if (isSelfRegistered(clientId)) await flow(clientId).noteOpenidClientUse(clientId)
    },
    async find(id) {
      const { account, found } = openidScope()
      if (account === null) return undefined
      const grant =
        found?.grant.id === id ? found.grant : await actors.account(account).findOpenidGrant(id)
      if (!grant || grant.createdAt < registeredAt(grant.clientId)) return undefined
      const payload = readBack(grant.payload, id)
      const given = payload.resources as ByResource | undefined
      if (!given) return payload
      return { ...payload, resources: await stillRegistered(flow, given, grant.createdAt) }
    },
    async destroy(id) {
      const { account: did, found } = openidScope()
      if (did === null) return
      await actors.account(did).endOpenidGrant(id)
      counted.inc({ profile: 'openid', act: 'revoked' })
      const clientId = found?.grant.id === id ? found.grant.clientId : undefined
      logEvent(log, 'session_revoked', { did, clientId }, calledFrom()?.address)
    },
  }
}

/** Codes and tokens of one kind. */
export function tokens({ actors, names, log }: OfAccount, kind: NamedKind): Stored {
  const ofAccount = (secret: string) => {
    const named = names.read(kind, secret)
    return named && { ...named, account: actors.account(named.did) }
  }
  /** Its client has used it again. Of a refresh token the owner of the account is told (`openid/handler.ts`). */
  async function noteReuse(did: string): Promise<void> {
    if (kind !== 'RefreshToken') {
      logEvent(log, 'code_reused', { did }, calledFrom()?.address)
      return
    }
    const [account, clientId] = [await actors.account(did).read(), usedBy()]
    if (account && clientId !== null) requestScope().seeReuse({ account, clientId })
  }

  return {
    async upsert(secret, payload, expiresIn) {
      const { accountId: did, grantId } = payload as { accountId: string; grantId: string }
      const isCode = kind === 'AuthorizationCode'
      const expiresAt = expiryOf(expiresIn) + (isCode ? OPENID_SPENT_CODE : 0)
      const token = { secret, kind, payload: written(payload), expiresAt }
      if (!isCode) {
        issuedTo(did, grantId).tokens.push(token)
        return
      }
      if (await actors.account(did).putOpenidTokens(grantId, [token], calledFrom())) return
      throw hasEnded()
    },
    async find(secret): Promise<AdapterPayload | undefined> {
      const named = ofAccount(secret)
      const found = await named?.account.findOpenidToken(kind, secret, named.grantId, usedBy())
      if (named && found === 'reused') await noteReuse(named.did)
      const isFound = found !== 'reused' && found != null
      if (!isFound) requestScope().refreshRefusal = named ? (found ?? 'ended') : 'unknown'
      if (!named || !isFound) return undefined
      if (found.token.expiresAt < Date.now()) requestScope().refreshRefusal = 'expired'
      const scope = openidScope()
      scope.account = named.did
      scope.found = found
      return readBack(found.token.payload, secret)
    },
    /** It is spent with what it gives. Of a refresh token, what is to succeed it is named now. */
    async consume(secret) {
      const named = names.read(kind, secret)
      if (!named) throw hasEnded()
      const next = kind === 'RefreshToken' ? names.write(named) : null
      issuedTo(named.did, named.grantId).spent = { secret, next }
      if (kind === 'RefreshToken') requestScope().refreshRefusal = 'ended'
    },
    async destroy(secret) {
      await ofAccount(secret)?.account.endOpenidToken(secret)
    },
    async revokeByGrantId(grantId) {
      const { account } = openidScope()
      if (account !== null) await actors.account(account).endOpenidTokens(kind, grantId)
    },
  }
}

/** What the answer gives of a grant. */
function issuedTo(did: string, grantId: string): Issued {
  const scope = openidScope()
  scope.issued ??= { did, grantId, tokens: [], spent: null }
  return scope.issued
}

/** The client that exchanges or revokes what it shows; null where one only asks about it (RFC 7662). */
function usedBy(): string | null {
  const { route, client } = Provider.ctx?.oidc ?? {}
  const isUse = route === 'token' || route === 'revocation'
  return isUse ? (client?.clientId ?? null) : null
}

const hasEnded = () => new errors.InvalidGrant('What was granted has ended')
