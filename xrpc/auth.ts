import { timingSafeEqual } from 'node:crypto'
import { getVerificationMaterial } from '@atproto/common'
import { getDidKeyFromMultibase } from '@atproto/identity'
import {
  AuthRequiredError,
  ForbiddenError,
  InvalidRequestError,
  type MethodAuthVerifier,
  parseReqNsid,
  verifyJwt,
} from '@atproto/xrpc-server'
import { decodeJwt } from 'jose'
import type { Services } from '../actors/services.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'
import { LegacyScope, LegacyTokens } from '../tokens/legacy_tokens.ts'
import { toXrpcError } from './errors.ts'

type Call = Parameters<MethodAuthVerifier>[0]
type Request = Call['req']

/** Somebody who proved to be the owner of an account. */
export type UserCredentials = {
  type: 'access' | 'service'
  did: string
  scope: LegacyScope | null
}
export type RefreshCredentials = { type: 'refresh'; did: string; jti: string }

/** The ways to authorise a call to the entryway, as verifiers for `@atproto/xrpc-server`. */
export type Auth = ReturnType<typeof createAuth>

export function createAuth(services: Services) {
  const tokens = new LegacyTokens(services.secrets, services.settings.did)

  /** An access JWT of this entryway, for the PDS that the account lives on. */
  async function access(req: Request, scopes: readonly LegacyScope[]): Promise<UserCredentials> {
    const claims = await tokens.verifyAccess(bearer(req)).catch(toXrpcError)
    if (!scopes.includes(claims.scope))
      throw new InvalidRequestError('Bad token scope', 'InvalidToken')
    const account = await existing(claims.did)
    if (claims.audience !== account.pdsDid) {
      throw new InvalidRequestError('Token could not be verified', 'InvalidToken')
    }
    return { type: 'access', did: claims.did, scope: claims.scope }
  }

  /**
   * A service JWT signed by the repo key of the account, as its PDS sends it; on a bad signature
   * the DID document is resolved once more without cache.
   */
  async function service(req: Request): Promise<UserCredentials> {
    const payload = await verifyJwt(
      bearer(req),
      services.settings.did,
      parseReqNsid(req),
      async (issuer, forceRefresh) => {
        const did = issuer.split('#')[0] as string
        const document = await services.identity.did.resolve(did, forceRefresh)
        const material = document && getVerificationMaterial(document, 'atproto')
        const key = material && getDidKeyFromMultibase(material)
        if (!key) throw new AuthRequiredError('missing or bad key in did doc')
        return key
      },
    )
    const did = payload.iss.split('#')[0] as string
    await existing(did)
    return { type: 'service', did, scope: null }
  }

  async function existing(did: string): Promise<AccountRow> {
    const known = await services.actors.directory.find(did)
    const account = known && (await services.actors.account(did).read())
    if (!account) throw new ForbiddenError('Account not found', 'AccountNotFound')
    return account
  }

  function isBasic(req: Request, passwords: string[]): boolean {
    const [scheme, encoded = ''] = req.headers.authorization?.split(' ') ?? []
    if (scheme?.toLowerCase() !== 'basic') return false
    const [user, ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
    const given = Buffer.from(rest.join(':'))
    // Each is compared, so that the time says nothing about which one nearly fitted.
    const fits = passwords.map((password) => {
      const expected = Buffer.from(password)
      return expected.length === given.length && timingSafeEqual(expected, given)
    })
    return user === 'admin' && fits.includes(true)
  }

  return {
    tokens,

    /** The account's owner, by access JWT or by service JWT of the PDS. */
    user:
      (scopes: readonly LegacyScope[] = STANDARD) =>
      async ({ req, res }: Call): Promise<{ credentials: UserCredentials }> => {
        privately(res)
        const credentials = isServiceJwt(req) ? await service(req) : await access(req, scopes)
        return { credentials }
      },

    /** Only from the PDS. */
    service: async ({ req, res }: Call) => {
      privately(res)
      return { credentials: await service(req) }
    },

    refresh:
      ({ allowExpired = false } = {}) =>
      async ({ req, res }: Call): Promise<{ credentials: RefreshCredentials }> => {
        privately(res)
        const claims = await tokens.verifyRefresh(bearer(req), { allowExpired }).catch(toXrpcError)
        if (claims.scope !== LegacyScope.Refresh) {
          throw new InvalidRequestError('Bad token scope', 'InvalidToken')
        }
        if (!claims.jti) {
          throw new AuthRequiredError('Unexpected missing refresh token id', 'MissingTokenId')
        }
        return { credentials: { type: 'refresh', did: claims.did, jti: claims.jti } }
      },

    /** The operator, with the entryway's own admin password or that of a PDS behind it. */
    admin: async ({ req, res }: Call) => {
      privately(res)
      const pdses = await services.actors.directory.listPdses()
      const passwords = [services.secrets.adminPassword, ...pdses.map((pds) => pds.adminPassword)]
      if (!isBasic(req, passwords)) throw new AuthRequiredError()
      return { credentials: { type: 'admin' as const } }
    },
  }
}

/** App passwords may do what they may on a PDS; methods that need more ask for `Access` alone. */
export const STANDARD = [
  LegacyScope.Access,
  LegacyScope.AppPass,
  LegacyScope.AppPassPrivileged,
] as const
export const FULL = [LegacyScope.Access] as const

function bearer(req: Request): string {
  const [scheme, token, ...more] = req.headers.authorization?.split(' ') ?? []
  if (!scheme) throw new AuthRequiredError(undefined, 'AuthMissing')
  if (!token || more.length) {
    throw new InvalidRequestError('Malformed authorization header', 'InvalidToken')
  }
  if (scheme.toLowerCase() !== 'bearer') {
    throw new InvalidRequestError('Unexpected authorization type', 'InvalidToken')
  }
  return token
}

/** Service JWTs name the method they are for; access JWTs never do. */
function isServiceJwt(req: Request): boolean {
  try {
    return decodeJwt(bearer(req))['lxm'] !== undefined
  } catch {
    return false
  }
}

function privately(res: Call['res']): void {
  res.setHeader('Cache-Control', 'private')
  res.vary('Authorization')
}
