import type { Asked } from '../../../lab/world/app/app.ts'
import { PAGE_API } from '../../../oauth/paths.ts'
import { providerRoutes } from '../../../oauth/routes.ts'
import { OPERATOR_PATH } from '../../../operator/handler.ts'
import { methodRoutes } from '../../../xrpc/routes.ts'
import { targetOf } from './target.ts'

/** A request as its route is meant to be asked; the body is an object, to be spelt in many ways. */
export type Meant = Omit<Asked, 'headers' | 'body'> & {
  method: string
  headers: Record<string, string>
  body: Record<string, unknown> | null
  /** The first of the media types that the route takes. */
  type: string
}

/** Who is asked about, and somebody else whom a second reading might find. */
export const VICTIM = { handle: 'victim.test', email: 'victim@mail.internal', password: 'secret 1' }
export const OTHER = 'other.test'

export const FORM = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'
const CSRF = 'c5f'.repeat(8)
const ORIGIN = 'http://localhost:2600'

const ofPage = {
  origin: ORIGIN,
  referer: `${ORIGIN}/account`,
  cookie: `csrf-token=${CSRF}`,
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-site': 'same-origin',
  'x-csrf-token': CSRF,
}
const ofBrowser = {
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

/** What lets a request come as far as to be about somebody; elsewhere an empty object says enough. */
const bodies = (did: string): Record<string, Record<string, unknown>> => ({
  'com.atproto.server.createSession': { identifier: VICTIM.handle, password: 'wrong' },
  'com.atproto.server.requestPasswordReset': { email: VICTIM.email },
  'com.atproto.server.deleteAccount': { did, password: 'wrong', token: 'AAAAA-AAAAA' },
  'com.atproto.server.resetPassword': { token: 'AAAAA-AAAAA', password: 'another password' },
  'com.atproto.server.createAccount': { handle: 'new.test', email: 'a@b.test', password: 'x' },
  'sign-in': { form: 'x', username: VICTIM.handle, password: 'wrong password' },
  'reset-password': { form: 'x', email: VICTIM.email },
  'new-password': { form: 'x', code: 'AAAAA-AAAAA', password: 'another password' },
  permissions: { form: 'x' },
  consent: { form: 'x' },
  '~api/sign-in': { locale: 'en', username: VICTIM.handle, password: 'wrong password' },
  '~api/reset-password-request': { locale: 'en', email: VICTIM.email },
  '~api/reset-password-confirm': { token: 'AAAAA-AAAAA', password: 'another password' },
  '~api/verify-handle-availability': { handle: 'free.test' },
  '~api/verify-email-confirm': { did, token: 'AAAAA-AAAAA', email: VICTIM.email },
  '~api/delete-account-confirm': { did, token: 'AAAAA-AAAAA', password: 'wrong password' },
  par: { client_id: 'http://localhost', state: 'x', response_type: 'code' },
  token: { client_id: 'http://localhost', grant_type: 'refresh_token', refresh_token: 'x' },
  revoke: { client_id: 'http://localhost', token: 'x' },
})

const elsewhere = [
  ['did.json', '/.well-known/did.json'],
  ['atproto-did', '/.well-known/atproto-did'],
  ['passkey endpoints', '/.well-known/passkey-endpoints'],
  ['tls-check', '/tls-check'],
  ['home', '/'],
] as const

/**
 * One request for each route there is, by the route's name: methods, endpoints of the provider, calls
 * of its pages, documents, a method of the PDS and the operator's API.
 */
export function everyRequest(did: string, operatorToken: string): [name: string, Meant][] {
  const known = bodies(did)
  const ofRoutes = [...methodRoutes, ...providerRoutes].map((shape): [string, Meant] => {
    const { name, path, methods, body, door } = shape
    const isForm = body === 'form'
    const takesBody = body === 'json' || body === 'form or json' || isForm
    const headers =
      door.name === 'page api'
        ? ofPage
        : isForm
          ? { ...ofBrowser, origin: ORIGIN, 'sec-fetch-site': 'same-origin' }
          : door.name === 'page'
            ? ofBrowser
            : {}
    return [
      name,
      {
        method: isForm ? 'POST' : (methods[0] as string),
        target: targetOf(path),
        headers,
        body: takesBody ? (known[name] ?? {}) : null,
        type: body === 'form or json' || isForm ? FORM : JSON_TYPE,
      },
    ]
  })
  const documents = elsewhere.map(([name, target]): [string, Meant] => [
    name,
    { method: 'GET', target, headers: { host: VICTIM.handle }, body: null, type: JSON_TYPE },
  ])
  return [
    ...ofRoutes,
    ...documents,
    [
      'passed on',
      { method: 'GET', target: '/xrpc/com.example.list', headers: {}, body: null, type: JSON_TYPE },
    ],
    [
      'operator',
      {
        method: 'POST',
        target: `${OPERATOR_PATH}status`,
        headers: { authorization: `Bearer ${operatorToken}` },
        address: '127.0.0.1',
        body: {},
        type: JSON_TYPE,
      },
    ],
  ]
}

/** The calls of the pages that the provider's own source defines. */
export const pageCallsIn = (source: string): string[] =>
  [...source.matchAll(/endpoint: '\/([a-z-]+)'/g)].map(([, name]) => `${PAGE_API}/${name}`)

/** A request as its route is meant to be asked. */
export function asMeant({ body, type, headers, ...meant }: Meant): Asked {
  if (body === null) return { ...meant, headers: Object.entries(headers) }
  const text = type === FORM ? String(toForm(body)) : JSON.stringify(body)
  return { ...meant, headers: [...Object.entries(headers), ['content-type', type]], body: text }
}

export function toForm(body: Record<string, unknown>): URLSearchParams {
  return new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)]))
}
