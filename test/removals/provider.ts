import { inFile, toRemovals } from './removal.ts'

const ofProvider = (file: string) => inFile(`node_modules/@atproto/oauth-provider/dist/${file}`)
const dpop = ofProvider('dpop/dpop-manager.js')
const verifier = ofProvider('oauth-verifier.js')
const oauth = ofProvider('oauth-provider.js')
const client = ofProvider('client/client.js')
const metadata = ofProvider('client/client-manager.js')
const requests = ofProvider('request/request-manager.js')
const fetching = inFile('oauth/fetching/safe_fetch.ts')
const own = inFile('oauth/provider/entryway_provider.ts')
const replays = inFile('stores/replay_store.ts')
const pages = ofProvider('router/create-api-middleware.js')
const pageHeaders = ofProvider('lib/http/security-headers.js')

const deviceAtOpening = requests('else if (data.deviceId !== deviceId)', 'else if (false)')
const deviceAtConsent = requests(
  `if (data.deviceId !== deviceId) {
                throw new AccessDeniedError(parameters`,
  `if (false) {
                throw new AccessDeniedError(parameters`,
)
const boundKey = oauth('else if (parameters.dpop_jkt !== dpopProof.jkt)', 'else if (false)')
const boundClient = oauth('if (initial.clientId !== client.id)')

/** What `@atproto/oauth-provider` defends. */
export const provider = toRemovals([
  [1, 'a nonce is asked for', dpop('if (!nonce && this.dpopNonce)')],
  [1, 'the nonce is compared', dpop('if (nonce && !this.dpopNonce?.check(nonce))')],
  [
    2,
    'a jti counts once',
    verifier('if (!unique)\n                throw', 'if (false) throw'),
    own('if (!isFirst)'),
  ],
  [3, 'typ', dpop("typ: 'dpop+jwt',", '')],
  [3, 'iat', dpop('maxTokenAge: 10,', '')],
  [3, 'jti', dpop("if (!jti || typeof jti !== 'string')")],
  [3, 'htm', dpop('if (!htm || htm !== httpMethod)')],
  [3, 'htu', dpop('if (!htu || parseHtu(htu) !== normalizeHtuUrl(httpUrl))')],
  [3, 'ath', dpop('else if (ath !== undefined)', 'else if (false)')],
  [4, 'a token request needs a proof', oauth('!options?.allowMissingDpopProof', 'false')],
  [4, 'dpop_jkt', oauth('if (dpopProof && dpopProof.jkt !== parameters.dpop_jkt)')],
  [
    6,
    'redirects as in the metadata',
    client(
      'if (!this.metadata.redirect_uris.some((uri) => compareRedirectUri(uri, redirect_uri)))',
    ),
  ],
  [
    6,
    'PKCE',
    requests(
      "throw new AuthorizationError(parameters, 'Use of PKCE is required');",
      "parameters = { ...parameters, code_challenge_method: 'S256' };",
    ),
  ],
  [6, 'S256 only', requests("if (parameters.code_challenge_method !== 'S256')")],
  [6, 'scope atproto', requests("if (!scopes.has('atproto'))")],
  [6, 'no scope openid', requests("else if (scopes.has('openid'))", 'else if (false)')],
  [6, 'scopes as in the metadata', client('if (!declaredScopes.includes(scope))')],
  [9, 'bound to the client', requests('if (clientId != null && data.clientId !== clientId)')],
  [9, 'bound to the device', deviceAtOpening],
  [9, 'bound to the device, at the consent, too', deviceAtOpening, deviceAtConsent],
  [9, 'expiry', requests('if (data.expiresAt < new Date())')],
  [9, 'one use', requests('if (data.did || data.code)')],
  [
    9,
    'misuse deletes it',
    requests('await this.store.deleteRequest(requestId);\n            throw err;', 'throw err;'),
  ],
  [
    10,
    'client_id is the URL',
    metadata('if (metadata.client_id && metadata.client_id !== clientId)'),
  ],
  [10, 'tokens bound to a key', metadata('if (metadata.dpop_bound_access_tokens !== true)')],
  [
    10,
    'no redirects',
    metadata("redirect: 'error'", "redirect: 'follow'"),
    fetching('safeFetchWrap({', 'safeFetchWrap({ allowImplicitRedirect: true,'),
  ],
  [11, 'iss', client('issuer: this.id,', '')],
  [11, 'sub', client('subject: this.id,', '')],
  [11, 'aud', client('audience: checks.authorizationServerIdentifier,', '')],
  [11, 'age', client('maxTokenAge: CLIENT_ASSERTION_MAX_AGE / 1000,', '')],
  [11, 'kid', client('if (!result.protectedHeader.kid)')],
  [11, 'jti', client("'jti',\n                    ],", '],'), replays('assertString(nonce)', '')],
  [
    11,
    'a jti counts once',
    oauth(
      'if (!unique) {\n                throw new InvalidGrantError(`${clientAuth',
      'if (false) {\n                throw new InvalidGrantError(`${clientAuth',
    ),
  ],
  [15, 'verifier', oauth('if (inputChallenge.compare(computedChallenge) !== 0)')],
  [
    15,
    'a verifier at all',
    oauth('if (!input.code_verifier)', 'if (!input.code_verifier) return; if (false)'),
  ],
  [15, 'redirect', oauth('if (parameters.redirect_uri !== input.redirect_uri)')],
  [15, 'client', boundClient],
  [15, 'key', boundKey],
  [18, 'key', boundKey],
  [18, 'client', boundClient],
  [21, 'CSRF token', pages('await validateCsrfToken(req, res);', '')],
  [21, 'Origin', pages('validateOrigin(req, issuerOrigin);', '')],
  [
    21,
    'Referer',
    pages('validateReferrer(req, { origin: issuerOrigin })', "new URL('/account', issuerOrigin)"),
  ],
  [21, 'Sec-Fetch-Site', pages("validateFetchSite(req, ['same-origin']);", '')],
  [21, 'Sec-Fetch-Mode', pages("validateFetchMode(req, ['same-origin']);", '')],
  [21, 'X-Frame-Options', pageHeaders("yield ['X-Frame-Options', 'DENY'];", '')],
])
