import { inFile, toRemovals } from '../removal.ts'

const reading = inFile('app/reading.ts')
const bodies = inFile('http/body/read_body.ts')
const codings = inFile('http/body/content_coding.ts')
const routes = inFile('app/routes.ts')
const subjects = inFile('app/limits/subject.ts')
const countsAs = inFile('app/limits/counts_as.ts')
const names = inFile('actors/directory/names.ts')
const invites = inFile('xrpc/admin/disableAccountInvites.ts')
const addresses = inFile('gateway/requests/client_address.ts')
const hopByHop = inFile('gateway/requests/hop_by_hop.ts')
const requests = inFile('gateway/requests/head.ts')
const passing = inFile('app/pass_through.ts')
const services = inFile('sagas/services/services.ts')
const documents = inFile('sagas/services/did_documents.ts')
const actors = inFile('actors/runner.ts')
const port = inFile('actors/hosting/port.ts')
const operators = inFile('operator/handler.ts')
const aboutTheClient = inFile('http/forwarding_headers.ts')
const members = inFile('xrpc/members.ts')
const pdsClient = inFile('pds/client.ts')

const OPERATOR = 'test/cli/operator_api.test.ts'

const WRONG_VALUES = 'test/xrpc/wrong_values.test.ts'
const PASSED_LIES = 'test/gateway/lying_pds.test.ts'
const LYING_PDS = 'test/pds_admin/lying_pds.test.ts'

