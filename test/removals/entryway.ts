import { inFile, toRemovals } from './removal.ts'

const hooks = inFile('oauth/hooks.ts')
const reading = inFile('app/reading.ts')
const bodies = inFile('http/read_body.ts')
const codings = inFile('http/content_coding.ts')
const routes = inFile('app/routes.ts')
const subjects = inFile('app/limits/subject.ts')
const countsAs = inFile('app/limits/counts_as.ts')
const checks = inFile('oauth/checks/index.ts')
const fetching = inFile('oauth/provider.ts')
const provider = inFile('oauth/entryway_provider.ts')
const revocation = inFile('oauth/revocation.ts')
const handler = inFile('oauth/handler.ts')
const clients = inFile('oauth/known_clients.ts')
const proofs = inFile('oauth/usual_proofs.ts')
const mutex = inFile('base/keyed_mutex.ts')
const nonces = inFile('database/flow/replay.ts')
const tokens = inFile('stores/token_store.ts')
const sessions = inFile('database/account/session.ts')
const seal = inFile('database/account/sealed_successor.ts')
const lifetimes = inFile('base/lifetimes.ts')
const settings = inFile('base/settings.ts')
const signIn = inFile('sagas/sign_in.ts')
const limited = inFile('app/limits/subject.ts')
const knownDevices = inFile('app/limits/known_device.ts')
const names = inFile('actors/directory/names.ts')
const invites = inFile('xrpc/admin/disableAccountInvites.ts')
const addresses = inFile('gateway/client_address.ts')
const hopByHop = inFile('gateway/hop_by_hop.ts')
const requests = inFile('gateway/request.ts')
const keptAnswers = inFile('gateway/kept_answers.ts')
const passing = inFile('app/pass_through.ts')
const connections = inFile('gateway/connections.ts')
const processHost = inFile('actors/hosting/process_host.ts')
const threads = inFile('passwords/scrypt_threads.ts')
const security = inFile('oauth/security/index.ts')
const personProofs = inFile('sagas/proof.ts')
const accountProofs = inFile('database/account/proof.ts')
const securityActions = inFile('oauth/security/actions.ts')
const securityViews = inFile('oauth/security/views.ts')
const securityPeople = inFile('oauth/security/people.ts')
const ownForm = inFile('oauth/sign_in/own_form.ts')
const signInForms = inFile('oauth/sign_in/forms.ts')
const sealed = inFile('oauth/sign_in/sealed.ts')
const signInPage = inFile('oauth/sign_in/index.ts')
const signInPosts = inFile('oauth/sign_in/sign_in_form.ts')
const devices = inFile('stores/device_store.ts')
const signInDevice = inFile('oauth/sign_in/device.ts')
const signedIn = inFile('oauth/sign_in/signed_in.ts')
const visit = inFile('oauth/sign_in/visit.ts')
const secondFactor = inFile('sagas/second_factor.ts')
const factors = inFile('actors/account/factors.ts')
const factorRows = inFile('database/account/factor.ts')
const factorGuesses = inFile('sagas/factor_guesses.ts')
const totp = inFile('factors/totp.ts')
const pageHeaders = inFile('http/page/document.ts')
const lookups = inFile('sagas/foreign_lookups.ts')
const answers = inFile('app/answer.ts')
const services = inFile('sagas/services.ts')
const shortBodies = inFile('gateway/body.ts')
const webSockets = inFile('gateway/web_sockets.ts')
const server = inFile('gateway/server.ts')
const caches = inFile('base/cache.ts')
const room = inFile('database/room.ts')
const flowBounds = inFile('database/flow/bounds.ts')
const sweeps = inFile('database/flow/sweep.ts')
const counted = inFile('database/limits/counter.ts')
const counters = inFile('database/limits/bounds.ts')
const accountBounds = inFile('database/account/bounds.ts')
const audits = inFile('database/account/audit.ts')
const limits = inFile('app/limits/table.ts')
const replays = inFile('stores/replay_store.ts')
const passwords = inFile('actors/account/passwords.ts')
const actors = inFile('actors/runner.ts')
const port = inFile('actors/hosting/port.ts')
const standing = inFile('actors/account/standing.ts')
const endings = inFile('actors/account/endings.ts')
const accountTables = inFile('database/account/schema.ts')
const legacySessions = inFile('database/account/legacy_session.ts')
const granted = inFile('actors/account/sessions.ts')
const appPasswords = inFile('actors/account/app_passwords.ts')
const accountEmail = inFile('actors/account/email.ts')
const accounts = inFile('stores/account_store.ts')
const handleChange = inFile('sagas/handle_change.ts')
const pdsCalls = inFile('xrpc/auth/user.ts')
const moderatorsMail = inFile('xrpc/admin/sendEmail.ts')
const mails = inFile('sagas/outgoing_mail.ts')
const shownSessions = inFile('app/shown_session.ts')
const app = inFile('app/index.ts')
const exchanges = inFile('gateway/open_exchanges.ts')
const accountFunctions = inFile('actors/account/index.ts')

