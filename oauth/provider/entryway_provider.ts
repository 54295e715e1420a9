import type { KeyObject } from 'node:crypto'
import {
  AuthorizationError,
  InvalidClientError,
  InvalidDpopProofError,
  InvalidGrantError,
} from '@atproto/oauth-provider/errors'
import type { Client, ClientAuth, DpopProof, RequestMetadata } from '@atproto/oauth-provider/hooks'
import { OAuthProvider, type OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import type { RefreshToken } from '@atproto/oauth-provider/store'
import { decodeJwt } from 'jose'
import type { RefusedRefresh } from '../../base/watching/refused_refresh.ts'
import { KeyedMutex } from '../../base/work/keyed_mutex.ts'
import type { ReusedToken } from '../../sagas/notices/reused_token.ts'
import type { FindCarriedToken } from '../../stores/carried_tokens.ts'
import { isOAuthRefusal } from '../../stores/oauth_errors.ts'
import { requestScope } from '../../stores/request_scope.ts'
import type { CarriedSecret } from '../../tokens/carried_jwts.ts'
import { keepClients } from '../clients/known_clients.ts'
import { endIfKeyIsWithdrawn } from '../clients/withdrawn_key.ts'
import { ClientDocuments } from '../fetching/client_documents.ts'
import { explainedProof } from '../proofs/explained_proof.ts'
import { makeNonceCheck } from '../proofs/nonces.ts'
import { assertUsualProofKey } from '../proofs/usual_key.ts'
import { UsualProofs } from '../proofs/usual_proofs.ts'
import type { Reopening } from '../sign_in/forms/consent.ts'
import { currentVisit } from '../sign_in/visit.ts'
import { nameGeneration } from '../tokens/ephemeral_tokens.ts'
import { RefreshTokens } from '../tokens/refresh_tokens.ts'
import { findSession, mayRevoke, unauthenticated } from '../tokens/revocation.ts'
import { keepScopesShort, ScopesTooLongError } from '../tokens/short_scopes.ts'

type CheckDpopProof = OAuthProvider['checkDpopProof']
type Authorize = OAuthProvider['authorize']
type RequestUri = Parameters<OAuthProvider['requestManager']['get']>[0]
type Push = OAuthProvider['pushedAuthorizationRequest']
type Token = OAuthProvider['token']
type Revoke = OAuthProvider['revoke']
type TokenResponse = Awaited<ReturnType<Token>>

type Options = OAuthProviderOptions &
  Reopening & {
    dpopSecret: Uint8Array
    refreshTokenKey: KeyObject
    /** What was carried over from PDSes that were adopted. */
    carried: { find: FindCarriedToken; secret: CarriedSecret }
    /** Makes the request that was read one for less, before anybody consents to it. */
    narrowRequest(scope: string): Promise<void>
    /** Keeps it while a code is on its way by mail. */
    keepRequest(): Promise<void>
    /** A session has ended because one of its refresh tokens was used twice. */
    onReuse(reused: ReusedToken): Promise<void>
    /** A refresh token was refused. */
    onRefusedRefresh(refused: RefusedRefresh): void
    /** Whether a proof is to be verified on a thread of libuv's pool. */
    verifyOnThread(): boolean
  }

/**
 * The provider, with what an entryway does otherwise: refresh tokens name their account, a refresh
 * may be retried, and a fault of the server never costs a session. It uses the provider's own
 * extension points, the protected methods.
 */
export class EntrywayProvider extends OAuthProvider {
  readonly #refreshTokens: RefreshTokens
  readonly #carriedSecret: CarriedSecret
  readonly #documents: ClientDocuments
  readonly #codes = new KeyedMutex()
  readonly #proofs: UsualProofs
  readonly #onReuse: Options['onReuse']
  readonly #onRefusedRefresh: Options['onRefusedRefresh']
  readonly narrowRequest: Options['narrowRequest']
  readonly keepRequest: Options['keepRequest']
  readonly reopenRequest: Options['reopenRequest']

  constructor({
    refreshTokenKey,
    carried,
    onReuse,
    onRefusedRefresh,
    narrowRequest,
    keepRequest,
    reopenRequest,
    verifyOnThread,
    ...options
  }: Options) {
    const documents = new ClientDocuments()
    super({
      ...options,
      clientMetadataCache: documents.metadata,
      clientJwksCache: documents.keys,
    })
    keepClients(this.clientManager, documents)
    this.#showAccounts()
    nameGeneration(this.signer)
    keepScopesShort(this.lexiconManager)
    this.#refreshTokens = new RefreshTokens(refreshTokenKey, carried.find)
    this.#carriedSecret = carried.secret
    this.#documents = documents
    this.#onReuse = onReuse
    this.#onRefusedRefresh = onRefusedRefresh
    this.narrowRequest = narrowRequest
    this.keepRequest = keepRequest
    this.reopenRequest = reopenRequest
    this.#proofs = new UsualProofs(makeNonceCheck(options.dpopSecret), verifyOnThread)
  }

  /** Tells a visit of the account page which accounts of the device there are. */
  #showAccounts(): void {
    const list = this.accountManager.listDeviceAccounts.bind(this.accountManager)
    this.accountManager.listDeviceAccounts = async (deviceId) => {
      const accounts = await list(deviceId)
      const visit = currentVisit()
      if (visit && !visit.place.request) {
        await visit.showAccounts(deviceId, accounts, (each) => this.checkLoginRequired(each))
      }
      return accounts
    }
  }

  /** The provider's endpoint asks again where a call did not succeed (`usual_calls.ts`): a proof is good once. */
  override checkDpopProof(...args: Parameters<CheckDpopProof>): ReturnType<CheckDpopProof> {
    return requestScope().once('proof', () => this.#checkProof(...args))
  }

  /** As the provider's, which is asked where the proof is not one of those that are read here. */
  async #checkProof(...args: Parameters<CheckDpopProof>): ReturnType<CheckDpopProof> {
    const [method, url, { dpop }, accessToken] = args
    const proof =
      typeof dpop === 'string' && accessToken === undefined
        ? await this.#proofs.read({ proof: dpop, method, url })
        : null
    if (!proof) {
      if (typeof dpop === 'string') assertUsualProofKey(dpop)
      const checked = await super.checkDpopProof(...args).catch((err) => {
        throw explainedProof(err, { proof: dpop, method, url })
      })
      if (!checked) return null
      // What was verified has one (RFC 9449 section 4.2).
      const iat = decodeJwt(String(dpop)).iat as number
      requestScope().proof = { jkt: checked.jkt, iat }
      return checked
    }
    const isFirst = await this.replayManager.uniqueDpop(proof.jti)
    if (!isFirst) throw new InvalidDpopProofError('DPoP proof replayed')
    requestScope().proof = proof
    return proof
  }

  /**
   * As the provider's, but where the person gives up: as where it finds out by itself that a browser
   * keeps no cookies, the request ends and its app learns why. What is to be shown goes by the page of
   * this program that may come first.
   */
  override async authorize(...args: Parameters<Authorize>): ReturnType<Authorize> {
    const [query, { deviceId }] = args
    const { givenUp } = requestScope()
    if (givenUp === null || !('request_uri' in query)) {
      const result = await super.authorize(...args)
      if ('redirect' in result) return result
      const visit = currentVisit()
      if (visit?.awaitsMail) await this.keepRequest()
      return (await visit?.show(result, deviceId)) ?? result
    }
    const requestUri = query.request_uri as RequestUri
    const of = givenUp.error === 'access_denied' ? deviceId : undefined
    const { parameters } = await this.requestManager.get(requestUri, of, query.client_id)
    await this.requestManager.delete(requestUri)
    throw new AuthorizationError(parameters, givenUp.description, givenUp.error)
  }

  override pushedAuthorizationRequest(...args: Parameters<Push>): ReturnType<Push> {
    return requestScope().once('call', () => super.pushedAuthorizationRequest(...args))
  }

  override token(...args: Parameters<Token>): Promise<TokenResponse> {
    return requestScope().once('call', () => this.#token(...args))
  }

  async #token(...args: Parameters<Token>): Promise<TokenResponse> {
    const response = await super.token(...args).catch(async (err) => {
      const [{ client_id: clientId }, , request] = args
      if (request.grant_type !== 'refresh_token' || !isOAuthRefusal(err)) throw err
      if (err instanceof InvalidClientError) {
        const secret = await this.#refreshTokens.present(request.refresh_token)
        if (secret !== null) await endIfKeyIsWithdrawn(this, clientId, secret)
      }
      const { refreshRefusal: reason, presentedRefreshToken: presented, fault } = requestScope()
      // Where a store could not answer, nothing was refused.
      if (!fault) {
        this.#onRefusedRefresh({ profile: 'oauth', reason, did: presented?.did, clientId })
      }
      throw err
    })
    return this.#refreshTokens.written(response)
  }

  /**
   * As the provider's, but once more with fresh metadata and keys where the client's assertion does
   * not verify: it may be signed with a key that was published a moment ago.
   */
  protected override async authenticateClient(
    ...args: Parameters<OAuthProvider['authenticateClient']>
  ) {
    try {
      return await super.authenticateClient(...args)
    } catch (err) {
      if (!(err instanceof InvalidClientError)) throw err
      const client = await this.clientManager.getClient(args[0].client_id)
      if (!this.#documents.expire(client)) throw err
      return super.authenticateClient(...args)
    }
  }

  /**
   * Of several exchanges of one code, one is finished before the next begins: the first gets its
   * tokens; the next finds the code spent, and revokes the session (RFC 6749 section 4.1.2). Without
   * this the second could come before the session exists. Then the account would refuse to create it
   * (`createSession`), and neither would get tokens.
   */
  protected override async authorizationCodeGrant(
    ...args: Parameters<OAuthProvider['authorizationCodeGrant']>
  ): Promise<TokenResponse> {
    return this.#codes.run(args[3].code, () => super.authorizationCodeGrant(...args))
  }

  /**
   * As the provider's, but for what revokes the session: a replayed token or a client that is not
   * the one it was issued to. Where the server failed, or a hook after the rotation, the client may
   * simply try again.
   */
  protected override async refreshTokenGrant(
    client: Client,
    clientAuth: ClientAuth,
    clientMetadata: RequestMetadata,
    input: Extract<Parameters<Token>[2], { grant_type: 'refresh_token' }>,
    dpopProof: DpopProof | null,
  ): Promise<TokenResponse> {
    const scope = requestScope()
    const secret = await this.#refreshTokens.present(input.refresh_token)
    if (secret === null) {
      scope.refreshRefusal = 'unknown'
      throw new InvalidGrantError('Invalid refresh token')
    }

    const tokenInfo = await this.#consume(secret as RefreshToken)
    const now = new Date()
    try {
      await this.compareClientAuth(client, clientAuth, dpopProof, tokenInfo.data)
      scope.refreshRefusal = 'expired'
      await this.validateRefreshGrant(client, tokenInfo.data, now)
      scope.refreshRefusal = 'ended'
      return await this.tokenManager.rotateToken(client, clientAuth, clientMetadata, tokenInfo, now)
    } catch (err) {
      const isLost = isOAuthRefusal(err) && !scope.issuedRefreshToken && !scope.isLate
      if (err instanceof ScopesTooLongError) scope.refreshRefusal = 'client'
      else if (isLost) await this.tokenManager.deleteToken(tokenInfo.id)
      // Others may have used it, and its successor, since it was looked at.
      await this.#tellOfReuse(err)
      throw err
    }
  }

  /** As the provider's, which ends the session of a token that was used before, unless the request is late. */
  async #consume(secret: RefreshToken) {
    try {
      return await this.tokenManager.consumeRefreshToken(secret)
    } catch (err) {
      const scope = requestScope()
      if (!scope.isLate) scope.refreshRefusal = 'ended'
      await this.#tellOfReuse(err)
      throw err
    }
  }

  /** @param err with which a refresh token was refused */
  async #tellOfReuse(err: unknown): Promise<void> {
    const scope = requestScope()
    if (!scope.reused || !isOAuthRefusal(err)) return
    scope.refreshRefusal = 'reused'
    await this.#onReuse(scope.reused)
  }

  /**
   * Unlike the provider's, without a DPoP proof: RFC 7009 knows none, RFC 9449 asks for none here,
   * and client libraries send none. What fails is noted, as the provider's endpoint answers 200 all
   * the same.
   */
  override revoke(...args: Parameters<Revoke>): Promise<void> {
    return requestScope().once('call', () => this.#revoke(...args))
  }

  async #revoke(...[credentials, { token }]: Parameters<Revoke>): Promise<void> {
    try {
      const client = await this.#authenticateAlone(credentials)
      const session = await findSession(this, this.#refreshTokens, this.#carriedSecret, token)
      if (session && mayRevoke(client, session)) {
        requestScope().isOwnEnding = true
        await this.tokenManager.deleteToken(session.id)
      }
    } catch (err) {
      if (isOAuthRefusal(err)) requestScope().refuse(err)
      else requestScope().fail(err)
      throw err
    }
  }

  /** By its assertion, or by nothing where it is public. @throws {OAuthError} 401 */
  async #authenticateAlone(credentials: Parameters<Revoke>[0]): Promise<Client> {
    try {
      const { client } = await this.authenticateClient(credentials, null, {
        allowMissingDpopProof: true,
      })
      return client
    } catch (err) {
      throw unauthenticated(err)
    }
  }
}