/** What it defends of how requests are read, who calls and from where (23, 29 to 31, 47). */
export const requestRows = toRemovals([
  [23, 'the secret of every call', actors('&& isSameSecret(given, expected)', '')],
  [
    23,
    'the path of the port',
    port('return `/${createHash', "if (secret) return '/'\n  return `/${createHash"),
  ],
  [23, 'the port is on loopback', port("managerHost: '127.0.0.1'", "managerHost: '0.0.0.0'")],
  [
    23,
    'the metrics are on loopback',
    inFile('base/watching/metrics_server.ts')("'127.0.0.1', ", ''),
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
    29,
    'the end of a circle',
    passing("if (via?.split(',').some((one) => one.trim() === received))"),
  ],
  [
    29,
    'DPoP is what a PDS reads as DPoP',
    passing(
      "shownToken(request)?.scheme === 'dpop'",
      "/^dpop\\s/i.test(request.headers.get('authorization') ?? '')",
    ),
  ],
  [29, 'nothing of a PDS runs', passing("if (RUNS.test(headers.get('sec-fetch-dest') ?? ''))")],
  [
    'test/gateway/write_response.test.ts',
    'no answer is taken for something else than its type',
    inFile('gateway/answers/write_response.ts')('isSaid ?', 'true ?'),
  ],
  [
    'test/gateway/requests_of_one.test.ts',
    'a request whose client has gone takes no room for ever',
    inFile('gateway/connections/requests_of_one.ts')('outgoing.destroyed || ', ''),
  ],
  [
    'test/gateway/open_exchanges.test.ts',
    'what was answered is kept no more for the end of its session',
    inFile('gateway/pass_through/pass_through.ts')(
      '    exchange.abort()\n    leave()',
      '    exchange.abort()',
    ),
  ],
  [
    'test/gateway/open_exchanges.test.ts',
    'nor is a WebSocket that was closed',
    inFile('gateway/pass_through/pass_through.ts')("incoming.socket.once('close', leave)", ''),
  ],
  [
    'test/gateway/rest_of_body.test.ts',
    'what is taken of an upload after its answer has a bound',
    inFile('gateway/connections/rest_of_body.ts')('if (taken > MOST)', 'if (taken < 0)'),
  ],
  [
    'test/gateway/pass_through.test.ts',
    'who sends all of an upload before reading sees the answer to it',
    inFile('gateway/server.ts')('autoCleanupIncoming: false,', ''),
  ],
  [
    'test/gateway/pass_through.test.ts',
    'a PDS tells no proxy in front to answer with something else',
    inFile('gateway/pass_through/pass_through.ts')(' && !TO_A_PROXY.test(lower)', ''),
  ],
  [
    'test/gateway/pass_through.test.ts',
    'a PDS says nothing of the origin',
    inFile('gateway/pass_through/pass_through.ts')(
      "'nel', 'report-to', 'reporting-endpoints', ",
      '',
    ),
  ],
  [
    'test/gateway/pass_through.test.ts',
    'a PDS has no browser ask for a password',
    inFile('gateway/pass_through/pass_through.ts')('ASKS_IN_BROWSER.test(value)', 'false'),
  ],
  [29, 'cookies stay here', passing("name !== 'cookie' && ", '')],
  [29, 'one Host', inFile('app/read_envelope.ts')("if (name === 'host' && headers.has(name))")],
  [
    'test/gateway/program.test.ts',
    'an absolute form names the Host',
    requests(
      'authority === undefined || authority.toLowerCase() !== host?.toLowerCase()',
      'authority === undefined',
    ),
  ],
  [29, 'UTF-8 alone', reading('if (!isUtf8(given))')],
  [29, 'a bound on what is unpacked', codings('maxOutputLength: MAX_BODY, ', '')],
  [29, 'nothing behind a compressed body', codings(', rejectGarbageAfterEnd: true', '')],
  [29, 'a bound on levels', bodies('if (++depth > MAX_DEPTH)')],
  [29, 'a failure is a try', countsAs('!isMade || ', '')],
  [
    'test/limits/sign_up.test.ts',
    'who creates nothing uses up nothing of everybody',
    countsAs('if (hasCreated)', 'if (status < 400)'),
  ],
  [
    'test/limits/sign_up.test.ts',
    'who creates an account does',
    inFile('sagas/sign_up/sign_up.ts')('  noteCreated()\n', ''),
  ],
  [
    'test/openid/registration.test.ts',
    'and who registers a client',
    inFile('openid/storage/registration_adapters.ts')('      noteCreated()\n', ''),
  ],
  [
    'test/limits/sign_up.test.ts',
    'one site uses up a part of what everybody has',
    subjects('return siteOf(address)', 'return networkOf(address)'),
  ],
  [
    30,
    'limits read a name as look-ups do',
    subjects('readSubject(readAccount(name)).name', "name.trim().replace(/^@/, '').toLowerCase()"),
  ],
  [
    30,
    'the domain of an address as DNS has it',
    inFile('identity/subject.ts')('name: readEmail(name) }', 'name }'),
  ],
  [
    'test/subjects/read_subject.test.ts',
    'long texts are no names',
    inFile('base/values/name_length.ts')('text.length > LONGEST', 'false'),
  ],
  [30, 'an address that is kept in Unicode', names('of keptAs(name)', 'of [name]')],
  [
    30,
    'an account keeps its repo key',
    inFile('xrpc/identity/signPlcOperation.ts')('(!pds)', '(pds || !pds)'),
  ],
  [
    30,
    'a limit on changes of handles',
    inFile('sagas/changes/handle_change.ts')('if (basis !== null) await', 'if (!did) await'),
  ],
  [30, 'look-ups by one kind of name', names('kinds.includes(kind)', 'true')],
  [30, 'host names are reserved', services('|| pdses.isHostname(name)', '')],
  [
    30,
    "an account's own DID",
    invites('const { did } = await namedAccount(', 'const did = account\n    await namedAccount('),
  ],
  [31, 'the last hop that is not trusted', addresses('hops.pop()', 'hops.shift()')],
  [
    31,
    'Forwarded counts only without X-Forwarded-For',
    addresses('if (listed !== undefined)', 'if (listed !== undefined && forwarded === undefined)'),
  ],
  [31, 'one spelling of an address', addresses("address.replace(/%.*/, '')", 'address')],
  [31, 'Connection hides no proxy', hopByHop('|| isOfProxy(lower)', '|| lower.startsWith("x-")')],
  [31, 'Connection takes no address away', hopByHop('|| isOfProxy(lower)', '')],
  [
    31,
    'what Connection names is gone',
    requests('withoutNamed(pairs(rawHeaders), headers.connection)', 'pairs(rawHeaders)'),
  ],
  [OPERATOR, 'the operator is behind no proxy', operators('!viaProxy &&', '')],
  [
    OPERATOR,
    'a proxy that says only that it is there is one',
    aboutTheClient('name === OF_PROXIES.name ||', ''),
  ],
  [
    OPERATOR,
    'the operator asks this machine by its name',
    operators("takesCommands((headers.get('host') ?? 'localhost').replace(/:\\d+$/, '')) &&", ''),
  ],
  [
    'test/cli/doctor_front.test.ts',
    'how a request came is for the operator',
    inFile('app/routes.ts')(
      'isThere: (request) => isDoctors(request, services.secrets.seenToken),',
      '',
    ),
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
    47,
    'a document is asked for anew before it is old',
    documents(
      'return this.#lookups.run(() => this.#soon(did).catch(() => kept.document))',
      'return kept.document',
    ),
  ],
  [
    PASSED_LIES,
    'a reason phrase that cannot be written is left out',
    inFile('gateway/pass_through/upstream.ts')('message: reasonOf(message)', 'message'),
  ],
  [
    PASSED_LIES,
    'the length of a 304 is that of what is unchanged',
    inFile('gateway/pass_through/upstream.ts')('isUnchanged = status === 304', ''),
  ],
  [
    LYING_PDS,
    'a bound of what a PDS answers',
    inFile('base/upstream.ts')('if (left < 0)', 'if (bytes < 0)'),
  ],
  [LYING_PDS, 'a list of accounts has an end', pdsClient('page.cursor === cursor', '!page.repos')],
  [
    'test/identity/plc_client.test.ts',
    'an answer of PLC is of that DID',
    inFile('identity/plc_client.ts')('if (data.did !== did)'),
  ],
  [
    'test/identity/plc_client.test.ts',
    'and has its shape',
    inFile('identity/plc_client.ts')(
      'shape.parse(await response.json())',
      '(await response.json()) as T',
    ),
  ],
  [
    WRONG_VALUES,
    'a bound on invite codes that are made at once',
    inFile('actors/directory/invites.ts')('if (given >= 1 && given <= most) return', 'return'),
  ],
  [
    WRONG_VALUES,
    'a message of any depth is read as text',
    inFile('xrpc/admin/sendEmail.ts')('convert(content, DEPTH)', 'convert(content)'),
  ],
  [
    'test/xrpc/moderator.test.ts',
    'an empty reference of a takedown is none',
    inFile('xrpc/admin/updateSubjectStatus.ts')('takedown.ref ||', 'takedown.ref ??'),
  ],
  [
    47,
    'few values in a DID document',
    inFile('identity/did_document_bounds.ts')('hasManyValues(document) || ', ''),
  ],
  [
    47,
    'a short DID document',
    inFile('identity/did_document_bounds.ts')(' || isLong(document)', ''),
  ],
])
