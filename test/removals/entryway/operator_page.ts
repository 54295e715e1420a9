import { inFile, toRemovals } from '../removal.ts'

const routes = inFile('operator_page/routes.ts')
const entrance = inFile('operator_page/entrance.ts')
const handler = inFile('operator_page/handler.ts')
const commands = inFile('operator_page/commands.ts')
const wayBack = inFile('operator_page/way_back.ts')
const cookie = inFile('operator_page/session_cookie.ts')
const operators = inFile('sagas/operators.ts')
const sessions = inFile('database/directory/operator_session.ts')
const schema = inFile('database/directory/schema.ts')
const trust = inFile('oauth/sign_in/cookies/trust.ts')
const event = inFile('database/directory/event.ts')
const kept = inFile('sagas/notices/kept_events.ts')
const TRAIL = 'test/operator_page/trail.test.ts'
const COMMANDS = 'test/operator_page/commands.test.ts'
const addresses = inFile('gateway/requests/client_address.ts')
const unwrap = inFile('app/read_envelope.ts')

/** What keeps others out of the operator's page (46). */
export const operatorPageRows = toRemovals([
  [46, 'it is there for some addresses', routes('isInside(peer.address)', 'true')],
  [46, 'an address may be a proxy', routes('!peer.mayBeProxy && ', '')],
  [46, 'a proxy that adds nothing', routes('(peer.viaProxy || !isBehindProxy) && ', '')],
  [46, 'a proxy that says nothing', unwrap('(viaProxy && !saysWho)', 'false')],
  [46, 'a proxy that is not believed', addresses('passesOn: hops.length > 0', 'passesOn: false')],
  [46, 'a hop that is none', addresses('return { address, passesOn: true }', 'break')],
  [
    46,
    'an operator',
    entrance('if (!(await services.actors.directory.isOperator(did)))'),
    inFile('actors/directory/operator_sessions.ts')('if (!isOperator(db, session.did))'),
    schema('did TEXT REFERENCES operator (did) ON DELETE CASCADE', 'did TEXT'),
  ],
  [
    COMMANDS,
    'it is done to the account of the question',
    commands('withAccounts(page, input)', 'page'),
  ],
  [46, 'a second factor', entrance("if (!amr?.includes('mfa'))")],
  [46, 'a trusted device is asked', trust('if (place.asksEachTime) return null', '')],
  [46, 'it leads to its own pages', wayBack('&& isBehind(wanted.pathname)', '')],
  [46, 'right after the sign-in', entrance('Date.now() - recent.since <= PROOF_AGAIN', 'true')],
  [46, 'the sign-in is looked at each time', operators('assertGood(JSON.parse(basis))', 'read()')],
  [
    46,
    'no operator, no session',
    schema('did TEXT REFERENCES operator (did) ON DELETE CASCADE', 'did TEXT'),
  ],
  [46, 'idle sessions end', sessions('now - usedAt > OPERATOR_IDLE', 'false')],
  [46, 'all sessions end', sessions('|| now - session.begunAt > OPERATOR_SESSION', '')],
  [
    46,
    'signing out ends the session',
    handler('await services.actors.directory.endOperatorSession(secret)', ''),
  ],
  [46, 'and the sign-in', handler(', ...noSignInCookies(publicUrl)', '')],
  [46, 'no other site leads to the session', cookie("sameSite: 'Strict'", "sameSite: 'Lax'")],
  [46, 'few sessions', sessions('most: MAX_OPERATOR_SESSIONS', 'most: 1_000')],
  [
    46,
    'a link opens once',
    sessions(
      '`DELETE FROM operator_link WHERE secret_hash = ?\n     RETURNING expires_at',
      '`SELECT expires_at',
    ),
    sessions(
      'did, basis, begun_at AS begunAt`,\n  ).get(hashSecret(secret))',
      'did, basis, begun_at AS begunAt FROM operator_link WHERE secret_hash = ?`,\n  ).get(hashSecret(secret))',
    ),
  ],
  [46, 'a link is over', sessions('|| now >= spent.expiresAt', '')],
  [
    46,
    'a link ends with who printed it',
    schema(
      'ALTER TABLE operator_link ADD COLUMN did TEXT REFERENCES operator (did) ON DELETE CASCADE',
      'ALTER TABLE operator_link ADD COLUMN did TEXT',
    ),
  ],
  [46, 'and rests on their sign-in', operators('did === null || basis === null', 'isByLink')],
  [46, 'a link proves nothing anew', sessions('begunAt: begunAt ?? now', 'begunAt: now')],
  [46, 'few links', sessions('most: MAX_OPERATOR_LINKS', 'most: 1_000')],
  [46, 'forms of other sites', handler('if (refusal) return refusal', '')],
  [46, 'forms of other sessions', handler("if (!forms.isOurs(secret, request.parameter('form')))")],
  [46, 'what makes a way in is proven', commands('if (needsProof) return true', '')],
  [
    'test/operator_page/commands.test.ts',
    'the PDS inside stays where it is',
    inFile('operator/commands/pdses.ts')('refuseInside(pdses.find((one) => one.did === did))', ''),
  ],
  [
    'test/operator_page/commands.test.ts',
    'a page holds no secret that was typed',
    inFile('operator_page/command_page.ts')("field.elsewhere === 'secret' ? '' : ", ''),
  ],
  [
    'test/operator_page/kept_input.test.ts',
    'no address has what was filled in',
    wayBack('{ [FILLED]: sealFilled(seal, filledIn) }', 'filledIn'),
  ],
  [46, 'a stolen session makes no way in', commands('!isFresh(visitor.session) && ', 'false && ')],
  [
    46,
    'nor out of an operator',
    commands("if (typeof account !== 'string') return false", 'return false'),
  ],
  [
    TRAIL,
    'the trail has an end',
    event('makeRoom(db, boundOf({ ...event, detail }), 130 + text.length)', ''),
  ],
  [
    TRAIL,
    'also in time',
    inFile('actors/directory/events.ts')('events.deleteOldEvents(db, now)', ''),
  ],
  [
    TRAIL,
    'guesses push nothing out',
    event('? EVENTS.guesses : EVENTS.others', '? EVENTS.others : EVENTS.others'),
  ],
  [
    TRAIL,
    'nor does one operator, of what another did',
    event("who: did ?? operator ?? ''", "who: ''"),
  ],
  [TRAIL, 'by whichever handle', event('who: did ?? operator', 'who: operator')],
  [TRAIL, 'nor of what they did otherwise', event("detail ->> 'what' = @what", '@what = @what')],
  [
    TRAIL,
    'it forgets who is gone',
    inFile('database/directory/account.ts')('deleteEventsOf(db, did)', ''),
  ],
  [
    TRAIL,
    'also what comes after that',
    inFile('actors/directory/events.ts')('removedLately(db, now).set(did, now)', ''),
  ],
  [
    TRAIL,
    'one account pushes out nothing',
    inFile('actors/directory/events.ts')('events.trimEvents(db, did, event)', 'void event'),
  ],
  [
    TRAIL,
    'what waits for it has an end',
    kept('if (this.#events.length >= MOST_WAITING) return', ''),
  ],
])
