import type { IncomingMessage } from 'node:http'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import {
  oauthAuthorizationRequestParSchema,
  oauthClientCredentialsSchema,
  oauthTokenIdentificationSchema,
  oauthTokenRequestSchema,
} from '@atproto/oauth-types'
import { FORM } from '../../http/body/read_body.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../../http/message.ts'
import { PAR, REVOKE, TOKEN } from '../paths.ts'

type Provider = Pick<
  OAuthProvider,
  | 'issuer'
  | 'deviceManager'
  | 'nextDpopNonce'
  | 'checkDpopProof'
  | 'pushedAuthorizationRequest'
  | 'token'
  | 'revoke'
>
type Credentials = Parameters<OAuthProvider['token']>[0]
type Proof = Parameters<OAuthProvider['token']>[3]
type Call = (provider: Provider, credentials: Credentials, proof: Proof) => Promise<object>

/** What an endpoint is asked for by a form; null where the form does not say that. */
type Read = (form: unknown, request: HttpRequest) => Call | null

type Parsed<T> = { success: boolean; data?: T }

/** Reads what the provider's own schema takes. */
const reading =
  <T>(
    schema: { safeParse(form: unknown): Parsed<T> },
    toCall: (asked: T, request: HttpRequest) => Call,
  ): Read =>
  (form, request) => {
    const { success, data } = schema.safeParse(form)
    return success ? toCall(data as T, request) : null
  }

const ENDPOINTS: ReadonlyMap<string, { status: number; read: Read }> = new Map([
  [
    PAR,
    {
      status: 201,
      read: reading(
        oauthAuthorizationRequestParSchema,
        (asked) => (provider, credentials, proof) =>
          provider.pushedAuthorizationRequest(credentials, asked, proof),
      ),
    },
  ],
  [
    TOKEN,
    {
      status: 200,
      read: reading(
        oauthTokenRequestSchema,
        (asked, request) => (provider, credentials, proof) =>
          provider.token(credentials, metadataOf(provider, request), asked, proof),
      ),
    },
  ],
  [
    REVOKE,
    {
      status: 200,
      read: reading(
        oauthTokenIdentificationSchema,
        (asked) => async (provider, credentials, proof) => {
          await provider.revoke(credentials, asked, proof)
          return {}
        },
      ),
    },
  ],
])

/** What those who want JSON, or say nothing, send as `Accept`. */
const TAKES_JSON: readonly (string | undefined)[] = [undefined, '*/*', 'application/json']

/**
 * Answers the calls of apps that succeed: pushed requests, exchanges, refreshes and revocations that come as a form. The
 * provider's endpoints read the form from a stream through a pipeline, and find their route among all of its pages.
 *
 * Nothing is refused here. A call of another form, and one that does not succeed, goes to the provider's own endpoint, so
 * that every refusal is that one's; what was judged for the request is not judged again (`RequestScope.once`).
 *
 * @param endpoints the provider's
 */
export function answeringUsualCalls(provider: Provider, endpoints: HttpHandler): HttpHandler {
  return async (request) => (await answerUsual(provider, request)) ?? endpoints(request)
}

async function answerUsual(provider: Provider, request: HttpRequest): Promise<HttpResponse | null> {
  const { method, url, headers } = request
  const endpoint = method === 'POST' ? ENDPOINTS.get(url.pathname) : undefined
  if (!endpoint || !isUsual(request)) return null
  try {
    // The schemas throw at some forms, such as one whose redirect URI is no URL.
    const form = Object.fromEntries(new URLSearchParams(String(request.body)))
    const credentials = oauthClientCredentialsSchema.safeParse(form)
    const call = endpoint.read(form, request)
    if (!credentials.success || !call) return null
    const nonce = provider.nextDpopNonce()
    const here = new URL(url.pathname + url.search, provider.issuer)
    const proof = await provider.checkDpopProof(method, here, { dpop: headers.get('dpop') })
    const answer = await call(provider, credentials.data, proof)
    const body = Buffer.from(JSON.stringify(answer))
    return { status: endpoint.status, headers: headersOf(nonce), body }
  } catch {
    return null
  }
}

function isUsual({ headers, body }: HttpRequest): boolean {
  const isForm = headers.get('content-type') === FORM
  return isForm && Buffer.isBuffer(body) && TAKES_JSON.includes(headers.get('accept'))
}

/** From where a client asks, as the provider finds that in a request of Node.js. */
function metadataOf({ deviceManager }: Provider, { headers, peer }: HttpRequest) {
  const socket = { remoteAddress: peer.address, remotePort: peer.port }
  const asked = { headers: Object.fromEntries(headers), socket }
  return deviceManager.getRequestMetadata(asked as unknown as IncomingMessage)
}

/** As the provider's endpoints have them, in their order. */
const headersOf = (nonce: string | undefined): HttpResponse['headers'] => [
  ['access-control-max-age', '86400'],
  ['access-control-allow-origin', '*'],
  ['access-control-allow-methods', '*'],
  ['access-control-allow-headers', 'Content-Type,DPoP'],
  ['cache-control', 'no-store'],
  ['pragma', 'no-cache'],
  ...(nonce === undefined
    ? []
    : ([
        ['dpop-nonce', nonce],
        ['access-control-expose-headers', 'DPoP-Nonce'],
      ] as const satisfies HttpResponse['headers'])),
  ['content-type', 'application/json'],
]
