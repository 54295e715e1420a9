import { createHash, randomUUID } from 'node:crypto'
import { schemas } from '@atproto/api'
import { PAGE_API } from '../../actors/auth/checks/endpoints.ts'
import { commands } from '../../operator/commands.ts'
import { isOwnMethod } from '../../xrpc/index.ts'
import { isJwt, mutateJson } from './mutate.ts'
import type { Random } from './random.ts'
import type { Pairs, Recipe } from './recipe.ts'
import type { Target } from './target.ts'

type Cook = (target: Target, random: Random) => Recipe | Promise<Recipe>

const VERIFIER = 'a'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

const plain = (method: string, path: string, headers: Pairs = []): Recipe => ({
  method,
  path,
  query: [],
  headers,
  cookies: [],
  body: null,
})

/** A form to an OAuth endpoint, with a fresh proof. */
function oauth(path: string, fields: (target: Target) => Record<string, string>): Cook {
  return async (target) => ({
    ...plain('POST', path, [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['dpop', await target.attacker.proof(path, target.session.key)],
    ]),
    body: { form: Object.entries({ client_id: target.attacker.clientId, ...fields(target) }) },
  })
}

const authorize: Cook = ({ attacker, requestUri }) => ({
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

const CSRF: Pairs = [['csrf-token', 'c5f'.repeat(8)]]

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

const page: Cook = (target, random) => {
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

/** What a PDS answers. */
const FOREIGN = [
  'com.atproto.repo.describeRepo',
  'com.atproto.repo.listRecords',
  'com.atproto.repo.createRecord',
  'com.atproto.sync.getRepo',
  'com.atproto.sync.subscribeRepos',
  'app.bsky.actor.getPreferences',
  'chat.bsky.convo.listConvos',
  'com.atproto.server.getServiceAuth',
]

type Shape = { required?: string[]; properties?: Record<string, unknown> }
type Lexicon = { type: string; parameters?: Shape; input?: { schema?: Shape } }

const lexicons = new Map<string, Lexicon>(
  schemas.map(({ id, defs }) => [id, (defs as unknown as { main: Lexicon }).main]),
)
const own = [...lexicons.keys()].filter(isOwnMethod)

/** These hash a password, which takes as long as a hundred other requests. */
const SLOW =
  /sign-up|sign-in|createSession|createAccount|createAppPassword|[pP]assword|delete-?account|account\/create/i

/** One of them, a slow one seldom. */
function pickRoute<T>(random: Random, routes: readonly T[], nameOf: (route: T) => string): T {
  for (;;) {
    const route = random.pick(routes)
    if (!SLOW.test(nameOf(route)) || random.chance(0.3)) return route
  }
}

/** Names and values that some method or other understands. */
const vocabulary = ({ person, network }: Target): Record<string, unknown> => ({
  did: person.did,
  handle: 'z.test',
  identifier: person.handle,
  email: 'w@mail.vestibule.internal',
  password: 'wrong password',
  token: 'AAAAA-AAAAA',
  inviteCode: 'localhost-aaaaa-bbbbb',
  codes: ['localhost-aaaaa-bbbbb'],
  accounts: [person.did],
  account: 'nobody.test',
  code: 'AAAAA-AAAAA',
  useCount: 1,
  codeCount: 1,
  forAccount: 'admin',
  name: 'fuzzed',
  repo: person.did,
  dids: person.did,
  limit: 3,
  cursor: 'x',
  q: 'fuzz',
  scope: 'ref:none.test',
  aud: network.vestibule.did,
  subject: { $type: 'com.atproto.admin.defs#repoRef', did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' },
  deactivated: { applied: true },
  recipientDid: person.did,
  senderDid: person.did,
  content: 'hello',
  emailAuthFactor: true,
  rotationKeys: ['did:key:zQ3shXj'],
  alsoKnownAs: ['at://z.test'],
})

const xrpc: Cook = async (target, random) => {
  const { legacy, session, serviceJwt, network } = target
  const nsid = random.chance(0.8) ? pickRoute(random, own, (name) => name) : random.pick(FOREIGN)
  const { type, parameters, input } = lexicons.get(nsid) ?? { type: 'query' }
  const words = vocabulary(target)
  // What an administrator may do to somebody ends them.
  if (nsid.startsWith('com.atproto.admin.')) {
    Object.assign(words, { did: target.victim, recipientDid: target.victim })
  }
  const { required = [], properties = {} } = parameters ?? input?.schema ?? {}
  const chosen = Object.keys(properties)
    .filter((name) => required.includes(name) || random.chance(0.4))
    .map((name): [string, unknown] => [name, words[name] ?? 'x'])
  const basic = (password: string) => `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
  const authorization = random.pick([
    `Bearer ${legacy.accessJwt}`,
    `Bearer ${legacy.accessJwt}`,
    `Bearer ${legacy.refreshJwt}`,
    `Bearer ${await serviceJwt(nsid)}`,
    `Bearer ${await serviceJwt(nsid)}`,
    `Bearer ${session.accessToken}`,
    `DPoP ${session.accessToken}`,
    basic(network.vestibule.adminPassword),
    basic(network.vestibule.adminPassword),
    basic(network.pds.adminPassword),
    basic('wrong password'),
    null,
  ])
  const isQuery = type !== 'procedure'
  return {
    ...plain(isQuery ? 'GET' : 'POST', `/xrpc/${nsid}`, [
      ['content-type', 'application/json'],
      ...(authorization === null ? [] : ([['authorization', authorization]] as Pairs)),
    ]),
    query: isQuery ? chosen.map(([name, value]) => [name, String(value)]) : [],
    body: isQuery || !input ? null : { json: Object.fromEntries(chosen) },
  }
}

const operator: Cook = ({ operatorToken }, random) => ({
  ...plain('POST', `/_operator/${pickRoute(random, Object.keys(commands), (name) => name)}`, [
    ['authorization', `Bearer ${operatorToken}`],
    ['content-type', 'application/json'],
  ]),
  body: { json: mutateJson(random, { account: 'nobody.test', did: 'did:plc:x', count: 1 }) },
})

const PAGES = [
  '/',
  '/account',
  '/account/reset-password',
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
  '/oauth/authorize/redirect',
  '/@atproto/oauth-provider/~assets/x.js',
]

const pages: Cook = ({ network }, random) =>
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

/** Valid requests to every route, with how often each is taken. */
const menu: [share: number, cook: Cook][] = [
  [
    14,
    oauth('/oauth/par', ({ attacker }) => ({
      response_type: 'code',
      redirect_uri: attacker.redirectUri,
      scope: 'atproto',
      state: randomUUID(),
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      login_hint: 'nobody.test',
    })),
  ],
  [
    10,
    oauth('/oauth/token', ({ attacker }) => ({
      grant_type: 'authorization_code',
      code: `cod-${'0'.repeat(64)}`,
      code_verifier: VERIFIER,
      redirect_uri: attacker.redirectUri,
    })),
  ],
  [
    10,
    oauth('/oauth/token', ({ session }) => ({
      grant_type: 'refresh_token',
      refresh_token: session.refreshToken,
    })),
  ],
  [6, oauth('/oauth/revoke', ({ spare }) => ({ token: spare.refreshToken }))],
  [8, authorize],
  [18, page],
  [22, xrpc],
  [4, operator],
  [8, pages],
]

const shares = menu.flatMap(([share, cook]) => Array<Cook>(share).fill(cook))

/** A request that one part or another of the program is made for. */
export function choose(target: Target, random: Random): Recipe | Promise<Recipe> {
  return random.pick(shares)(target, random)
}

/** Tokens in an answer, which must not turn up anywhere else. */
export function tokensIn(answer: string): string[] {
  return [...answer.matchAll(/"([\w.:-]{40,})"/g)]
    .map(([, value]) => value as string)
    .filter((value) => isJwt(value) || value.startsWith('ref-'))
}
