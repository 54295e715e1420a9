import { ACCOUNT, type Action, AUTHORIZE, formPath, PAGE_API } from '../../oauth/paths.ts'
import { type Cook, pickRoute, plain } from './cook.ts'
import type { Pairs } from './recipe.ts'
import type { Target } from './target.ts'

const CSRF: Pairs = [['csrf-token', 'c5f'.repeat(8)]]

export const authorize: Cook = ({ attacker, requestUri }) => ({
  ...plain('GET', '/oauth/authorize', [
    ['accept', 'text/html'],
    ['sec-fetch-dest', 'document'],
    ['sec-fetch-mode', 'navigate'],
    ['sec-fetch-site', 'cross-site'],
  ]),
  query: [
    ['client_id', attacker.clientId],
    ['request_uri', requestUri],
  ],
  cookies: CSRF,
})

/** What the scripts of the pages send; every field that any of them takes, where it fits. */
const pageInputs = ({ person, requestUri, attacker }: Target): [string, object | null][] => [
  ['verify-handle-availability', { handle: 'fuzzed.test' }],
  [
    'sign-up',
    { locale: 'en', handle: 'x.test', email: 'x@mail.vestibule.internal', password: 'password' },
  ],
  ['sign-in', { locale: 'en', username: person.handle, password: 'wrong password' }],
  ['sign-out', { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' }],
  ['reset-password-request', { locale: 'en', email: 'nobody@mail.vestibule.internal' }],
  ['reset-password-confirm', { token: 'AAAAA-AAAAA', password: 'password' }],
  ['update-email-request', { did: person.did, locale: 'en' }],
  ['update-email-confirm', { did: person.did, token: 'AAAAA-AAAAA', email: 'a@b.test' }],
  ['verify-email-request', { did: person.did, locale: 'en' }],
  ['verify-email-confirm', { did: person.did, token: 'AAAAA-AAAAA' }],
  ['update-handle', { did: person.did, handle: 'y.test' }],
  ['deactivate-account', { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' }],
  ['reactivate-account', { did: person.did }],
  ['delete-account-request', { did: person.did, locale: 'en' }],
  ['delete-account-confirm', { did: person.did, token: 'AAAAA-AAAAA', password: 'wrong' }],
  ['device-sessions', null],
  ['oauth-sessions', null],
  ['account-sessions', null],
  ['revoke-account-session', { did: person.did, deviceId: `dev-${'0'.repeat(32)}` }],
  ['revoke-oauth-session', { did: person.did, tokenId: `tok-${'0'.repeat(32)}` }],
  ['consent', { did: person.did, scope: 'atproto' }],
  ['reject', { requestUri, clientId: attacker.clientId }],
]

/** A call of a page's script. */
export const page: Cook = (target, random) => {
  const { network, attacker, requestUri, person } = target
  const [endpoint, input] = pickRoute(random, pageInputs(target), ([name]) => name)
  const referer = random.pick([
    `${network.url}/account`,
    `${network.url}/oauth/authorize?${new URLSearchParams({ client_id: attacker.clientId, request_uri: requestUri })}`,
  ])
  const cookies = random.chance(0.7) ? person.browser.cookies() : CSRF
  const csrf = cookies.find(([name]) => name === 'csrf-token')?.[1] ?? ''
  return {
    ...plain(input ? 'POST' : 'GET', `${PAGE_API}/${endpoint}`, [
      ['origin', network.url],
      ['referer', referer],
      ['content-type', 'application/json'],
      ['sec-fetch-dest', 'empty'],
      ['sec-fetch-mode', 'same-origin'],
      ['sec-fetch-site', 'same-origin'],
      ['x-csrf-token', csrf],
    ]),
    query: input ? [] : [['did', person.did]],
    cookies,
    body: input && { json: input },
  }
}

/** What the forms of the sign-in page send. */
const formInputs = ({ person }: Target): [Action, Pairs][] => [
  [
    'sign-in',
    [
      ['username', person.handle],
      ['password', 'wrong password'],
      ['remember', 'on'],
    ],
  ],
  [
    'passkey-sign-up',
    [
      ['handle', 'nobody'],
      ['email', 'nobody@mail.vestibule.internal'],
      ['domain', '.test'],
      ['invite', ''],
    ],
  ],
  ['reset-password', [['email', 'nobody@mail.vestibule.internal']]],
  [
    'new-password',
    [
      ['code', 'AAAAA-AAAAA'],
      ['password', 'password'],
    ],
  ],
  ['permissions', [['permission-1', 'on']]],
  ['consent', [['permission-1', 'on']]],
]

/** A form of the sign-in page. */
export const form: Cook = (target, random) => {
  const { network, attacker, requestUri, person, sealedForm } = target
  const [action, fields] = random.pick(formInputs(target))
  const isOfApp = random.chance(0.3)
  return {
    ...plain('POST', formPath(isOfApp ? AUTHORIZE : ACCOUNT, action), [
      ['origin', network.url],
      ['accept', 'text/html'],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['sec-fetch-dest', 'document'],
      ['sec-fetch-mode', 'navigate'],
      ['sec-fetch-site', 'same-origin'],
    ]),
    query: isOfApp
      ? [
          ['client_id', attacker.clientId],
          ['request_uri', requestUri],
        ]
      : [],
    cookies: person.browser.cookies(),
    body: { form: [['form', sealedForm], ...fields] },
  }
}

const PAGES = [
  '/',
  '/account',
  '/account/reset-password',
  '/account/new-password',
  '/account/sign-in',
  '/oauth/jwks',
  '/_health',
  '/xrpc/_health',
  '/robots.txt',
  '/favicon.ico',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/.well-known/did.json',
  '/.well-known/atproto-did',
  '/.well-known/change-password',
  '/.well-known/passkey-endpoints',
  '/oauth/authorize/redirect',
  '/@atproto/oauth-provider/~assets/x.js',
]

/** Documents of all sorts. */
export const pages: Cook = ({ network }, random) =>
  plain('GET', random.pick(PAGES), [
    ['accept', 'text/html'],
    ['accept-language', 'sv'],
    ['origin', network.url],
    ['x-forwarded-for', '192.0.2.1'],
    ['forwarded', 'for=192.0.2.1'],
    ['if-none-match', '"x"'],
    ['sec-fetch-mode', 'navigate'],
    ['sec-fetch-dest', 'document'],
    ['sec-fetch-site', 'none'],
  ])