const operators = inFile('operator/handler.ts')
const aboutTheClient = inFile('http/about_the_client.ts')
const program = inFile('start.ts')
const members = inFile('xrpc/members.ts')
const pdsClient = inFile('pds/client.ts')
const embeddedChild = inFile('embedded/child.ts')
const heldAccounts = inFile('database/import/held_accounts.ts')
const returnedAccounts = inFile('database/import/returned_accounts.ts')
const resets = inFile('sagas/password_reset.ts')
const carriedJwts = inFile('tokens/carried_jwts.ts')
const carried = inFile('database/flow/carried.ts')
const carrying = inFile('cli/adopt/carry.ts')
const pdsSessions = inFile('database/import/pds_sessions.ts')
const returned = inFile('database/import/returned_sessions.ts')

const OPERATOR = 'test/cli/operator_api.test.ts'
const EMBEDDED = 'test/embedded/supervision.test.ts'
const PDS_SESSIONS = 'test/import/pds_sessions.test.ts'
const RETURNED = 'test/adopt/returned_sessions.test.ts'

const forgetful = `const seen = new Set()
export function recordNonce(_db, namespace, nonce) {
  const key = namespace + nonce
  return !seen.has(key) && seen.add(key) !== null
}
function unused(`

/** What this program defends. */
export const entryway = toRemovals([
  [1, 'the nonce of usual proofs', proofs('if (!this.#isCurrent(nonce)) return null', '')],
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
  [2, 'jtis are kept on disk', nonces('export function recordNonce(', forgetful)],
  [5, 'requests are pushed', checks('[[AUTHORIZE], parRequired],', '')],
  [5, 'raw parameters are dropped', checks('onlyPushedParameters(request))', 'request)')],
  [
    7,
    'no parameter twice',
    checks('[[AUTHORIZE, ...PROGRAMS, ...FORMS], duplicateParameters],', ''),
  ],
  [7, 'no member twice', bodies('if (before?.has(name))')],
  [7, 'no request_uri at PAR', checks('[[PAR], noRequestUri],', '')],
  [7, 'a request object alone', checks('[[PAR], requestObjectAlone],', '')],
  [7, 'state', hooks('if (!parameters.state)')],
  [8, 'POST only', reading('route.methods !== ANY && !', 'false && ')],
  [8, 'media types', reading('if (!taken.includes(type))')],
  [9, 'malformed escapes', checks('[[EVERYWHERE], malformedEscape],', '')],
  [10, 'a bound on size', fetching('safeFetchWrap({', 'safeFetchWrap({ responseMaxSize: 2 ** 30,')],
  [10, 'a bound on time', fetching('lifetimes.CLIENT_FETCH', '600_000')],
  [10, 'no private addresses', fetching('!settings.dev', 'false')],
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
    tokens('found?.answers ? refreshToken', 'found ? refreshToken'),
    sessions('if (matchesHash(presented, row.refresh_hash)) {', 'if (true) {'),
  ],
  [
    17,
    'the successor that is kept is sealed',
    seal('function sealSuccessor(', 'const sealSuccessor = (it) => Buffer.from(it)\nfunction one('),
    seal('function unsealSuccessor(', 'const unsealSuccessor = (it) => String(it)\nfunction two('),
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
    revocation(
      'if (session.data.clientId === client.id) return true',
      'if (!client.isConfidential) return true',
    ),
  ],
  [
    19,
    'and so does a confidential one',
    revocation('if (client.isConfidential) return false', 'if (client.isConfidential) return true'),
  ],
  [19, 'an access token names its session', hooks(', sid: requestScope().sid ?? claims.jti', '')],
  [19, 'and the same one for ever', hooks('requestScope().sid ?? claims.jti', 'claims.jti')],
  [19, 'hints are only hints', checks('withoutTokenTypeHint(readable', '(readable')],
  [19, 'a sign-out names its client', checks('[[REVOKE], clientNamed],', '')],
  [19, '15 minutes', lifetimes('ACCESS_TOKEN_MAX = 15 * MINUTE', 'ACCESS_TOKEN_MAX = HOUR')],
  [20, 'limits', settings("e.ENTRYWAY_RATE_LIMITS === 'on'", 'false')],
  [
    20,
    'the same answer for unknown accounts',
    signIn("'Invalid identifier or password'", "entry ? 'Wrong password' : 'No such account'"),
  ],
  [
    21,
    'X-Forwarded-For of trusted peers',
    addresses('hops.length && trusts(address)', 'hops.length'),
  ],
  [
    22,
    'a reset signs out',
    passwords("endSignIns(db, { devices: true, appPasswords: appPasswords === 'ended' })\n", ''),
  ],
  [23, 'the secret of every call', actors('|| !timingSafeEqual(given, expected)', '&& false')],
  [
    23,
    'the path of the port',
    port('return `/${createHash', "if (secret) return '/'\n  return `/${createHash"),
  ],
  [32, 'the generation of a sign-in', standing('generation === account.generation &&', '')],
  [
    32,
    'an ending begins a generation',
    endings('endSignInsUnderWay(db)\n  setSignedOut', 'setSignedOut'),
  ],
  [
    32,
    'the session of an access JWT',
    standing('(session === undefined || isLegacySessionOpen(db, session, Date.now())) &&', ''),
  ],
  [
    32,
    'the device of a sign-in',
    standing('(device === undefined || readDeviceAccount(db, device) !== null) &&', ''),
  ],
  [
    32,
    'the app password of a sign-in',
    standing('(appPassword === undefined || hasAppPassword(db, appPassword))', 'true'),
    accountTables('REFERENCES app_password (name) ON DELETE CASCADE', ''),
  ],
  [32, 'the session of a refresh JWT', legacySessions('session_id = @id OR', '@id IS NOT @id OR')],
  [32, 'sessions of createSession', granted('assertGood(db, basis)\n    legacy', 'legacy')],
  [
    32,
    'sessions of OAuth',
    granted('if (!account || refusalOf(db, account, basis)) return null\n', ''),
  ],
  [32, 'app passwords', appPasswords('assertGood(db, basis)\n', '')],
  [
    32,
    'app passwords that are revoked',
    appPasswords('assertGood(db, basis)\n    if (!delete', 'if (!delete'),
  ],
  [
    32,
    'codes by mail',
    accountEmail('assertGood(db, basis).email !== email', 'existing(db).email !== email'),
  ],
  [
    36,
    'codes for the address of now',
    accountEmail('assertGood(db, basis).email !== email', '!assertGood(db, basis)'),
  ],
  [
    32,
    'sign-ins of the pages',
    accounts('scope.shownSignIn.generation !== row.generation', 'false'),
  ],
  [
    32,
    'a handle is taken back',
    handleChange('err instanceof PdsRefusal || err instanceof Refusal', 'false'),
  ],
  [32, 'a PDS waits', pdsCalls('if (options.lasting ?? true)')],
  [32, 'a PDS that has not heard of a takedown', pdsCalls('if (options.checkTakedown)', 'if (0)')],
  [
    32,
    'a reset ends app passwords',
    passwords("replace(db, passwordScrypt, 'ended')", "replace(db, passwordScrypt, 'kept')"),
  ],
  [
    32,
    'a sign-out ends the whole chain',
    legacySessions('session_id = @id OR', '@id IS NOT @id OR'),
    legacySessions(
      'next_jti = @jti)`',
      'next_jti = @jti LIMIT 0) OR refresh_hash = @hash OR next_jti = @jti`',
    ),
  ],
  [
    29,
    'one member names the account',
    subjects(
      'account && request.parameter(account)',
      "['username', 'identifier', 'email', 'did'].map((it) => request.parameter(it)).find(Boolean)",
    ),
  ],
  [29, 'methods in other case', routes('meant === undefined || meant === nsid', 'true')],
  [
    20,
    'the account knows its browsers',
    knownDevices('(await actor(entry.did).readDevice(deviceId)) !== null', 'true'),
  ],
  [
    29,
    'the end of a circle',
    passing("if (via?.split(',').some((one) => one.trim() === received))"),
  ],
  [29, 'nothing of a PDS runs', passing("if (RUNS.test(headers.get('sec-fetch-dest') ?? ''))")],
  [29, 'cookies stay here', passing("name !== 'cookie' && ", '')],
  [29, 'UTF-8 alone', reading('if (!isUtf8(given))')],
  [29, 'a bound on what is unpacked', codings('maxOutputLength: MAX_BODY, ', '')],
  [29, 'nothing behind a compressed body', codings(', rejectGarbageAfterEnd: true', '')],
  [29, 'a bound on levels', bodies('if (++depth > MAX_DEPTH)')],
  [29, 'a failure is a try', countsAs(' || !isMade', '')],
  [
    30,
    'limits read a name as look-ups do',
    limited('readSubject(readAccount(name)).name', "name.trim().replace(/^@/, '').toLowerCase()"),
  ],
  [30, 'look-ups by one kind of name', names('kinds.includes(kind)', 'true')],
  [30, 'host names are reserved', services('|| pdses.isHostname(name)', '')],
  [
    30,
    "an account's own DID",
    invites('const { did } = await namedAccount(', 'const did = account\n    await namedAccount('),
  ],
  [
    36,
    'moderators’ mails are signed by the PDS',
    moderatorsMail('import { accountsPds }', 'import { service as accountsPds }'),
  ],
  [31, 'the last hop that is not trusted', addresses('hops.pop()', 'hops.shift()')],
  [
    31,
    'Forwarded counts only without X-Forwarded-For',
    addresses('if (listed !== undefined)', 'if (listed !== undefined && forwarded === undefined)'),
  ],
  [31, 'one spelling of an address', addresses("address.replace(/%.*/, '')", 'address')],
  [31, 'Connection takes no address away', hopByHop('|| isAboutTheClient(lower)', '')],
  [
    31,
    'what Connection names is gone',
    requests('withoutNamed(pairs(rawHeaders), headers.connection)', 'pairs(rawHeaders)'),
  ],
  [
    33,
    'a session that has ended is refused',
    shownSessions('if (sid === null || !(await standings.isOpen({ did, sid })))'),
  ],
  [
    33,
    'a token that a PDS may read otherwise is refused',
    shownSessions('{ refusal: forged(scheme) }', '{ session: null }'),
  ],
  [33, 'what is remembered is forgotten at an ending', app('standings.ended([did])', '')],
  [33, 'endings are told', app('await endings.tell(did)', '')],
  [
    33,
    'what is under way is asked about, not remembered',
    app('standings.ask(session)', 'standings.isOpen(session)'),
  ],
  [33, 'what is under way is cut', exchanges('if (isUnderWay && !areOpen?.[n]) cut()', '')],
  [
    33,
    'every ending counts as one',
    accountFunctions("  'deleteLegacySession',\n  'signOut", "  'signOut"),
  ],
  [34, 'answers are kept for one name', keptAnswers('request.headers.host === this.#host && ', '')],
  [34, 'answers are not kept by a query', keptAnswers("!url?.includes('?')", 'true')],
  [
    34,
    'answers are kept by what browsers say',
    keptAnswers('SITES.has(site as string) && DESTINATIONS.has(destination as string)', 'true'),
  ],
  [34, 'the bytes of keys', caches('2 * key.length + ', '')],
  [34, 'rows make room', room('used > maxBytes ?', 'false ?')],
  [34, 'what was granted stays', flowBounds("where: 'code_hash IS NULL'", "where: 'true'")],
  [34, 'counters of guessers stay', counters("'points, resets_at'", "'points DESC, resets_at'")],
  [
    34,
    'what is pushed out stays counted',
    counted('limit_id = @limitId AND resets_at > @now', 'false'),
  ],
  [34, 'a flood has a room of its own', counted('isWide: points >= WIDE ? 1 : 0', 'isWide: 0')],
  [
    34,
    'browsers are swept',
    sweeps("sql(db, 'DELETE FROM device", "void (db, 'DELETE FROM device"),
  ],
  [34, 'user agents are cut', handler('withShortHeaders(request)', 'request')],
  [
    34,
    'pages are limited',
    limits("on: ['account', 'authorize', 'security', ...ACTIONS]", 'on: []'),
  ],
  [34, 'nonces are remembered shortly', replays('Math.min(timeFrame, NONCE_MEMORY)', 'timeFrame')],
  [34, 'rows of an account make room', accountBounds('if (count <= rows)', 'if (rows)')],
  [34, 'guesses push nothing out of the audit trail', audits('if (event === GUESS)')],
  [34, 'a bound of passwords that wait', threads('limit.pendingCount >=', '-1 >=')],
  [34, 'a limit of look-ups', lookups('if (isAllowed) return', 'if (counter) return')],
  [34, 'a bound of look-ups', lookups('all < LOOKUPS.running &&', '')],
  [
    34,
    'a bound of those of one client',
    lookups(' && this.#running.of(network) < LOOKUPS.runningOfOne', ''),
  ],
  [34, 'a bound of those that wait', lookups('>= LOOKUPS.waitingOfOne', '< 0')],
  [34, 'an overload is said', answers('if (!overload ||', 'if (overload || !overload ||')],
  [
    34,
    'a document is fetched anew once in a while',
    services(
      'refetches.run(did, () => identity.did.resolve(did, true))',
      'identity.did.resolve(did, true)',
    ),
  ],
  [
    34,
    'the log of a DID is read once in a while',
    services('keys.run(id, () => plc.signingKeyAt(did, pdsUrl))', 'plc.signingKeyAt(did, pdsUrl)'),
  ],
  [
    34,
    'endings sign out of devices',
    services('withForgottenDevices(around.actors, flow, log)', 'around.actors'),
  ],
  [34, 'a bound of what is awake', processHost("if (name === 'account') this.#makeRoom()", '')],
  [35, 'a bound of connections', connections('this.#tally.all >= capacity.connections', 'false')],
  [
    35,
    'a bound of connections of one address',
    connections('this.#tally.of(address) >= capacity.connectionsOfOne', 'false'),
  ],
  [
    35,
    'idle connections make room',
    connections(
      'for (const socket of this.#idle) {\n      if (of',
      'for (const socket of new Set<Socket>()) {\n      if (of',
    ),
  ],
  [35, 'idle connections are kept', server('keepAliveTimeout: timeouts.keepAlive,', '')],
  [35, 'a bound of WebSockets', webSockets('this.#tally.all >= capacity.webSockets', 'false')],
  [
    35,
    'a bound of WebSockets of one address',
    webSockets('this.#tally.of(address) >= capacity.webSocketsOfOne', 'false'),
  ],
  [35, 'short bodies come in time', shortBodies('Promise.race([whole, late])', 'whole')],
  [35, 'stuck WebSockets end', webSockets(' || socket.writableLength > 0', '')],
  [OPERATOR, 'the operator is behind no proxy', operators('!viaProxy &&', '')],
  [
    OPERATOR,
    'a proxy that says only that it is there is one',
    aboutTheClient('name === OF_PROXIES.name ||', ''),
  ],
  [
    OPERATOR,
    'the operator asks this machine by its name',
    operators("LOOPBACK_HOST.test(headers.get('host') ?? 'localhost') &&", ''),
  ],
  [
    'test/mail/at_stop.test.ts',
    'mails that were promised are waited for',
    program('await runner.background.end(BACKGROUND)', ''),
  ],
  [
    'test/xrpc/parameters.test.ts',
    'parameters as their types are written',
    members('if (values.length > 1 || !isWell)', 'if (values.length > 1)'),
  ],
  [
    'test/xrpc/parameters.test.ts',
    'one value of a parameter',
    members('if (values.length > 1 || !isWell)', 'if (!isWell)'),
  ],
  [
    'test/manners/pds_limits.test.ts',
    'a PDS is told for whom it is asked',
    pdsClient("if (client) headers.set('x-forwarded-for', client.address)", ''),
  ],
  [
    EMBEDDED,
    'the PDS inside listens on loopback',
    embeddedChild("{ host: '127.0.0.1', port: told.port } as never", 'told.port'),
  ],
  [EMBEDDED, 'one PDS works on its data', embeddedChild('!lockFile(path)', 'false')],
  [
    'test/adopt/installation.test.ts',
    'no PDS works on the data that are adopted',
    heldAccounts("db.pragma('locking_mode = EXCLUSIVE')", ''),
  ],
  [
    'test/adopt/release.test.ts',
    'a session that has ended does not come back by a release',
    returnedAccounts('returnSessions(db, did, sessions, browserOf)', 'void [did, sessions]'),
  ],
  [
    36,
    'a reset waits for no mail',
    resets('mail.aside(', 'await (async (_kind, _did, send) => send())('),
  ],
  [
    36,
    'a reset is answered alike',
    resets('if (!entry) return', "if (!entry) throw new Refusal('InvalidRequest', 'No account')"),
  ],
  [36, 'one limit of a mailbox', mails('emailConfirmedAt === null ?', 'emailConfirmedAt === 0 ?')],
  [36, 'limits of mails', mails('if (isAllowed) return', 'if (counters) return')],
  [37, 'who signed a JWT of before', carriedJwts('isSigned ? read : null', 'read')],
  [37, 'how a JWT of before is signed', carriedJwts(", { algorithms: ['HS256'] }", '')],
  [
    37,
    'a JWT of before has one form',
    carriedJwts("if (!jwt.split('.').every(decodeBase64url)) return null", ''),
  ],
  [
    37,
    'refresh tokens that were used before are known',
    pdsSessions('[currentRefreshToken, ...(used.all(id) as string[])]', '[currentRefreshToken]'),
  ],
  [37, 'codes of before are spent', carrying('insertSpentCode(flow, code, did, at)', 'void code')],
  [
    37,
    'an access token of before ends its session',
    revocation('return findCarriedSession(tokenManager, carriedSecret, token)', 'return null'),
  ],
  [
    PDS_SESSIONS,
    'refresh tokens of before end with the secret',
    carried('sealIn(db, SESSION, sessionId)', 'sessionId'),
    carried('openIn(db, SESSION, row.sealed)', 'row.sealed'),
  ],
  [
    37,
    'the secret of a PDS is sealed',
    carried('sealIn(db, SECRET, secret)', 'secret'),
    carried('openIn(db, SECRET, sealed)', 'sealed'),
  ],
  [
    37,
    'what was carried over is forgotten',
    sweeps("sql(db, 'DELETE FROM carried_secret WHERE expires_at < ?').run(now)", ''),
  ],
  [
    RETURNED,
    'an OAuth session that was used here is not good at the PDS again',
    returned('rotated_at IS NULL AND ', ''),
    returned('oauth.get(id) === hashed(token)', 'oauth.has(id)'),
  ],
  [
    RETURNED,
    'an OAuth session that ended here is not good at the PDS again',
    returned("drop(pds, 'token', 'tokenId', did, tokens)", ''),
  ],
  [
    RETURNED,
    'a refresh JWT that was used here is not good at the PDS again',
    returned('legacy.get(hashed(jti)) !== next', '!legacy.has(hashed(jti))'),
  ],
  [
    RETURNED,
    'a refresh JWT that ended here is not good at the PDS again',
    returned("drop(pds, 'refresh_token', 'id', did, jwts)", ''),
  ],
  [PDS_SESSIONS, 'nothing of who was taken down', pdsSessions('if (isTakenDown)')],
  [
    PDS_SESSIONS,
    'no refresh token of who was taken down',
    pdsSessions(' WHERE takedownRef IS NULL)`', ')`'),
  ],
  [PDS_SESSIONS, 'no JWT that has expired', pdsSessions(' AND expiresAt > ?', ' AND ? != 0')],
  [
    PDS_SESSIONS,
    'no session whose newest JWT is gone',
    pdsSessions('row.nextId === null && isBy', '!before.has(row.id) && isBy'),
  ],
  [
    PDS_SESSIONS,
    'no session of an app password that is gone',
    pdsSessions('madeAt !== null && issuedAt + 1_000 > madeAt', 'issuedAt + 1_000 > (madeAt ?? 0)'),
  ],
  [
    PDS_SESSIONS,
    'no session of an app password of before',
    pdsSessions(' && issuedAt + 1_000 > madeAt', ''),
  ],
  [
    38,
    'a form comes from our page',
    ownForm("if (!isOwn || headers.get('origin') !== publicUrl) {", 'if (false) {'),
  ],
  [38, 'a form is of one browser', sealed('of === device && ', '')],
  [38, 'a form is of one sign-in', signInForms('read?.request === requestUri', 'read')],
  [38, 'a form is not old', sealed(' && Date.now() - at <= this.#lasts(state)', '')],
  [
    38,
    'the name is that of the step before',
    signInPosts('(fixed !== undefined && fixed !== username)', 'false'),
  ],
  [
    38,
    'a password is a try',
    signInPosts('noteAttempt()\n      const identifier', 'const identifier'),
  ],
  [
    38,
    'a code is a try',
    signInPosts('noteAttempt()\n      const attempt = { ...about', 'const attempt = { ...about'),
  ],
  [38, 'a code that is sent is counted', secondFactor('    noteSentCode()\n', '')],
  [
    38,
    'short names are counted as whole ones',
    routes('readAccount: services.handles.complete.bind(services.handles),', ''),
  ],
  [
    38,
    'a sign-in is of one request',
    signedIn('handedOver?.request !== place.requestUri', '!handedOver'),
  ],
  [38, 'a sign-in is of a moment', signedIn('() => SIGN_IN_HANDOVER', '() => Number.MAX_VALUE')],
  [38, 'a sign-in ends', signedIn(' || account.generation !== generation', '')],
  [38, 'a device is had from this host', devices(' || !isOwn(id, device)', '')],
  [38, 'a new device session', signInDevice('outgoing, isRenewed)', 'outgoing, false)')],
  [38, 'a sign-in ends with a sign-out', signInPage('&& response.status === 200', '&& false')],
  [
    38,
    'a remembered sign-in ends with that of the device',
    visit('(signedIn.ephemeralToken || others.length < known.length)', 'true'),
  ],
  [38, 'no frame', pageHeaders('"frame-ancestors \'none\'",', '')],
  [40, 'a code works once', factors(' || step <= (totp?.lastStep ?? 0)', '')],
  [40, 'the step of a code is kept', factors('  stored.setTotpStep(db, step)\n', '')],
  [
    40,
    'a recovery code works once',
    factorRows('DELETE FROM recovery_code WHERE', 'UPDATE recovery_code SET created_at = 0 WHERE'),
  ],
  [40, 'a clock may be off by one step only', totp('const DRIFT = 1', 'const DRIFT = 2')],
  [
    40,
    'guesses are counted by account',
    secondFactor('await takeGuess(services, did)', '{ giveBack: async () => {} }'),
  ],
  [
    40,
    'and from everywhere',
    factorGuesses('  account: { points: 100,', '  account: { points: 1_000,'),
  ],
  [40, 'a password alone is not enough', secondFactor('  if (!asked) return\n', '  return\n')],
  [40, 'a changed factor ends what is under way', factors('  endSignInsUnderWay(db)\n', '')],
  [
    40,
    'the secret is sealed',
    factorRows('    sealIn(db, SECRET, secret),', '    secret,'),
    factorRows('openIn(db, SECRET, row.secret)', 'row.secret'),
  ],
  [38, 'kept by no cache', pageHeaders("'cache-control': 'no-store',", '')],
  [39, 'a form is from our page', security('if (refusal) return refusal', '')],
  [39, 'a form is of one browser', sealed('of === device && ', '')],
  [39, 'a form is not old', sealed(' && Date.now() - at <= this.#lasts(state)', '')],
  [39, 'a form is of one account', securityActions('form?.did !== person.did || ', '!form || ')],
  [39, 'what was done is no form', securityActions(' || form.done)', ')')],
  [39, 'a sign-in is not too old', securityPeople('isTooOld ? null : ', '')],
  [
    39,
    'a new device session',
    security(
      'request, this.#services.log, action !== null)',
      'request, this.#services.log, false)',
    ),
  ],
  [
    39,
    'nothing is left where a browser was remembered',
    securityPeople('!passing?.token', '!passing'),
  ],
  [39, 'to sign out others prolongs nothing', securityActions('false, passingSince)', 'false)')],
  [39, 'a proof is asked for', personProofs('{ ...basis, proof: deviceId }', 'basis')],
  [
    39,
    'a proof is of one device',
    accountProofs(
      "'SELECT 1 FROM proof WHERE device_id = ? AND proven_at > ?'",
      "'SELECT 1 FROM proof WHERE ? <> 1 AND proven_at > ?'",
    ),
  ],
  [39, 'a proof is not old', accountProofs('now - PROOF_AGAIN', '0')],
  [39, 'a proof ends with the sign-ins', endings('  deleteAllProofs(db)\n', '')],
  [
    39,
    'the password is looked at',
    personProofs('await checkPassword(', 'await (async (..._: unknown[]) => {})('),
  ],
  [39, 'a password is a try', securityActions('      noteAttempt()\n', '')],
  [
    39,
    'the name is that of the person',
    securityActions("field(visitor, 'username') !== nameOf(person)", 'false'),
  ],
  [
    39,
    'an app password is shown once',
    securityViews('told === undefined ? page : ', 'true ? page : '),
  ],
  [39, 'forms are limited', limits("on: ['security form', 'security proof']", 'on: []')],
])
