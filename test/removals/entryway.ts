import { inFile, toRemovals } from './removal.ts'

const hooks = inFile('oauth/hooks.ts')
const reading = inFile('app/reading.ts')
const bodies = inFile('http/read_body.ts')
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
const names = inFile('actors/directory/names.ts')
const invites = inFile('xrpc/admin/disableAccountInvites.ts')
const addresses = inFile('gateway/client_address.ts')
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
  [
    3,
    'iat of usual proofs',
    proofs('Math.abs(Date.now() / 1000 - iat) > CLOCK_TOLERANCE', 'false'),
  ],
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
  [7, 'no parameter twice', checks('[[AUTHORIZE, ...PROGRAMS], duplicateParameters],', '')],
  [7, 'no member twice', bodies('if (before?.has(name))')],
  [7, 'no request_uri at PAR', checks('[[PAR], noRequestUri],', '')],
  [7, 'state', hooks('if (!parameters.state)')],
  [8, 'POST only', reading('route.methods !== ANY && !', 'false && ')],
  [8, 'media types', reading('if (!taken.includes(type))')],
  [9, 'malformed escapes', checks('[[EVERYWHERE], malformedEscape],', '')],
  [10, 'a bound on size', fetching('safeFetchWrap({', 'safeFetchWrap({ responseMaxSize: 2 ** 30,')],
  [10, 'a bound on time', fetching('lifetimes.CLIENT_FETCH', '600_000')],
  [10, 'no private addresses', fetching('!settings.dev', 'false')],
  [12, 'clients are as they are published', clients('known && this.#isCurrent(known)', 'known')],
  [12, 'sessions end with the key', provider('await this.#endIfKeyIsWithdrawn(', 'void (')],
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
      'throw err instanceof OAuthError && err.statusCode < 500 ? unauthenticated(err) : err',
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
  [19, 'hints are only hints', checks('withoutTokenTypeHint(readable', '(readable')],
  [19, 'a sign-out names its client', checks('[[REVOKE], clientNamed],', '')],
  [19, '15 minutes', lifetimes('OAUTH_ACCESS_TOKEN = 15 * MINUTE', 'OAUTH_ACCESS_TOKEN = HOUR')],
  [20, 'limits', settings("e.ENTRYWAY_RATE_LIMITS === 'on'", 'false')],
  [
    20,
    'the same answer for unknown accounts',
    signIn("'Invalid identifier or password'", "entry ? 'Wrong password' : 'No such account'"),
  ],
  [21, 'X-Forwarded-For of trusted peers', addresses('while (trusts(address) &&', 'while (')],
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
  [32, 'sessions of createSession', granted('assertGood(db, basis)\n    legacy', 'legacy')],
  [32, 'sessions of OAuth', granted('refusalOf(db, basis) ? null : ', '')],
  [32, 'app passwords', appPasswords('assertGood(db, basis)\n', '')],
  [32, 'codes by mail', accountEmail('assertGood(db, basis)\n    const token', 'const token')],
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
  [
    32,
    'a reset ends app passwords',
    passwords("replace(db, passwordScrypt, 'ended')", "replace(db, passwordScrypt, 'kept')"),
  ],
  [
    32,
    'a sign-out ends the whole chain',
    legacySessions('next_jti = ?)`', 'next_jti = ? LIMIT 0) OR refresh_hash = ? OR next_jti = ?`'),
    legacySessions(
      ').run(hashSecret(jti), jti)',
      ').run(hashSecret(jti), jti, hashSecret(jti), jti)',
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
  [29, 'UTF-8 alone', reading(' || !isUtf8(given)', '')],
  [29, 'a bound on levels', bodies('if (++depth > MAX_DEPTH)')],
  [29, 'a failure is a try', countsAs(' || !isAttempt', '')],
  [
    30,
    'limits read a name as look-ups do',
    limited('readSubject(name).name', "name.trim().replace(/^@/, '').toLowerCase()"),
  ],
  [30, 'look-ups by one kind of name', names('kinds.includes(kind)', 'true')],
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
  [36, 'limits of mails', mails('if (isAllowed) return', 'if (counters) return')],
])
