import type { Secp256k1Keypair } from '@atproto/crypto'
import type { OpenidTokens } from '../clients/headless_openid.ts'
import { type Credentials, newCredentials } from '../clients/headless_sign_in.ts'
import type { Login, OAuthSession } from '../clients/oauth_session.ts'
import type { SoftAuthenticator } from '../world/browser/passkeys.ts'

/** What one client holds, by what it can be in doubt about after a fault. */
export type Facet =
  | 'account'
  | 'oauth'
  | 'legacy'
  | 'handle'
  | 'email'
  | 'posts'
  | 'factor'
  | 'openid'
  | 'standing'
  | 'password'

/** An exchanged code, as an attacker would have kept it. */
export type UsedCode = { login: Login; callback: URL }

/** Somebody with an app: what was acknowledged to them, and what they are in doubt about. */
export class Person {
  readonly credentials: Credentials
  /** Null until the sign-up was acknowledged. */
  did: string | null = null
  session: OAuthSession | null = null
  /** The code that {@link session} came from. */
  code: UsedCode | null = null
  /** Of an OpenID client. */
  openid: OpenidTokens | null = null
  legacy: { accessJwt: string; refreshJwt: string } | null = null
  /** That was begun last, and not removed for sure; whether it is there, null where that is in doubt. */
  passkey: { authenticator: SoftAuthenticator; isThere: boolean | null } | null = null
  /** The secret of an authenticator that was begun last. */
  secret: string | null = null
  /** Asked for, and no answer. */
  handleInDoubt: string | null = null
  emailInDoubt: string | null = null
  codeInDoubt: UsedCode | null = null
  passwordInDoubt: string | null = null
  /** Of before the last one was acknowledged. */
  formerPassword: string | null = null
  /** Whether the deletion was asked for. */
  isGoing = false
  /** Where it moves here: its DID, and the key that proves it. */
  mover: { did: string; signingKey: Secp256k1Keypair } | null = null
  revocationInDoubt = false
  deletionInDoubt = false
  /** URIs of the posts that were acknowledged. */
  readonly posts: string[] = []
  /** Whose end was acknowledged. */
  readonly revoked: OAuthSession[] = []
  readonly deleted: string[] = []
  readonly inDoubt = new Set<Facet>()
  /** A change of theirs may be on record for a while, during which no other one is taken. */
  isWaiting = false
  #changes = 0

  constructor() {
    this.credentials = newCredentials('fault')
  }

  /** A name that no other person asks for. */
  nextName(): string {
    return this.credentials.handle.replace(/(x\d+)?\.test$/, `x${++this.#changes}.test`)
  }
}
