import { inFile, toRemovals } from '../removal.ts'

const handler = inFile('oauth/handler.ts')
const keptAnswers = inFile('gateway/answers/kept_answers.ts')
const connections = inFile('gateway/connections/connections.ts')
const processHost = inFile('actors/hosting/process_host.ts')
const threads = inFile('passwords/scrypt_threads.ts')
const lookups = inFile('sagas/services/foreign_lookups.ts')
const answers = inFile('app/answer.ts')
const overloadLog = inFile('app/overload_log.ts')
const OVERLOAD_LOG = 'test/limits/overload_log.test.ts'
const relogged = inFile('embedded/child_log.ts')
const DOCUMENTS = 'test/sagas/did_documents.test.ts'
const CHILD_LOG = 'test/embedded/child_log.test.ts'
const services = inFile('sagas/services/services.ts')
const documents = inFile('sagas/services/did_documents.ts')
const shortBodies = inFile('gateway/requests/body.ts')
const openExchanges = inFile('gateway/pass_through/open_exchanges.ts')
const webSockets = inFile('gateway/web_sockets.ts')
const frames = inFile('gateway/connections/client_frames.ts')
const shares = inFile('base/work/shares.ts')
const pipelined = inFile('gateway/connections/pipelined_requests.ts')
const server = inFile('gateway/server.ts')
const caches = inFile('base/cache.ts')
const room = inFile('database/bounded_table.ts')
const flowBounds = inFile('database/flow/bounds.ts')
const rooms = inFile('sagas/services/room_on_device.ts')
const deviceRows = inFile('database/account/device.ts')
const deviceAccounts = inFile('stores/device_accounts.ts')
const sweeps = inFile('database/flow/sweep.ts')
const counted = inFile('database/limits/counter.ts')
const counters = inFile('database/limits/bounds.ts')
const near = inFile('database/limits/near_limit.ts')
const IN_FORCE = 'test/limits/in_force.test.ts'
const accountBounds = inFile('database/account/bounds.ts')
const audits = inFile('database/account/audit.ts')
const limitedRoutes = inFile('app/limits/limited_routes.ts')
const replays = inFile('stores/replay_store.ts')
const failedMethods = inFile('xrpc/errors.ts')

