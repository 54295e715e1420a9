import { inFile, toRemovals } from '../removal.ts'

const FORMER_CODES = 'test/mail/former_codes.test.ts'
const emailTokens = inFile('database/account/email_token.ts')
const settings = inFile('base/settings/settings.ts')
const signIn = inFile('sagas/sign_in/sign_in.ts')
const knownDevices = inFile('app/limits/known_device.ts')
const addresses = inFile('gateway/requests/client_address.ts')
const passwords = inFile('actors/account/passwords.ts')
const standing = inFile('actors/account/basis.ts')
const endings = inFile('actors/account/endings.ts')
const accountTables = inFile('database/account/tables.ts')
const legacySessions = inFile('database/account/legacy_session.ts')
const granted = inFile('actors/account/sessions.ts')
const appPasswords = inFile('actors/account/app_passwords.ts')
const accountEmail = inFile('actors/account/email.ts')
const accounts = inFile('stores/account_store.ts')
const handleChange = inFile('sagas/changes/handle_change.ts')
const ownCodes = inFile('xrpc/server/getAccountInviteCodes.ts')
const pdsCalls = inFile('xrpc/auth/user.ts')
const moderatorsMail = inFile('xrpc/admin/sendEmail.ts')
const mails = inFile('sagas/services/outgoing_mail.ts')
const shownSessions = inFile('app/shown_session.ts')
const unwrap = inFile('app/read_envelope.ts')
const app = inFile('app/index.ts')
const exchanges = inFile('gateway/pass_through/open_exchanges.ts')
const accountFunctions = inFile('actors/account/index.ts')
const ROTATION = 'test/tokens/legacy_rotation.test.ts'
const resets = inFile('sagas/sign_in/password_reset.ts')
const CONSENTS = 'test/attacks/endings/consents.test.ts'

