import { JoseKey } from '@atproto/oauth-provider/provider'
import type { Secrets } from '../../base/secrets/secrets.ts'
import { Es256k } from '../../tokens/es256k.ts'
import { signJwt } from '../../tokens/jwt.ts'

type CreateJwt = JoseKey['createJwt']

/**
 * The provider's signing key. It has no key id: the PDS loads the public half without one, too, and
 * would find no key for a token that names one.
 */
export class SigningKey extends JoseKey {
  readonly #es256k: Es256k

  private constructor(jwk: ConstructorParameters<typeof JoseKey>[0], es256k: Es256k) {
    super(jwk)
    this.#es256k = es256k
  }

  static async of(secrets: Secrets): Promise<SigningKey> {
    const { jwk } = await JoseKey.fromKeyLike(secrets.jwtPrivateKey, undefined, 'ES256K')
    return new SigningKey(jwk, new Es256k(secrets))
  }

  override async createJwt(...[header, claims]: Parameters<CreateJwt>): ReturnType<CreateJwt> {
    return (await signJwt(this.#es256k, header, claims)) as Awaited<ReturnType<CreateJwt>>
  }
}