/** What it defends of memory, disk and connections (34, 35). */
export const growthRows = toRemovals([
  [34, 'answers are kept for one name', keptAnswers('request.headers.host === this.#host && ', '')],
  [34, 'answers are not kept by a query', keptAnswers("!url.includes('?')", 'true')],
  [34, 'nor by an absolute form', keptAnswers("url.startsWith('/') && ", '')],
  [
    34,
    'answers are kept by what browsers say',
    keptAnswers('SITES.has(site as string) && DESTINATIONS.has(destination as string)', 'true'),
  ],
  [
    34,
    'a method that a PDS takes in any spelling is counted in each',
    inFile('app/routes.ts')('RESERVES.test(path)', 'path === RESERVE.path'),
  ],
  [34, 'the bytes of keys', caches('2 * key.length + ', '')],
  [34, 'what is large pushes out nothing', caches('CACHES[name] * LARGEST', 'CACHES[name]')],
  [34, 'rows make room', room('used > maxBytes ?', 'false ?')],
  [34, 'one that cannot write keeps nobody out', rooms('.catch(() => false)', '')],
  [34, 'accounts of one browser make room', rooms('if (over <= 0) return', 'return')],
  [
    34,
    'those who signed in last stay',
    rooms('signIns.sort((one, another) => one.at - another.at)', ''),
  ],
  [
    34,
    'one that cannot be asked keeps nobody out',
    rooms(
      "flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))",
      "map((each) => { if (each.status === 'rejected') throw each.reason; return each.value })",
    ),
  ],
  [34, 'so does one who signs in anew', deviceRows('updated_at <= ?', '? > 0')],
  [
    34,
    'also just after it was forgotten',
    rooms(
      'if (await account.readDevice(deviceId)) await owner.linkAccount(deviceId, oldest.did)',
      '',
    ),
  ],
  [34, 'and one whose link was taken', rooms('if (!dids.includes(did))', 'if (false)')],
  [
    34,
    'who signs in and goes makes room',
    deviceAccounts(
      'await outlasting(async () => {\n          await Promise',
      'await (async (work: () => unknown) => work())(async () => {\n          await Promise',
    ),
  ],
  [34, 'large requests go first', flowBounds(' / 1000 DESC, expires_at', ' IS NULL, expires_at')],
  [34, 'what a person has open stays', flowBounds(' AND device_id IS NULL', '')],
  [
    34,
    'within a bound of its own',
    inFile('database/flow/authorization_request.ts')('if (before?.deviceId === null)'),
  ],
  [
    34,
    'what OpenID clients push has a bound of its own',
    inFile('database/flow/openid_request.ts')('kind === OPENID_PUSHED ?', 'false ?'),
  ],
  [34, 'what was granted stays', flowBounds("'code_hash IS NULL AND device_id IS NULL'", "'true'")],
  [IN_FORCE, 'their names make room', near('makeRoom(db, NEAR_LIMITS, 100 + name.length)', '')],
  [IN_FORCE, 'their names are short', near('key.slice(0, MAX_KEY)', 'key')],
  [34, 'counters of guessers stay', counters("'points, resets_at'", "'points DESC, resets_at'")],
  [
    34,
    'what is pushed out stays counted',
    counted('limit_id = @limitId AND resets_at > @now', 'false'),
  ],
  [34, 'a flood has a room of its own', counted('isWide: isWide({ points }) ? 1 : 0', 'isWide: 0')],
  [
    34,
    'browsers are swept',
    sweeps("sql(db, 'DELETE FROM device", "void (db, 'DELETE FROM device"),
  ],
  [34, 'user agents are cut', handler('withShortHeaders(request)', 'request')],
  [
    34,
    'pages are limited',
    limitedRoutes(
      `[\n  'account',\n  'authorize',\n  'security',\n  'sign-out link',\n  'sign-out form',\n  ...ACTIONS,\n]`,
      '[]',
    ),
  ],
  [
    34,
    'nonces are remembered shortly',
    replays('Math.min(timeFrame + CLIENT_CLOCK_AHEAD, NONCE_MEMORY)', 'timeFrame'),
  ],
  [34, 'rows of an account make room', accountBounds('count <= rows', 'rows > 0')],
  [34, 'no OpenID client fills what all share', accountBounds("    sharedBy: 'grant_id',\n", '')],
  [
    34,
    'a page shows what was used last',
    inFile('oauth/security/items.ts')(
      '.slice((number - 1) * SIGNED_IN_SHOWN.ofKind, number * SIGNED_IN_SHOWN.ofKind)',
      '',
    ),
  ],
  [
    34,
    'and so many scopes of an app',
    inFile('oauth/sign_in/pages/permission_items.ts')('all.slice(0, most)', 'all'),
  ],
  [
    34,
    'a list says little of each app',
    inFile('oauth/clients/known_clients.ts')('  listBriefly(manager)\n', ''),
  ],
  [
    34,
    'a page reads what the app that asks was given',
    inFile('stores/account.ts')(
      '[row.clientId, row]))',
      '[row.clientId, { ...row, data: JSON.stringify(JSON.parse(row.data)) }]))',
    ),
  ],
  [34, 'guesses push nothing out of the audit trail', audits('if (event === GUESS)')],
  [39, 'guesses hide nothing of the activity', audits('id > @leftOut', 'id > 0 * @leftOut')],
  [
    34,
    'a bound of passwords that wait',
    threads('if (waiting.size < WAITING.ofThread * limit.concurrency) return', 'return'),
  ],
  [34, 'which who has many networks does not use up', threads('if (!other) throw', 'throw')],
  [34, 'by the site of its client', threads("addressOfClient() ?? ''", "''")],
  [34, 'a limit of look-ups', lookups('if (isAllowed) return', 'if (counter) return')],
  [34, 'a bound of look-ups', lookups('all < LOOKUPS.running &&', '')],
  [34, 'a bound of those of one client', lookups('ofOne >= LOOKUPS.runningOfOne || ', '')],
  [34, 'a bound of those that wait', lookups('>= LOOKUPS.waitingOfOne', '< 0')],
  [
    34,
    'a bound of look-ups of one site',
    lookups(' || this.#runningOfSite.of(site) >= LOOKUPS.runningOfSite', ''),
  ],
  [34, 'a turn for each site', lookups('runningOf(one) - runningOf(other)', '0')],
  [34, 'room for others that wait', lookups('if (!other) throw busy()', 'throw busy()')],
  [34, 'an overload is said', answers('if (!overload ||', 'if (overload || !overload ||')],
  [OVERLOAD_LOG, 'the log says it', answers('  overloads.note(overload)\n', '')],
  [OVERLOAD_LOG, 'once a minute', overloadLog('now - at < OVERLOAD_LOG', 'false')],
  [
    34,
    'a document is fetched anew once in a while',
    documents('this.#anew.run(did, () => this.read(did))', 'this.read(did)'),
  ],
  [
    34,
    'bounds of a document that is stale',
    documents(
      'this.#lookups.run(() => this.#soon(did).catch(() => kept.document))',
      'this.#soon(did).catch(() => kept.document)',
    ),
  ],
  [
    DOCUMENTS,
    'who asks for a document shares it',
    documents('.get(did) ?? this', '.get(did) && this'),
  ],
  [
    DOCUMENTS,
    'a directory that is away is not asked for what is known',
    documents('!kept.isStale || this.#isAway(did)', '!kept.isStale'),
  ],
  [
    DOCUMENTS,
    'nor waited for by sessions',
    documents('if (this.#isAway(did)) return kept?.document', ''),
  ],
  [
    DOCUMENTS,
    'a bound of documents for whom nobody waits',
    documents('if (this.#underWay.size < READ_ASIDE) ', ''),
  ],
  [
    DOCUMENTS,
    'a document that was forgotten is not kept',
    documents('if (isNewest() && document)', 'if (document)'),
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
    connections('const [longest = null] = idle ?? []', 'const longest = null as Socket | null'),
  ],
  [35, 'busy ones make room', connections('this.#busy.makeRoom(peer)', 'null')],
  [35, 'which is counted', connections('if (!idle) this', 'if (false) this')],
  [
    35,
    'and said in few lines',
    connections("!hasRoomFor(log, 'too many connections', peer)", 'false'),
  ],
  [
    35,
    'by whom they are for, behind a proxy',
    connections(
      "clientAddress(socket.remoteAddress ?? '', headers,",
      "clientAddress(socket.remoteAddress ?? '', {},",
    ),
  ],
  [
    'test/gateway/open_exchanges.test.ts',
    'one check at a time of what is under way',
    openExchanges('if (this.#isCheckingAll) return', ''),
  ],
  [
    34,
    'what an app asks for is short',
    inFile('oauth/clients/request_bounds.ts')(
      'Buffer.byteLength(JSON.stringify(parameters)) > MAX_OAUTH_REQUEST',
      'false',
    ),
  ],
  [
    34,
    'and its scopes',
    inFile('oauth/clients/request_bounds.ts')('Buffer.byteLength(scope) > MAX_SCOPES', 'false'),
  ],
  [
    34,
    'and what permission sets give',
    inFile('oauth/provider/entryway_provider.ts')('    keepScopesShort(this.lexiconManager)\n', ''),
  ],
  [
    34,
    'which ends no session',
    inFile('oauth/provider/entryway_provider.ts')('err instanceof ScopesTooLongError', 'false'),
  ],
  [
    34,
    'long texts of an account make room',
    accountBounds('if (!says || bytes <= maxBytes) return over', 'return over'),
  ],
  [34, 'the console is the log', inFile('programs/launch.ts')('    takeConsole(log)\n', '')],
  [34, 'with a bound', inFile('base/watching/console.ts')(' || !hasRoom(log, CONSOLE)', '')],
  [
    34,
    'a bound on lines of methods that fail',
    failedMethods(" || !hasRoomFor(log, 'method_failed', calledFrom()?.address)", ''),
  ],
  [
    CHILD_LOG,
    'a bound on lines of the PDS inside',
    relogged('BOUNDED.has(level) && ', 'false && '),
  ],
  [CHILD_LOG, 'for each of its components', relogged('hasRoom(log, name)', 'hasRoom(log, PDS)')],
  [35, 'idle connections are kept', server('keepAliveTimeout: timeouts.keepAlive,', '')],
  [35, 'a bound of WebSockets', webSockets('this.#tally.all >= capacity.webSockets', 'false')],
  [35, 'room for a new listener', webSockets('isFull && !newest', 'isFull')],
  [35, 'which who has most makes', shares('most <= this.of(address) + 1', 'false')],
  [
    35,
    'by what a site has',
    inFile('base/values/network.ts')('prefixOf(address, 48)', 'prefixOf(address, 64)'),
  ],
  [35, 'and of it the newest', shares('.at(-1)', '.at(0)')],
  [
    35,
    'a bound of WebSockets of one address',
    webSockets('this.#tally.of(network) >= capacity.webSocketsOfOne', 'false'),
  ],
  [35, 'one request of a connection at a time', pipelined('if (!waiting)', 'if (true)')],
  [35, 'a bound of requests sent ahead', pipelined('waiting.length >= AHEAD', 'false')],
  [35, 'no WebSocket ahead of its turn', server(' && !pipelined.isAnswering(incoming.socket)', '')],
  [35, 'none on a busy socket', webSockets('if (!outgoing) return client.destroySoon()', '')],
  [
    35,
    'an upload that drips ends',
    connections('busy?.pace.isTooSlow(busy.incoming, keepAlive)', 'false'),
  ],
  [
    35,
    'and an answer that is taken so',
    inFile('gateway/connections/pace.ts')(' || this.#waiting > 0', ''),
  ],
  [
    35,
    'a bound of requests of one client',
    inFile('gateway/connections/requests_of_one.ts')(
      'this.#tally.of(network) >= this.#most',
      'false',
    ),
  ],
  [35, 'short bodies come in time', shortBodies('Promise.race([whole, late])', 'whole')],
  [35, 'a bound of messages of clients', frames('this.#message > MAX_BODY', 'false')],
  [35, 'a bound of their number', frames('this.#frames > MOST_FRAMES', 'false')],
  [35, 'and of control frames', frames('size <= MAX_BODY', 'true')],
  [35, 'messages are counted where they pass', webSockets('.pipe(frames)', '')],
  [35, 'who takes nothing is not heard', frames('this.#client.writableNeedDrain', 'false')],
  [35, 'stuck WebSockets end', webSockets(' || socket.writableLength > 0', '')],
])
