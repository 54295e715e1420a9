import { inFile, toRemovals } from '../removal.ts'

const hooks = inFile('oauth/provider/hooks.ts')
const reading = inFile('app/reading.ts')
const bodies = inFile('http/body/read_body.ts')
const checks = inFile('oauth/checks/index.ts')
const fetching = inFile('oauth/fetching/safe_fetch.ts')
const provider = inFile('oauth/provider/entryway_provider.ts')
const judgement = inFile('sagas/sign_in/revocation.ts')
const handler = inFile('oauth/handler.ts')
const clients = inFile('oauth/clients/known_clients.ts')
const proofs = inFile('oauth/proofs/usual_proofs.ts')
const mutex = inFile('base/work/keyed_mutex.ts')
const nonces = inFile('database/flow/replay.ts')
const tokens = inFile('stores/token_store.ts')
const sessions = inFile('database/account/session.ts')
const rotation = inFile('database/account/rotation.ts')
const inVain = inFile('gateway/requests/asked_in_vain.ts')
const asked = inFile('http/requester.ts')
const seal = inFile('database/account/sealed_successor.ts')
const lifetimes = inFile('base/lifetimes.ts')
const replays = inFile('stores/replay_store.ts')
const proofKeys = inFile('oauth/proofs/usual_key.ts')
const clientKeys = inFile('oauth/clients/usual_keys.ts')
const few = inFile('oauth/clients/request_bounds.ts')
const lexicons = inFile('oauth/fetching/lexicons.ts')
const namedKeys = inFile('oauth/clients/named_keys.ts')

const forgetful = `const seen = new Set()
export function recordNonce(_db, namespace, nonce) {
  const key = namespace + nonce
  return !seen.has(key) && seen.add(key) !== null
}
function unused(`

const IN_VAIN = 'test/gateway/asked_in_vain.test.ts'

