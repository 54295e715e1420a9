import Provider, { type AdapterPayload, errors } from 'oidc-provider'
import { isOfHolder } from '../../actors/account/openid_tokens.ts'
import { OPENID_SPENT_CODE } from '../../base/lifetimes.ts'
import { calledFrom, receivedAt } from '../../http/requester.ts'
import { noteRevocation } from '../../sagas/sign_in/revocation.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { noteReuse } from './noted_reuse.ts'
import { readRefreshProof } from './refresh_proof.ts'
import { assertShort } from './request_adapters.ts'
import { chainOfIssued, type Issued, openidScope } from './scope.ts'
import { signInEnded } from './sign_in_ended.ts'
import { expiryOf, readBack, type Storage, type Stored, written } from './stored.ts'
import type { NamedKind } from './token_names.ts'

/** Codes and tokens of one kind. */
export function tokens(
  storage: Pick<Storage, 'actors' | 'names' | 'log'>,
  kind: NamedKind,
): Stored {
  const { actors, names } = storage
  /** A token for a resource is found by its id, but only after its signature was verified: the id is no secret. */
  const read = (secret: string) => {
    const isOfResource = kind === 'AccessToken' && secret === openidScope().resourceToken
    return names.read(isOfResource ? 'ResourceToken' : kind, secret)
  }
  const ofAccount = (secret: string) => {
    const named = read(secret)
    if (!named) return null
    const { did, grantId, chain } = named
    return { did, origin: { grantId, chain }, account: actors.account(did) }
  }
  type OfAccount = NonNullable<ReturnType<typeof ofAccount>>

  /** To revoke one is to end its chain, so it is found as long as that is good. */
  async function findToRevoke(
    { account, did, origin }: OfAccount,
    secret: string,
  ): Promise<AdapterPayload | undefined> {
    const clientId = await account.findOpenidChain(secret, origin)
    if (clientId === null) return undefined
    return { kind, jti: secret, accountId: did, grantId: origin.grantId, clientId }
  }

  return {
    async upsert(secret, payload, expiresIn) {
      const { accountId: did, grantId } = payload as { accountId: string; grantId: string }
      const isCode = kind === 'AuthorizationCode'
      const expiresAt = expiryOf(expiresIn) + (isCode ? OPENID_SPENT_CODE : 0)
      const provenAt = kind === 'RefreshToken' ? await provenAtOf(payload) : null
      const token = {
        ...{ secret, kind, chain: chainOfIssued(), payload: written(payload) },
        ...{ expiresAt, provenAt, receivedAt: receivedAt() },
      }
      if (isCode) {
        assertShort({ params: Provider.ctx?.oidc.params })
        const { unkept } = openidScope()
        if (unkept?.jti === grantId) await unkept.save()
      } else {
        issuedTo(did, grantId).tokens.push(token)
        return
      }
      if (await actors.account(did).putOpenidTokens(grantId, [token], calledFrom())) return
      throw signInEnded()
    },
    async find(secret): Promise<AdapterPayload | undefined> {
      const named = ofAccount(secret)
      const [route, clientId] = asking()
      if (named && route === 'revocation') return findToRevoke(named, secret)
      const usedBy = route === 'token' ? clientId : null
      const scope = openidScope()
      const isRefresh = kind === 'RefreshToken'
      if (isRefresh && usedBy !== null) scope.proof = await readRefreshProof(secret)
      const { proof } = scope
      const found = await named?.account.findOpenidToken(kind, secret, named.origin, usedBy, proof)
      requestScope().refreshRefusal = named ? 'ended' : 'unknown'
      if (found === 'late') requestScope().seeLate()
      if (named && found === 'reused' && usedBy !== null) {
        const reuse = { kind: isRefresh ? 'refresh token' : 'code', did: named.did } as const
        await noteReuse(storage, { ...reuse, clientId: usedBy })
      }
      if (!named || !found || typeof found === 'string') return undefined
      requestScope().refreshRefusal = found.token.expiresAt < Date.now() ? 'expired' : 'client'
      scope.account = named.did
      scope.chain = found.token.chain
      scope.found = found
      return readBack(found.token.payload, secret)
    },
    /** It is spent with what it gives. Of a refresh token, what is to succeed it is named now. */
    async consume(secret) {
      const named = names.read(kind, secret)
      if (!named) throw hasEnded()
      const isRefresh = kind === 'RefreshToken'
      const chain = chainOfIssued()
      const { attempt: by, proof } = openidScope()
      const next = isRefresh ? names.write({ ...named, chain }) : null
      issuedTo(named.did, named.grantId).spent = { secret, proof, next, chain, by }
      if (isRefresh) requestScope().refreshRefusal = 'ended'
    },
    /** Its client revokes it. */
    async destroy(secret) {
      const named = ofAccount(secret)
      const clientId = await named?.account.endOpenidChain(secret, named.origin)
      if (named && clientId) {
        noteRevocation(storage, { profile: 'openid', did: named.did, clientId })
      }
    },
    /** They go with their chain, or with their grant. */
    async revokeByGrantId() {},
  }
}

/** What the answer gives of a grant. */
export function issuedTo(did: string, grantId: string): Issued {
  const scope = openidScope()
  scope.issued ??= { did, grantId, tokens: [], spent: null }
  return scope.issued
}

/**
 * When the client of a refresh token made the proof of the request that gets it, s by its clock; null where it made none, or
 * nothing binds the token to who made that.
 */
async function provenAtOf({ jkt }: AdapterPayload): Promise<number | null> {
  const proof = openidScope().proof ?? (await readRefreshProof(null))
  return isOfHolder(proof, jkt) ? proof.provenAt : null
}

/** The endpoint that is being answered, and the client that asks. */
function asking(): [route: string | undefined, clientId: string | null] {
  const { route, client } = Provider.ctx?.oidc ?? {}
  return [route, client?.clientId ?? null]
}

const hasEnded = () => new errors.InvalidGrant('What was granted has ended')
