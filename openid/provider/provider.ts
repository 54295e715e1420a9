import type { EventEmitter } from 'node:events'
import Provider, { type Session } from 'oidc-provider'
import { recordNonce } from '../../actors/auth/flow.ts'
import { NONCE_MEMORY } from '../../base/lifetimes.ts'
import { logFault } from '../../base/watching/request_fault.ts'
import type { Services } from '../../sagas/services/services.ts'
import { requestScope } from '../../stores/request_scope.ts'
import type { Profiles } from '../claims/profile.ts'
import { takeScopesOfResources } from '../clients/client_scope.ts'
import { hashClientSecret, keptSecret } from '../clients/client_secret.ts'
import { forgetSpoiledClients } from '../clients/find_client.ts'
import { newFetchedKeys } from '../clients/fresh_keys.ts'
import { takeOwnMetadata } from '../clients/own_metadata.ts'
import { keepSecretsBack, nameRegistrationTokens } from '../clients/registration.ts'
import { takeUsualKeys } from '../clients/usual_keys.ts'
import { askBeforeLeading } from '../interaction/led_by_link.ts'
import type { PrivateJwk } from '../keys.ts'
import { OPENID } from '../paths.ts'
import { spellResources } from '../resources/resource_spelling.ts'
import { signOutWithoutWayBack } from '../sign_out/unregistered_way_back.ts'
import { noted } from '../storage/noted_faults.ts'
import { chainOfIssued, openidScope } from '../storage/scope.ts'
import type { Storage } from '../storage/stored.ts'
import { type NamedKind, newGrantId } from '../storage/token_names.ts'
import { noteOfflineAccess } from '../tokens/offline_access.ts'
import { tellScopesLeft } from '../tokens/resource_tokens.ts'
import { configure } from './configuration.ts'
import { explainRefusals } from './refusals.ts'

/** @param keys those that sign first */
export function createOpenidProvider(
  storage: Storage,
  services: Services,
  profiles: Profiles,
  keys: readonly PrivateJwk[],
): Provider {
  const fetched = newFetchedKeys()
  const provider = new Provider(
    services.settings.publicUrl + OPENID,
    configure(storage, services, profiles, keys, fetched),
  )
  // The address is ours, and comes in headers that are written here (`openid/handler.ts`).
  provider.proxy = true
  const { log } = services
  const note = (err: unknown) => {
    // That of an actor is said with the answer.
    if (!requestScope().fault) logFault(log, err, 'the OpenID provider failed')
  }
  provider.on('server_error', (_, err) => note(err))
  const koa: EventEmitter = provider
  koa.on('error', note)
  provider.use(async (ctx, next) => {
    await next()
    openidScope().clientId = ctx.oidc?.client?.clientId
  })
  nameTokens(provider, storage)
  nameRegistrationTokens(provider)
  nameSessions(provider, storage)
  compareSecretsByHash(provider)
  recordReplays(provider, storage)
  keepSecretsBack(provider)
  tellScopesLeft(provider)
  explainRefusals(provider)
  askBeforeLeading(provider)
  takeScopesOfResources(provider)
  takeOwnMetadata(provider)
  spellResources(provider)
  noteOfflineAccess(provider)
  takeUsualKeys(provider, fetched)
  forgetSpoiledClients(provider)
  signOutWithoutWayBack(provider, log)
  return provider
}

type Identified = { generateTokenId(): string }

/** Has codes and tokens say where they are kept. */
function nameTokens(provider: Provider, { names }: Storage): void {
  type Token = Identified & {
    kind: NamedKind
    format?: 'opaque' | 'jwt'
    accountId?: string
    grantId?: string
  }
  const { AuthorizationCode, AccessToken, RefreshToken } = provider
  for (const { prototype } of [AuthorizationCode, AccessToken, RefreshToken] as unknown as {
    prototype: Identified
  }[]) {
    const { generateTokenId } = prototype
    prototype.generateTokenId = function (this: Token) {
      // It decides on the format of an access token, too.
      generateTokenId.call(this)
      const { kind, format, accountId: did = '', grantId = '' } = this
      if (format === 'jwt') {
        return names.write({ kind: 'ResourceToken', did, grantId, chain: chainOfIssued() })
      }
      const next = kind === 'RefreshToken' ? openidScope().issued?.spent?.next : null
      return next ?? names.write({ kind, did, grantId, chain: chainOfIssued() })
    }
  }
  const device = provider.DeviceCode.prototype as unknown as Identified
  device.generateTokenId = function (this: Identified & { userCode: string }) {
    return names.writeDeviceCode(this.userCode)
  }
  const grant = provider.Grant.prototype as unknown as Identified
  grant.generateTokenId = newGrantId
}

/** Has sessions of browsers say where they are kept, too, and get a new secret where somebody signs in. */
function nameSessions(provider: Provider, { names }: Storage): void {
  const session = provider.Session.prototype as Provider['Session']['prototype'] & {
    id: string
    oldId?: string | undefined
    touched?: boolean
  }
  const { loginAccount, resetIdentifier, save } = session
  session.resetIdentifier = function () {
    // Not one that was never kept.
    const kept = this.oldId ?? this.id
    resetIdentifier.call(this)
    // That of an account keeps its row, which gets the new id.
    this.oldId = names.read('Session', kept) ? undefined : kept
    if (this.accountId)
      this.id = names.write({ kind: 'Session', did: this.accountId, grantId: '', chain: '' })
  }
  session.save = async function (ttl) {
    try {
      // The browser would not be told of its new secret.
      if (requestScope().fault) return ''
      forgetAskedOnly(this.authorizations)
      const kept = await save.call(this, ttl)
      openidScope().isSessionKept = true
      return kept
    } finally {
      // A session that could not be kept is not kept again by the page that says so.
      this.touched = false
    }
  }
  session.loginAccount = function (details) {
    loginAccount.call(this, details)
    this.resetIdentifier()
  }
}

/** The provider notes each client that it looks for, and anybody can lead a browser to any number of them. */
function forgetAskedOnly(authorizations: Session['authorizations'] = {}): void {
  for (const [clientId, { grantId }] of Object.entries(authorizations)) {
    if (grantId === undefined) delete authorizations[clientId]
  }
}

/** A secret of a client is known by its hash. */
function compareSecretsByHash(provider: Provider): void {
  provider.Client.prototype.compareClientSecret = function (actual: string) {
    return this.clientSecret === keptSecret(hashClientSecret(actual))
  }
}

/** The provider looks and then writes; two at once would both be the first. */
function recordReplays(provider: Provider, { flow }: Storage): void {
  const replay = provider.ReplayDetection as unknown as {
    unique(iss: string, jti: string, exp: number): Promise<boolean>
  }
  replay.unique = async (iss, jti, exp) => {
    // A proof may be dated as far ahead as it may be old.
    const lasts = Math.max(exp * 1_000 - Date.now(), NONCE_MEMORY)
    const namespace = `openid ${iss}`
    // What a proof comes with is spent with the answer.
    const isSpent = false
    return noted(() => recordNonce(flow, { namespace, nonce: jti, lasts, isSpent }))
  }
}