/** What this program defends of OAuth: proofs, requests, clients, codes, tokens (1 to 19). */
export const oauthRows = toRemovals([
  [1, 'the nonce of usual proofs', proofs('if (!this.#isCurrent(nonce)) return null', '')],
  [2, 'jtis are kept on disk', nonces('export function recordNonce(', forgetful)],
  [3, 'typ of usual proofs', proofs("typ !== 'dpop+jwt' || ", '')],
  [3, 'iat of usual proofs', proofs('Math.abs(Date.now() - iat * 1_000) > PROOF_CLOCK', 'false')],
  [3, 'jti of usual proofs', proofs("typeof jti === 'string' && jti !== ''", 'true')],
  [3, 'htm of usual proofs', proofs('htm !== method || ', '')],
  [3, 'htu of usual proofs', proofs(' || htu !== url.origin + url.pathname', '')],
  [3, 'ath of usual proofs', proofs('ath === undefined && ', '')],
  [
    3,
    'signature of usual proofs',
    proofs('!(await this.#isSigned(', '!(known.jkt || this.#isSigned('),
  ],
  [3, 'no key that costs much', proofKeys('if (isOfUsualSize(jwkOf(proof))) return', 'return')],
  [5, 'requests are pushed', checks('[[AUTHORIZE], parRequired],', '')],
  [5, 'raw parameters are dropped', checks('onlyPushedParameters(request))', 'request)')],
  [7, 'no parameter twice', checks('[[AUTHORIZE, ...PROGRAMS], duplicateParameters],', '')],
  [
    'test/attacks/pages/forms_everywhere.test.ts',
    'no field of a form twice',
    reading('if (route.isOwnForm) assertEachOnce(parameters)', ''),
  ],
  [7, 'no member twice', bodies('if (before?.has(name))')],
  [7, 'no request_uri at PAR', checks('[[PAR], noRequestUri],', '')],
  [7, 'a request object alone', checks('[[PAR], requestObjectAlone],', '')],
  [7, 'state', hooks('if (!parameters.state)')],
  [8, 'POST only', reading('route.methods !== ANY && !', 'false && ')],
  [8, 'media types', reading('if (!taken.includes(type))')],
  [8, 'few values in a request', bodies('if (values++ > most)')],
  [8, 'few values in a field', reading('if (!route.isTrusted) assertFewWithin(parameters)', '')],
  [8, 'a short refusal', handler('withShortDescription(told)', 'told')],
  [8, 'few fields in a form', bodies('if (hasManyFields(text, VALUES))')],
  [8, 'few parameters in a query', reading('if (hasManyFields(request.url.search, PARAMETERS))')],
  [9, 'malformed escapes', checks('[[EVERYWHERE], malformedEscape],', '')],
  [10, 'a bound on size', fetching('safeFetchWrap({', 'safeFetchWrap({ responseMaxSize: 2 ** 30,')],
  [10, 'a bound on what is kept of it', clients('      assertShortMetadata(client)\n', '')],
  [10, 'a bound on time', fetching('timeout: CLIENT_FETCH', 'timeout: 600_000')],
  [10, 'no private addresses', fetching('!dev', 'false')],
  [10, 'few values in a document', fetching('if (saysManyValues(new TextDecoder().decode(body)))')],
  [
    10,
    'also behind a byte order mark',
    fetching('new TextDecoder().decode(body)', 'String(Buffer.from(body))'),
  ],
  [10, 'few scopes in the id of a client', few("hasManyWords(metadata.scope ?? '')", 'false')],
  [
    'test/scopes/permission_sets.test.ts',
    'few permission sets in a request',
    few("scope.split(' ').filter((each) => each.startsWith('include:')).length > SETS", 'false'),
  ],
  [
    'test/scopes/permission_sets.test.ts',
    'few values in a lexicon',
    lexicons('!hasManyValues(found.record)', 'true'),
  ],
  [
    'test/scopes/permission_sets.test.ts',
    'a short lexicon',
    lexicons('JSON.stringify(found.record).length <= LONGEST', 'true'),
  ],
  [10, 'few scopes in a request', few('if (hasManyWords(scope))')],
  [10, 'no client key that costs much', clientKeys('jwks.keys.every(isOfUsualSize)', 'true')],
  [11, 'few values in a request object', few('!hasManyValues(decoded.payload)', 'true')],
  [
    11,
    'also in a text of it',
    inFile('base/values/value_bounds.ts')(' || saysManyValues(value)', ''),
  ],
  [11, 'a jti is a string', replays('assertString(nonce)', '')],
  [11, 'a kid is a string', namedKeys("typeof kid === 'string'", 'true')],
  [
    11,
    'a jti is kept as long as it is good',
    replays('timeFrame + CLIENT_CLOCK_AHEAD', 'timeFrame'),
  ],
  [10, 'a mended client is read anew', clients('documents.forget(client)', '')],
  [12, 'clients are as they are published', clients('known && this.#isCurrent(known)', 'known')],
  [12, 'sessions end with the key', provider('await endIfKeyIsWithdrawn(', 'void (')],
  [
    13,
    'spent codes are remembered',
    tokens('findTokenByCode(code) {', 'findTokenByCode(code) {\n return null'),
  ],
  [14, 'exchanges wait for each other', mutex('this.#last.get(key)', 'undefined')],
  [
    16,
    'only the newest refresh token answers',
    tokens('answers ? refreshToken', 'found ? refreshToken'),
    sessions("if (standing === 'current') {", 'if (true) {'),
  ],
  [
    17,
    'the successor that is kept is sealed',
    seal('function sealSuccessor(', 'const sealSuccessor = (it) => Buffer.from(it)\nfunction one('),
    seal('function unsealSuccessor(', 'const unsealSuccessor = (it) => String(it)\nfunction two('),
  ],
  [17, 'a late request is of the key', tokens(' && isItsKey', '')],
  [17, 'a late request is not told of', tokens("found.standing === 'late'", 'false')],
  [17, 'a proof of now is not late', rotation('provenAt < wentOn', 'true')],
  [
    IN_VAIN,
    'what is known of one token holds of no other',
    asked('inVain.digest === refreshTokenDigest(refreshToken)', 'true'),
  ],
  [
    IN_VAIN,
    'one that was answered is not in vain',
    inVain('this.#forget(key)\n    else', 'return\n    else'),
  ],
  [IN_VAIN, 'of the client that asked', inVain('client_id: named,', 'named,')],
  [
    IN_VAIN,
    'who hangs up has not asked in vain',
    inVain('answer.isInVain === true', 'answer.isInVain === true || isGone'),
  ],
  [
    'test/openid/client_documents.test.ts',
    'a 5xx that anybody can bring about is an answer',
    inFile('app/answer.ts')('requester()?.hasStoreFailed === true', 'given.status >= 500'),
  ],
  [IN_VAIN, 'an assertion names its client', inVain('subjectOf(assertion) ?? ', '')],
  [IN_VAIN, 'none is in vain for longer', inVain('this.#forgetOld()', '')],
  [IN_VAIN, 'few are known', inVain('this.#asked.size > this.#most', 'false')],
  [
    IN_VAIN,
    'what strangers ask with takes no room of others',
    inVain('keys.size > most.size', 'most.size === 0'),
  ],
  [
    IN_VAIN,
    'by a clock that nobody sets',
    inVain('const before = performance.now()', 'const before = Date.now()'),
  ],
  [17, 'what was received before is late', rotation('ahead > RECEIVED_TOGETHER', 'false')],
  [
    17,
    'what was received together with it is not',
    rotation('ahead > RECEIVED_TOGETHER', 'ahead > 0'),
  ],
  [
    17,
    'no proof is older than a network holds it',
    rotation('held > seconds(REFRESH_HELD)', 'false'),
  ],
  [17, 'and no longer before than it can wait', rotation('ahead <= REFRESH_RETRY_GRACE', 'true')],
  [
    17,
    'no proof is ahead of its time',
    rotation('Math.min(provenAt, seconds(receivedAt) + Math.min(ahead, 0))', 'provenAt'),
  ],
  [17, 'nor of the clock before', rotation('Math.min(ahead, 0)', '0')],
  [
    'test/actors/late_calls.test.ts',
    'what the gateway received is of that time',
    inFile('http/requester.ts')('requester()?.receivedAt ?? null', 'null'),
  ],
  [
    17,
    'who waited for an actor is not behind',
    sessions('rotation.receivedAt ?? rotation.updatedAt', 'rotation.updatedAt'),
  ],
  [17, 'nor of that of the sign-in', sessions('reliably(null, { provenAt, receivedAt })', 'null')],
  [
    'test/tokens/usual_calls.test.ts',
    'a proof is judged once for a request',
    provider(
      "requestScope().once('proof', () => this.#checkProof(...args))",
      'this.#checkProof(...args)',
    ),
  ],
  [
    'test/tokens/usual_calls.test.ts',
    'what is asked for tokens is done once for a request',
    provider("requestScope().once('call', () => this.#token(...args))", 'this.#token(...args)'),
  ],
  [
    'test/tokens/usual_calls.test.ts',
    'what is pushed is done once for a request',
    provider(
      "requestScope().once('call', () => super.pushedAuthorizationRequest(...args))",
      'super.pushedAuthorizationRequest(...args)',
    ),
  ],
  [
    'test/tokens/usual_calls.test.ts',
    'what is revoked is done once for a request',
    provider("requestScope().once('call', () => this.#revoke(...args))", 'this.#revoke(...args)'),
  ],
  [19, 'the session ends', provider('if (session && mayRevoke(client, session))', 'if (false)')],
  [
    19,
    'a sign-out takes no proof',
    provider('allowMissingDpopProof: true', 'allowMissingDpopProof: false'),
  ],
  [19, 'a sign-out that is refused says so', handler('? refused(answered, refusal)', '? answered')],
  [
    19,
    'who signs out is authenticated',
    provider(
      'throw unauthenticated(err)',
      'return this.clientManager.getClient(credentials.client_id)',
    ),
  ],
  [
    19,
    'a public client ends its own sessions',
    judgement('if (issuedTo === clientId)', 'if (isPublic)'),
  ],
  [19, 'and so does a confidential one', judgement("'ends nothing'\n}", "'ends'\n}")],
  [19, 'an access token names its session', hooks(', sid: requestScope().sid ?? claims.jti', '')],
  [19, 'and the same one for ever', hooks('requestScope().sid ?? claims.jti', 'claims.jti')],
  [19, 'hints are only hints', checks('withoutTokenTypeHint(readable', '(readable')],
  [19, 'a sign-out names its client', checks('[[TOKEN, REVOKE], clientNamed],', '')],
  [19, '15 minutes', lifetimes('ACCESS_TOKEN_MAX = 15 * MINUTE', 'ACCESS_TOKEN_MAX = HOUR')],
])
