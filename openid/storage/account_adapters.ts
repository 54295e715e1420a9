import type { AdapterPayload } from 'oidc-provider'
import type { GoodOpenidSession } from '../../actors/account/openid.ts'
import type { OpenidSignIn } from '../../database/account/openid_sign_in.ts'
import { calledFrom } from '../../http/requester.ts'
import { noteRevocation } from '../../sagas/sign_in/revocation.ts'
import { isSelfRegistered } from '../clients/registration.ts'
import { type ByResource, stillRegistered } from '../resources/resources.ts'
import { noteGivenAfter, openidScope, registeredAt } from './scope.ts'
import { signInEnded } from './sign_in_ended.ts'
import { expiryOf, readBack, type Storage, type Stored, written } from './stored.ts'

/** Sessions of browsers in which somebody has signed in. @param before those of all others */
export function accountSessions(
  { actors, names }: Pick<Storage, 'actors' | 'names'>,
  before: Stored,
): Stored {
  /** It counts in the browser where the person signed in. */
  function known(session: GoodOpenidSession | null, did: string, id: string) {
    const scope = openidScope()
    if (!session || session.deviceId !== scope.deviceId) {
      scope.endedSession = did
      return undefined
    }
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
      if (!basis || deviceId === null) throw signInEnded()
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
      openidScope().spends.push(async () => {
        await actors.account(named.did).endOpenidSession(id)
        return null
      })
    },
  }
}

/** How the clients know of a session that were granted something in it. */
function signInsOf({ authorizations = {} }: AdapterPayload): OpenidSignIn[] {
  return Object.entries(authorizations).flatMap(([clientId, { sid, grantId }]) =>
    sid && grantId ? { clientId, sid, grantId } : [],
  )
}

/** What clients were granted. The id of a grant opens nothing, and names no account. */
export function grants({ actors, flow, log }: Pick<Storage, 'actors' | 'flow' | 'log'>): Stored {
  return {
    async upsert(id, payload, expiresIn) {
      const { accountId, clientId } = payload as { accountId: string; clientId: string }
      const grant = { id, clientId, payload: written(payload), expiresAt: expiryOf(expiresIn) }
      const { bases, consented, givenAfter } = openidScope()
      const basis = bases.get(accountId) ?? null
      await actors
        .account(accountId)
        .putOpenidGrant(grant, basis, consented, calledFrom(), givenAfter)
      if (isSelfRegistered(clientId)) await flow(clientId).noteOpenidClientUse(clientId)
    },
    async find(id) {
      const { account, found } = openidScope()
      if (account === null) return undefined
      const grant =
        found?.grant.id === id ? found.grant : await actors.account(account).findOpenidGrant(id)
      if (!grant || grant.createdAt < registeredAt(grant.clientId)) return undefined
      noteGivenAfter(grant.createdAt)
      const payload = readBack(grant.payload, id)
      const given = payload.resources as ByResource | undefined
      if (!given) return payload
      return { ...payload, resources: await stillRegistered(flow, given, grant.createdAt) }
    },
    async destroy(id) {
      const { account: did } = openidScope()
      const clientId = did && (await actors.account(did).endOpenidGrant(id))
      if (clientId) noteRevocation({ log }, { profile: 'openid', did, clientId })
    },
  }
}
