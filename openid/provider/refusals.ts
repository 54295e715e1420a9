import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { RETRY_SECONDS } from '../../http/answers/retry_after.ts'
import { isUnreached, UNAVAILABLE } from '../clients/unreached.ts'
import { DEVICE_GRANT } from '../device_grant.ts'
import { openidScope } from '../storage/scope.ts'

/** What the provider tells of a refusal; it has more to say to those who listen to its events. */
type Refusal = errors.OIDCProviderError & { error_detail?: unknown }
type Told = { error: string; description: string | undefined }

/** By the endpoint that refuses. */
const EVENTS = [
  'authorization.error',
  'pushed_authorization_request.error',
  'device_authorization.error',
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'registration_create.error',
  'registration_read.error',
  'registration_update.error',
  'registration_delete.error',
] as const

/**
 * Of these the description is always the same, or names a whole, and the detail says what it was. Not of a client's
 * document: what is told of an address that cannot be fetched tells what is in this network.
 */
const DETAILED = [
  errors.InvalidGrant,
  errors.InvalidToken,
  errors.InvalidClientAuth,
  errors.InvalidRequestObject,
  errors.InvalidDpopProof,
]

/** Found by its secret alone, so nothing tells these apart. */
const NOT_FOUND = / not found$/
const WHY_NOT_FOUND = ' not found: it never was, has expired, was used or has ended'

/** Of these it says nothing beside the error. */
const UNSAID: Readonly<Record<string, string>> = {
  request_uri_not_supported: 'request_uri may name only what the client has pushed',
  registration_not_supported: 'a client registers before it asks for anything',
}

/** Has refusals say what was wrong, by the error that the standard has for it. */
export function explainRefusals(provider: Provider): void {
  const note = (ctx: KoaContextWithOIDC, refusal: Refusal) => {
    openidScope().refusal = { before: toldAs(refusal), told: explained(ctx, refusal) }
  }
  for (const event of EVENTS) provider.on(event as 'grant.error', note)
  provider.use(async (ctx, next) => {
    await next()
    const { refusal } = openidScope()
    if (refusal) retell(ctx, refusal)
  })
}

function explained(ctx: KoaContextWithOIDC, refusal: Refusal): Told {
  const { error, description = UNSAID[error] ?? '' } = toldAs(refusal)
  const { error_detail: detail } = refusal
  const isDetailed = DETAILED.some((each) => refusal instanceof each)
  const why = isDetailed && typeof detail === 'string' && detail !== description ? detail : ''
  const said = why.replace(NOT_FOUND, isOfSecret(refusal) ? WHY_NOT_FOUND : '$&')
  const told = [description, said].filter(Boolean).join(': ')
  return { error: errorOf(ctx, refusal) ?? error, description: told || undefined }
}

const isOfSecret = (refusal: Refusal) =>
  refusal instanceof errors.InvalidGrant || refusal instanceof errors.InvalidToken

/**
 * RFC 6749 sections 4.1.2.1 and 5.2, where the provider says `invalid_request`. Where it could not look at what a client
 * publishes it says that the client is wrong, and a program forgets all that it was given.
 */
function errorOf({ oidc, headers }: KoaContextWithOIDC, refusal: Refusal): string | null {
  if (isUnreached(refusal)) return UNAVAILABLE
  if (!(refusal instanceof errors.InvalidRequest)) return null
  const { client, params = {}, route } = oidc
  const { grant_type: grant, response_type: response } = params
  if (!client) {
    const { client_id: id, client_assertion: assertion } = oidc.body ?? {}
    const isNamed = [id, assertion, headers.authorization].some((each) => each !== undefined)
    return AUTHENTICATING.includes(route) && !isNamed ? 'invalid_client' : null
  }
  const asked =
    route === 'device_authorization' ? DEVICE_GRANT : route === 'token' ? grant : undefined
  const isRefused = typeof asked === 'string' && !client.grantTypeAllowed(asked)
  const isUntaken = typeof response === 'string' && !client.responseTypeAllowed(response as 'code')
  return isRefused || isUntaken ? 'unauthorized_client' : null
}

/** Where clients say who they are. */
const AUTHENTICATING: readonly string[] = [
  'pushed_authorization_request',
  'device_authorization',
  'token',
  'introspection',
  'revocation',
]

const toldAs = ({ error, error_description: description }: Refusal): Told => ({
  error,
  description,
})

/** Puts other words in place of the provider's, wherever the answer has them. */
function retell(ctx: { body?: unknown; response: Answer }, { before, told }: Retold): void {
  const { response } = ctx
  if (isRefusal(ctx.body)) {
    const { error: _, error_description: __, ...others } = ctx.body
    const { error, description } = told
    ctx.body = { error, ...(description && { error_description: description }), ...others }
    if (error === 'invalid_client') response.status = 401
    if (error === UNAVAILABLE) {
      response.status = 503
      response.set('retry-after', String(RETRY_SECONDS))
    }
  }
  for (const [name, written] of [
    ['location', inAddress],
    ['www-authenticate', inChallenge],
  ] as const) {
    const header = response.get(name)
    const retold = (one: string) => one.replace(written(before), () => written(told))
    // Several challenges are several headers.
    if (header) response.set(name, Array.isArray(header) ? header.map(retold) : retold(header))
  }
}

type Answer = {
  status: number
  get(name: string): string | string[]
  set(name: string, value: string | string[]): void
}
type Retold = { before: Told; told: Told }

const isRefusal = (body: unknown): body is { error: string; error_description?: string } =>
  typeof body === 'object' && body !== null && 'error' in body

/** As the provider writes them (RFC 6749 section 4.1.2.1). */
const inAddress = ({ error, description }: Told) =>
  String(new URLSearchParams({ error, ...(description && { error_description: description }) }))

/** The same (RFC 6750 section 3, RFC 9110 section 5.6.4). */
const inChallenge = ({ error, description = '' }: Told) =>
  `error="${quoted(error)}", error_description="${quoted(description)}"`

const quoted = (text: string) => text.replace(/[\\"]/g, '\\$&')