/** What it defends of signing in and of what ends that: passwords, sessions, mails (20 to 22, 32, 33, 36). */
export const signInRows = toRemovals([
  [20, 'limits', settings("e.ENTRYWAY_RATE_LIMITS === 'on'", 'false')],
  [
    20,
    'an invite code before the names',
    inFile('sagas/sign_up/sign_up_rules.ts')(
      'inviteCode !== null) await',
      "inviteCode === '') await",
    ),
  ],
  [
    20,
    'a code from the old address before the new one',
    inFile('sagas/changes/email_change.ts')(
      'emailConfirmedAt !== null)',
      'emailConfirmedAt === 0)',
    ),
  ],
  [
    20,
    'guesses of a deletion are recorded',
    inFile('sagas/changes/account_life.ts')(
      "await recordGuess(services, did, 'password', client)",
      '',
    ),
  ],
  [
    20,
    'the same answer for unknown accounts',
    signIn("'Invalid identifier or password'", "entry ? 'Wrong password' : 'No such account'"),
  ],
  [
    20,
    'a reset asks the account after its answer',
    inFile('sagas/sign_in/password_reset.ts')(
      'await setTimeout(STRANGERS_MAIL * (1 + Math.random()))',
      '',
    ),
  ],
  ['test/limits/mail.test.ts', 'resets of an account are counted', resets('noteSentCode()', '')],
  [
    'test/limits/mail.test.ts',
    'resets that were refused are not',
    inFile('app/limits/table.ts')(
      "seconds: EMAIL_TOKEN / 1_000,\n    counts: 'sent codes'",
      "seconds: EMAIL_TOKEN / 1_000,\n    counts: 'requests'",
    ),
  ],
  [
    20,
    'the account knows its browsers',
    knownDevices('(await actor(entry.did).readDevice(deviceId)) !== null', 'true'),
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
  [
    'test/sign_in/lost_answers.test.ts',
    'a code that was used is answered again for its own password alone',
    passwords(' && (await isPassword(db, password))', ''),
  ],
  [
    FORMER_CODES,
    'the code of a mail that was sent stays until the next is',
    emailTokens('WHERE email_token.requested_at < @expired', 'WHERE true'),
  ],
  [
    FORMER_CODES,
    'it ends with that one',
    inFile('sagas/notices/email_code.ts')(
      'actors.account(did).noteEmailTokenSent(purpose, sent)',
      'Promise.resolve()',
    ),
  ],
  [
    FORMER_CODES,
    'one whose mail leaves late takes the place of no newer one',
    emailTokens(' AND requested_at < @requestedAt', ''),
  ],
  [
    FORMER_CODES,
    'one of two that is used ends both',
    emailTokens(
      "WHERE purpose IN (?, ?)').run(purpose, former(purpose))",
      "WHERE purpose = ?').run(purpose)",
    ),
  ],
  [
    20,
    'wrong admin passwords are counted',
    inFile('sagas/sign_in/admin_password.ts')(
      "await takePoint(services, 'admin password', null)",
      '{ giveBack: async () => {} }',
    ),
  ],
  [
    20,
    'a PDS that does not answer has no right one',
    inFile('xrpc/auth/admin.ts')('() => false,', '() => true,'),
  ],
  [
    20,
    'and none is asked to which the password is not shown',
    inFile('xrpc/auth/admin.ts')(
      'pdses.find(({ did }) => did === shownTo?.did)',
      'pdses.find(({ adminPassword }) => adminPassword === null) ?? shownTo',
    ),
  ],
  [
    'test/storage/wrong_clock.test.ts',
    'an account of a clock that was ahead is told of new devices',
    inFile('actors/account/known_devices.ts')(' || since > now + DEVICES_LEARNED', ''),
  ],
  [
    20,
    'many right admin passwords at once are judged in turn',
    inFile('sagas/sign_in/admin_password.ts')('services.mutex.run(turn, counted)', 'counted()'),
  ],
  [
    20,
    'also those that a PDS judges',
    inFile('app/pass_through.ts')(
      "await countShownToPds(services, headers.get('authorization'), shownTo)",
      '',
    ),
  ],
  [
    'test/sign_in/lost_answers.test.ts',
    'passwords are not guessed by a code that was used',
    resets("await takePoint(services, 'new password', did)", '{ giveBack: async () => {} }'),
  ],
  [
    CONSENTS,
    'an app that is signed out asks again',
    granted('    if (session) takeBack(db, session.clientId)\n', ''),
  ],
  [
    CONSENTS,
    'also where that is on the account page',
    granted('    if (isByPerson) takeBack(db, clientId)\n', ''),
  ],
  [
    CONSENTS,
    'what it was given is not there any more',
    granted('  deleteAuthorizedClient(db, clientId)\n', ''),
  ],
  [
    CONSENTS,
    'and the codes that it holds give nothing',
    granted('  putSignedOutClient(db, clientId, Date.now())\n', ''),
  ],
  [
    CONSENTS,
    'which a code tells that was given before',
    inFile('stores/request_store.ts')(
      'presentCode({ generation, consent })',
      'presentCode({ generation })',
    ),
  ],
  [
    CONSENTS,
    'and a consent that comes late',
    accounts('signInOf(did), consent }', 'signInOf(did) }'),
  ],
  [
    CONSENTS,
    'but one that is given later does, also by a clock that was set back',
    inFile('database/account/signed_out_client.ts')(
      'replayed_at BETWEEN ? AND ?',
      'replayed_at >= ? AND ? > 0',
    ),
  ],
  [
    CONSENTS,
    'sessions of a client that was removed',
    inFile('stores/token_store.ts')(
      'if (createdAt < scope.registeredAt(clientId)) {',
      'if (false) {',
    ),
  ],
  [
    CONSENTS,
    'what was given to it',
    inFile('stores/account.ts')(' || row.updatedAt < requestScope().registeredAt(id)', ''),
  ],
  [
    'test/storage/wrong_clock.test.ts',
    'but not what is given after one was registered by a clock that was ahead',
    inFile('database/flow/noted_time.ts')('if (at <= now) return at', 'return at'),
  ],
  [
    CONSENTS,
    'its requests and codes',
    inFile('oauth/clients/registration.ts')(
      '      await askEach(flow, partitions, (owner) => owner.deleteRequestsOf(id))\n',
      '',
    ),
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
  [
    32,
    'sessions of createSession',
    granted(
      'assertGood(db, basis)\n    if (proof)',
      'readAccount(db) as AccountRow\n    if (proof)',
    ),
  ],
  [
    32,
    'sessions of OAuth',
    granted('if (!account || refusalOf(db, account, basis)) return null\n', ''),
  ],
  [32, 'app passwords', appPasswords('assertGood(db, basis)\n', '')],
  [
    32,
    'app passwords that are revoked',
    appPasswords('assertGood(db, basis)\n    remove', 'remove'),
  ],
  [
    32,
    'codes by mail',
    accountEmail('assertGood(db, basis).email !== email', 'existing(db).email !== email'),
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
  [32, 'a PDS waits', pdsCalls('if (lasting && !mayLast)')],
  [
    32,
    'and gets no invite codes meanwhile',
    ownCodes('createAvailable && mayLast', 'createAvailable'),
  ],
  [32, 'after one session ended, too', granted('if (isTakenElsewhere && (session || old))')],
  [
    32,
    'and one that an app had',
    granted('    if (isTakenElsewhere) setSignedOut(db, Date.now())\n', ''),
  ],
  [
    32,
    'but did not end itself',
    inFile('stores/token_store.ts')('!scope.isOwnEnding && pdses.takeEnded', 'pdses.takeEnded'),
  ],
  [
    32,
    'and after those of an app password',
    pdsCalls('mayBeByAppPassword && (await', 'false && (await'),
  ],
  [
    33,
    'where it is behind the gateway none waits for that',
    inFile('sagas/services/known_pdses.ts')('!this.#pdses.every(isServedHere)', 'true'),
  ],
  [
    'test/sagas/known_pdses.test.ts',
    'it is taken as behind none as long as that is not known',
    inFile('sagas/services/known_pdses.ts')('this.#pdses.length === 0 || ', ''),
  ],
  [
    'test/sagas/known_pdses.test.ts',
    'an older read of the PDSes takes the place of no newer one',
    inFile('sagas/services/known_pdses.ts')(
      'this.#lastRead.then(() => this.#read())',
      'this.#read()',
    ),
  ],
  [
    'test/sagas/known_pdses.test.ts',
    'a read of the PDSes that failed holds up none after it',
    inFile('sagas/services/known_pdses.ts')('reading.catch(() => {})', 'reading'),
  ],
  [32, 'a PDS that has not heard of a takedown', pdsCalls('if (options.checkTakedown)', 'if (0)')],
  [
    32,
    'a reset ends app passwords',
    passwords("passwordScrypt, 'ended', by)", "passwordScrypt, 'kept', by)"),
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
    ROTATION,
    'a refresh JWT that was succeeded answers for a while alone',
    legacySessions(
      'Math.min(row.expires_at, now + LEGACY_REFRESH_GRACE)',
      'row.expires_at + 0 * LEGACY_REFRESH_GRACE',
    ),
  ],
  [
    ROTATION,
    'and no longer than it was good',
    legacySessions(
      'Math.min(row.expires_at, now + LEGACY_REFRESH_GRACE)',
      'now + LEGACY_REFRESH_GRACE',
    ),
  ],
  [
    ROTATION,
    'none is rotated that has expired',
    legacySessions('WHERE refresh_hash = ? AND expires_at > ?', 'WHERE refresh_hash = ? AND ? > 0'),
  ],
  [
    ROTATION,
    'no session is open that has expired',
    legacySessions('WHERE session_id = ? AND expires_at > ?', 'WHERE session_id = ? AND ? > 0'),
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
  [33, 'a header is read as a PDS reads it', unwrap('joined.trim()', 'joined')],
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
  [
    36,
    'codes for the address of now',
    accountEmail('assertGood(db, basis).email !== email', '!assertGood(db, basis)'),
  ],
  [
    36,
    'moderators’ mails are signed by the PDS',
    moderatorsMail('import { accountsPds }', 'import { service as accountsPds }'),
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
  [
    36,
    'one limit of a mailbox, however its domain is written',
    mails('readSubject(email)', '{ name: email.toLowerCase() }'),
  ],
  [36, 'limits of mails', mails('if (isAllowed) return', 'if (counters) return')],
  [
    'test/passwords/equal_work.test.ts',
    'an app password does not tell that an account is taken down',
    passwords(
      'if (account.takedownRef !== null) return null\n  const appPassword',
      'const appPassword',
    ),
  ],
  [
    'test/passwords/equal_work.test.ts',
    'the work for a wrong password does not tell how an account stands',
    passwords(
      '  const hash = await hashAppPassword(',
      '  if (account.takedownRef !== null) return null\n  const hash = await hashAppPassword(',
    ),
  ],
])
