import { InvalidGrantError, OAuthError } from '@atproto/oauth-provider/errors'
import type { Client, ClientAuth, DpopProof, RequestMetadata } from '@atproto/oauth-provider/hooks'
import { OAuthProvider, type OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import type { RefreshToken } from '@atproto/oauth-provider/store'
import { decodeJwt } from 'jose'
import { requestScope } from '../../stores/request_scope.ts'
import { readRefreshToken, writeRefreshToken } from '../../tokens/refresh_token.ts'

type Token = OAuthProvider['token']
type Revoke = OAuthProvider['revoke']
type TokenResponse = Awaited<ReturnType<Token>>

/**
 * The provider, with what an entryway does otherwise: refresh tokens name their account, a refresh
 * may be retried, and a fault of the server never costs a session. It uses the provider's own
 * extension points, the protected methods.
 */
export class EntrywayProvider extends OAuthProvider {
  readonly #refreshTokenKey: Uint8Array

  constructor({
    refreshTokenKey,
    ...options
  }: OAuthProviderOptions & { refreshTokenKey: Uint8Array }) {
    super(options)
    this.#refreshTokenKey = refreshTokenKey
  }

  override async token(...args: Parameters<Token>): Promise<TokenResponse> {
    const response = await super.token(...args)
    const { issued } = requestScope()
    if (response.refresh_token && issued) {
      response.refresh_token = writeRefreshToken(issued, this.#refreshTokenKey)
    }
    return response
  }

  /**
   * As the provider's, but for what revokes the session: a replayed token or a client that is not
   * the one it was issued to. Where the server failed, the client may simply try again.
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
    requestScope().presented = presented

    const tokenInfo = await this.tokenManager.consumeRefreshToken(presented.secret as RefreshToken)
    const now = new Date()
    try {
      await this.compareClientAuth(client, clientAuth, dpopProof, tokenInfo.data)
      await this.validateRefreshGrant(client, tokenInfo.data, now)
      return await this.tokenManager.rotateToken(client, clientAuth, clientMetadata, tokenInfo, now)
    } catch (err) {
      if (err instanceof OAuthError) await this.tokenManager.deleteToken(tokenInfo.id)
      throw err
    }
  }

  override async revoke(...[credentials, { token }, dpopProof]: Parameters<Revoke>) {
    const scope = requestScope()
    const presented = readRefreshToken(token, this.#refreshTokenKey)
    if (presented) scope.presented = presented
    else scope.did = subjectOf(token)
    await super.revoke(credentials, { token: presented?.secret ?? token }, dpopProof)
  }
}

/** The account a JWT claims to be of; the provider verifies the JWT afterwards. */
function subjectOf(token: string): string {
  try {
    return decodeJwt(token).sub ?? ''
  } catch {
    return ''
  }
}
