import {
  AuthorizationError,
  InvalidClientError,
  InvalidDpopProofError,
  InvalidGrantError,
  OAuthError,
} from '@atproto/oauth-provider/errors'
import type {
  Client,
  ClientAuth,
  DpopProof,
  Jwks,
  OAuthClientMetadata,
  RequestMetadata,
} from '@atproto/oauth-provider/hooks'
import { OAuthProvider, type OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import type { RefreshToken, TokenInfo } from '@atproto/oauth-provider/store'
import { DpopNonce } from '@atproto/oauth-provider/verifier'
import { KeyedMutex } from '../base/keyed_mutex.ts'
import * as lifetimes from '../base/lifetimes.ts'
import { requestScope } from '../stores/request_scope.ts'
import { readRefreshToken, writeRefreshToken } from '../tokens/refresh_token.ts'
import { withClockLeeway } from './client_clock.ts'
import { isKeyWithdrawn } from './client_keys.ts'
import { FetchedDocuments } from './fetched_documents.ts'
import { explainedProof } from './jwt_errors.ts'
import { KnownClients } from './known_clients.ts'
import { mayRevoke, unauthenticated } from './revocation.ts'
import { UsualProofs } from './usual_proofs.ts'

type CheckDpopProof = OAuthProvider['checkDpopProof']
type Authorize = OAuthProvider['authorize']
type RequestUri = Parameters<OAuthProvider['requestManager']['get']>[0]
type Token = OAuthProvider['token']
type Revoke = OAuthProvider['revoke']
type SignedJwt = Parameters<OAuthProvider['signer']['verifyAccessToken']>[0]
type TokenResponse = Awaited<ReturnType<Token>>

type Options = OAuthProviderOptions & {
  dpopSecret: Uint8Array
  refreshTokenKey: Uint8Array
  /** Whether a proof is to be verified on a thread of libuv's pool. */
  verifyOnThread(): boolean
}

/**
 * The provider, with what an entryway does otherwise: refresh tokens name their account, a refresh
 * may be retried, and a fault of the server never costs a session. It uses the provider's own
 * extension points, the protected methods.
 */
export class EntrywayProvider extends OAuthProvider {
  readonly #refreshTokenKey: Uint8Array
  readonly #clientMetadata: FetchedDocuments<OAuthClientMetadata>
  readonly #clientKeys: FetchedDocuments<Jwks>
  readonly #codes = new KeyedMutex()
  readonly #proofs: UsualProofs

  constructor({ refreshTokenKey, verifyOnThread, ...options }: Options) {
    const clientMetadata = new FetchedDocuments<OAuthClientMetadata>(
      'client metadata',
      lifetimes.CLIENT_METADATA,
    )
    const clientKeys = new FetchedDocuments<Jwks>('client keys', lifetimes.CLIENT_KEYS)
    super({ ...options, clientMetadataCache: clientMetadata, clientJwksCache: clientKeys })
    this.#refreshTokenKey = refreshTokenKey
    this.#clientMetadata = clientMetadata
    this.#clientKeys = clientKeys
    // The one method by which the provider comes to a client.
    const getClient = this.clientManager.getClient.bind(this.clientManager)
    const load = async (id: string) => withClockLeeway(await getClient(id))
    const clients = new KnownClients(load, clientMetadata, clientKeys)
    this.clientManager.getClient = (id) => clients.get(id)
    // The token of a sign-in that is not remembered names its generation (`actors/account/standing.ts`).
    const createEphemeralToken = this.signer.createEphemeralToken.bind(this.signer)
    this.signer.createEphemeralToken = (payload) => {
      const { generation } = requestScope().signInOf(payload.sub)
      return createEphemeralToken({ ...payload, generation } as typeof payload)
    }
    // The nonces follow from secret and time, so these are the provider's own.
    const nonces = new DpopNonce(options.dpopSecret)
    this.#proofs = new UsualProofs((nonce) => {
      // To ask for the next lets the oldest go.
      nonces.next()
      return nonces.check(nonce)
    }, verifyOnThread)
  }

  /** As the provider's, which is asked where the proof is not one of those that are read here. */
  override async checkDpopProof(...args: Parameters<CheckDpopProof>): ReturnType<CheckDpopProof> {
    const [method, url, { dpop }, accessToken] = args
    const proof =
      typeof dpop === 'string' && accessToken === undefined
        ? await this.#proofs.read({ proof: dpop, method, url })
        : null
    if (!proof) {
      return super.checkDpopProof(...args).catch((err) => {
        throw explainedProof(err, { proof: dpop, method, url })
      })
    }
    const isFirst = await this.replayManager.uniqueDpop(proof.jti)
    if (!isFirst) throw new InvalidDpopProofError('DPoP proof replayed')
    return proof
  }

  /**
   * As the provider's, but where the person gives up: as where it finds out by itself that a browser
   * keeps no cookies, the request ends and its app learns why.
   */
  override async authorize(...args: Parameters<Authorize>): ReturnType<Authorize> {
    const [query] = args
    const { givenUp } = requestScope()
    if (givenUp === null || !('request_uri' in query)) return super.authorize(...args)
    const requestUri = query.request_uri as RequestUri
    const { parameters } = await this.requestManager.get(requestUri, undefined, query.client_id)
    await this.requestManager.delete(requestUri)
    throw new AuthorizationError(parameters, givenUp)
  }

  override async token(...args: Parameters<Token>): Promise<TokenResponse> {
    const response = await super.token(...args).catch(async (err) => {
      const [{ client_id: clientId }, , request] = args
      if (err instanceof InvalidClientError && request.grant_type === 'refresh_token') {
        await this.#endIfKeyIsWithdrawn(clientId, request.refresh_token)
      }
      throw err
    })
    const { issuedRefreshToken: issued } = requestScope()
    if (response.refresh_token && issued) {
      response.refresh_token = writeRefreshToken(issued, this.#refreshTokenKey)
    }
    return response
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
      if (!(await this.#expireDocumentsOf(args[0].client_id))) throw err
      return super.authenticateClient(...args)
    }
  }

  /** @returns whether anything is left to fetch */
  async #expireDocumentsOf(clientId: string): Promise<boolean> {
    const { metadata } = await this.clientManager.getClient(clientId)
    const isMetadataExpired = this.#clientMetadata.expire(clientId)
    const areKeysExpired = metadata.jwks_uri ? this.#clientKeys.expire(metadata.jwks_uri) : false
    return isMetadataExpired || areKeysExpired
  }

  /** When the client's keys cannot be fetched, no session ends. */
  async #endIfKeyIsWithdrawn(clientId: string, refreshToken: string): Promise<void> {
    const presented = readRefreshToken(refreshToken, this.#refreshTokenKey)
    if (!presented) return
    requestScope().presentRefreshToken(presented)
    const session = await this.tokenManager.findToken(presented.secret)
    const client = await this.clientManager.getClient(clientId).catch(() => null)
    if (session && client && (await isKeyWithdrawn(client, session))) {
      await this.tokenManager.deleteToken(session.id)
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
    const presented = readRefreshToken(input.refresh_token, this.#refreshTokenKey)
    if (!presented) throw new InvalidGrantError('Invalid refresh token')
    requestScope().presentRefreshToken(presented)

    const tokenInfo = await this.tokenManager.consumeRefreshToken(presented.secret as RefreshToken)
    const now = new Date()
    try {
      await this.compareClientAuth(client, clientAuth, dpopProof, tokenInfo.data)
      await this.validateRefreshGrant(client, tokenInfo.data, now)
      return await this.tokenManager.rotateToken(client, clientAuth, clientMetadata, tokenInfo, now)
    } catch (err) {
      const isRefusal = err instanceof OAuthError && err.statusCode < 500
      if (isRefusal && !requestScope().issuedRefreshToken)
        await this.tokenManager.deleteToken(tokenInfo.id)
      throw err
    }
  }

  /**
   * Unlike the provider's, without a DPoP proof: RFC 7009 knows none, RFC 9449 asks for none here,
   * and client libraries send none. What fails is noted, as the provider's endpoint answers 200 all
   * the same.
   */
  override async revoke(...[credentials, { token }]: Parameters<Revoke>): Promise<void> {
    try {
      const client = await this.#authenticateAlone(credentials)
      const session = await this.#findSession(token)
      if (session && mayRevoke(client, session)) await this.tokenManager.deleteToken(session.id)
    } catch (err) {
      if (err instanceof OAuthError && err.statusCode < 500) requestScope().refuse(err)
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
      throw err instanceof OAuthError && err.statusCode < 500 ? unauthenticated(err) : err
    }
  }

  /** The session of a refresh token or an access token; null where this server knows of none. */
  async #findSession(token: string): Promise<TokenInfo | null> {
    const scope = requestScope()
    const presented = readRefreshToken(token, this.#refreshTokenKey)
    if (presented) {
      scope.presentRefreshToken(presented)
      return this.tokenManager.findToken(presented.secret)
    }
    const verified = await this.signer
      .verifyAccessToken(token as SignedJwt, { clockTolerance: Number.POSITIVE_INFINITY })
      .catch(() => null)
    if (!verified) return null
    const { sub, sid } = verified.payload
    // From before an update: nothing tells whether its session has ended, so the answer cannot be 200.
    if (typeof sid !== 'string') {
      throw new OAuthError('unsupported_token_type', 'Revoke the refresh token instead', 400)
    }
    scope.isAbout(sub)
    return this.tokenManager.getTokenInfo(sid as TokenInfo['id'])
  }
}
