import { inFile, toRemovals } from '../removal.ts'

const revocation = inFile('oauth/tokens/revocation.ts')
const sweeps = inFile('database/flow/sweep.ts')
const heldAccounts = inFile('database/import/held_accounts.ts')
const returnedAccounts = inFile('database/import/returned_accounts.ts')
const carriedJwts = inFile('tokens/carried_jwts.ts')
const carried = inFile('database/flow/carried.ts')
const carrying = inFile('cli/adopt/carry_over.ts')
const pdsSessions = inFile('database/import/pds_sessions.ts')
const returned = inFile('database/import/returned_sessions.ts')

const adoption = inFile('cli/adopt/adopt.ts')
const takingOver = inFile('cli/adopt/take_over.ts')
const settingsLock = inFile('cli/pds/settings_lock.ts')
const marks = inFile('maintenance/data_folder/pds_marks.ts')

const INSTALLATION = 'test/adopt/installation.test.ts'
const RELEASE = 'test/adopt/release.test.ts'
const INTERRUPTED = 'test/import/interrupted.test.ts'
const imports = inFile('actors/account/imports.ts')
const PDS_SESSIONS = 'test/import/pds_sessions.test.ts'
const RETURNED = 'test/adopt/returned_sessions.test.ts'

/** What it defends when a PDS is adopted, imported and released (37). */
export const adoptionRows = toRemovals([
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
    INSTALLATION,
    'no PDS works on the data that are adopted',
    heldAccounts("db.pragma('locking_mode = EXCLUSIVE')", ''),
  ],
  [
    INSTALLATION,
    'a PDS that is newer than the one inside is not adopted',
    takingOver('assertNotNewer(db, plan.places.accounts)', ''),
  ],
  [
    INSTALLATION,
    'no link among the data that are adopted is followed',
    takingOver('assertNoLinks(plan.places)', ''),
  ],
  [
    INSTALLATION,
    'no PDS starts by the settings of one that was adopted',
    settingsLock('renameSync(fresh, file)', ''),
  ],
  [
    INSTALLATION,
    'accounts that went on elsewhere are not adopted a second time',
    adoption("if (mark?.kind !== 'ADOPTED' || again", 'if (true || again'),
  ],
  [
    INSTALLATION,
    'an adoption that fails leaves the mark of before',
    adoption('!isStaged(dataDir) && now?.text !== before?.text', 'false'),
  ],
  [
    RELEASE,
    'what was released is adopted as it is, not as it was',
    adoption("if ((await readPdsMark(pdsData))?.kind === 'ADOPTED') return", 'return'),
  ],
  [
    RELEASE,
    'this program does not start on what was released',
    marks("if (mark?.kind === 'RELEASED') throw", 'if (false) throw'),
  ],
  [
    RELEASE,
    'a session that has ended does not come back by a release',
    returnedAccounts('returnSessions(db, did, sessions, browserOf)', 'void [did, sessions]'),
  ],
  [
    PDS_SESSIONS,
    'refresh tokens of before end with the secret',
    carried('sealIn(db, SESSION, sessionId)', 'sessionId'),
    carried('openIn(db, SESSION, row.sealed)', 'row.sealed'),
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
  [
    INTERRUPTED,
    'who was deactivated on the PDS is here',
    imports('profile.setDeactivated(db, account.deactivatedAt, account.deleteAfter)', ''),
  ],
  [
    INTERRUPTED,
    'who may not invite there may not here',
    imports('profile.setInvitesDisabled(db, account.invitesDisabled, null)', ''),
  ],
  [
    INTERRUPTED,
    'who was taken down there is here',
    imports('profile.setTakedown(db, account.takedownRef)', ''),
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
])
