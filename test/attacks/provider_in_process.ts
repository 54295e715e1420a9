import { generateKeySync, randomBytes } from 'node:crypto'
import { InvalidRequestError } from '@atproto/oauth-provider/errors'
import { JoseKey } from '@atproto/oauth-provider/provider'
import { accountFunctions } from '../../actors/account/index.ts'
import { ownerHere } from '../../actors/auth/owners.ts'
import { UnavailableError } from '../../base/errors.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { listSessions } from '../../database/account/session.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'
import { EntrywayProvider } from '../../oauth/provider/entryway_provider.ts'
import type { Services } from '../../sagas/services/services.ts'
import { createStores } from '../../stores/index.ts'
import { inRequestScope, requestScope } from '../../stores/request_scope.ts'
import { basisOf } from '../shared/basis.ts'
import { SCOPE } from '../shared/people/attacker.ts'

const DID = 'did:plc:abcdefghijklmnopqrstuvwx'
const REDIRECT_URI = 'http://127.0.0.1/callback'
const PROOF = { jti: 'jti', jkt: 'jkt', htm: 'POST', htu: 'http://localhost/oauth/token' }
const ISSUER = 'http://localhost'
const BROWSER = { ipAddress: '127.0.0.1', port: 1, userAgent: 'test' }

/**
 * The provider over its stores and one account, in this process, where its hooks and the account
 * can be made to fail.
 *
 * @param scope that the client asks for
 */
export async function providerInProcess(scope = SCOPE) {
  const asking = { client_id: loopbackClientId(REDIRECT_URI, scope) }
  const flow = openSealed(':memory:', flowSchema)
  const owner = ownerHere(flow, openDatabase(':memory:', limitsSchema))
  const account = openDatabase(':memory:', accountSchema)
  accountFunctions.create(account, {
    did: DID,
    handle: 'someone.test',
    email: 'someone@mail.internal',
    pdsDid: 'did:web:pds.test',
    passwordScrypt: 'salt:hash',
  })
  let failingHook: 'plain' | 'oauth' | null = null
  let failingAction: string | null = null
  const isFailing = (action: string) => action === failingAction
  const services = {
    actors: { account: () => handleOf(account, isFailing), directory: {} },
    settings: { publicUrl: ISSUER },
  } as unknown as Services
  const provider = new EntrywayProvider({
    issuer: ISSUER,
    keyset: [await JoseKey.generate(['ES256'])],
    store: createStores(() => owner, services),
    dpopSecret: randomBytes(32),
    refreshTokenKey: generateKeySync('hmac', { length: 256 }),
    carried: { find: async () => null, secret: () => null },
    narrowRequest: async () => {},
    keepRequest: async () => {},
    reopenRequest: async () => {},
    onReuse: async () => {},
    onRefusedRefresh: () => {},
    verifyOnThread: () => false,
    onTokenRefreshed: () => {
      if (failingHook === 'plain') throw new Error('The hook failed')
      if (failingHook === 'oauth') throw new InvalidRequestError('The hook failed')
    },
  })
  const token = async (request: object): Promise<string> => {
    const answer = await inRequestScope(() =>
      provider.token(asking as never, BROWSER, request as never, PROOF as never),
    )
    return answer.refresh_token as string
  }

  return {
    provider,
    flow,
    /** @returns the refresh token of a new session */
    signIn: async (): Promise<string> => {
      const verifier = randomBytes(32).toString('base64url')
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
      const parameters = {
        ...asking,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope,
        state: 'state',
        code_challenge: Buffer.from(digest).toString('base64url'),
        code_challenge_method: 'S256',
      }
      const code = await inRequestScope(async () => {
        const pushed = await provider.pushedAuthorizationRequest(
          asking as never,
          parameters as never,
          PROOF as never,
        )
        const requestUri = pushed.request_uri as never
        const deviceId = `dev-${'0'.repeat(32)}` as never
        await provider.requestManager.get(requestUri, deviceId)
        const client = await provider.clientManager.getClient(asking.client_id)
        requestScope().provesSignIn(DID, basisOf(account))
        const found = await provider.accountManager.getAccount(DID as never)
        return provider.requestManager.setAuthorized(
          requestUri,
          client,
          found.account,
          deviceId,
          BROWSER,
        )
      })
      return token({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: REDIRECT_URI,
      })
    },
    /** @returns the next refresh token */
    refresh: (refreshToken: string) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    failHook: (how: typeof failingHook) => {
      failingHook = how
    },
    failAction: (name: string | null) => {
      failingAction = name
    },
    sessions: () => listSessions(account),
    close: () => {
      closeDatabase(flow)
      closeDatabase(account)
    },
  }
}

function handleOf(db: Db, isFailing: (action: string) => boolean): object {
  const functions = accountFunctions as unknown as Record<string, (...args: unknown[]) => unknown>
  return new Proxy(
    {},
    {
      get:
        (_, action: string) =>
        async (...args: unknown[]) => {
          if (isFailing(action)) throw new UnavailableError('The account actor')
          return functions[action]?.(db, ...args)
        },
    },
  )
}
