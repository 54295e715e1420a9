import type { Action } from './actions.ts'

/**
 * Where the program dies, by the statement it is at: before it has run, inside of its transaction,
 * or once that is on disk.
 */
export type AtStatement = { statement: string; when: 'before' | 'within' | 'committed' }

/** Where the program dies, by what it asks of others: as they are asked, or as they answer. */
export type AtRequest = { peer: 'pds' | 'plc'; request: string; when: 'asked' | 'answered' }

export type KillPoint = {
  name: string
  /** What a client does to get the program there. */
  by: Action
  at: AtStatement | AtRequest
}

const INSERT_REQUEST = 'INSERT INTO authorization_request'
const CONSENT = 'UPDATE authorization_request SET'
const CONSUME_CODE = 'DELETE FROM authorization_request WHERE code_hash'
const INSERT_SESSION = 'INSERT INTO session'
const ROTATE = 'UPDATE session SET refresh_hash'
const REVOKE = 'DELETE FROM session WHERE token_id'
const RESERVE_NAMES = 'INSERT INTO sign_up'
const RECORD_DID = 'UPDATE sign_up SET did'
const INSERT_ACCOUNT = 'INSERT INTO account (id, did'
const INSERT_ENTRY = 'INSERT INTO account (did'
const RESERVE_HANDLE = 'INSERT INTO handle_change'
/** The account's own, which comes before the directory's. */
const SET_HANDLE = 'UPDATE account SET handle = ?'
const SET_ENTRY_HANDLE = 'UPDATE account SET handle = ? WHERE did'
const RESERVE_EMAIL = 'INSERT INTO email_change'
const SET_ENTRY_EMAIL = 'UPDATE account SET email = ? WHERE did'
const SET_EMAIL = 'UPDATE account SET email = ?, email_confirmed_at'
const INSERT_LEGACY = 'INSERT OR IGNORE INTO legacy_session'
const ROTATE_LEGACY = 'UPDATE legacy_session SET expires_at'
const CONFIRM_TOTP = 'UPDATE totp SET added_at'
const INSERT_RECOVERY_CODE = 'INSERT INTO recovery_code'
const DELETE_TOTP = 'DELETE FROM totp'
const INSERT_PASSKEY = 'INSERT INTO passkey'
const USE_PASSKEY = 'UPDATE passkey SET counter'
const DELETE_PASSKEY = 'DELETE FROM passkey'
const INSERT_OPENID_GRANT = 'INSERT INTO openid_grant'
const CONSUME_OPENID_CODE = 'UPDATE openid_token SET consumed_at = @now, consumed_by'
const INSERT_OPENID_TOKEN = 'INSERT INTO openid_token'
const ROTATE_OPENID = 'UPDATE openid_token SET consumed_at = @now, sealed_successor'
const DECIDE_STANDING = 'INSERT OR REPLACE INTO standing_change'
const SET_DEACTIVATED = 'UPDATE account SET deactivated_at'
const SET_TAKEDOWN = 'UPDATE account SET takedown_ref'
const DECIDE_DELETION = 'INSERT OR IGNORE INTO deletion'
const DELETE_ENTRY = 'DELETE FROM account WHERE did = ?'
const SET_PASSWORD = 'UPDATE account SET password_scrypt'
const DELETE_LEGACY = 'DELETE FROM legacy_session WHERE session_id = @id'

const statement = (
  name: string,
  by: Action,
  text: string,
  whens: AtStatement['when'][],
): KillPoint[] =>
  whens.map((when) => ({ name: `${name}, ${when}`, by, at: { statement: text, when } }))

const request = (
  name: string,
  by: Action,
  peer: AtRequest['peer'],
  path: string,
  whens: AtRequest['when'][],
): KillPoint[] =>
  whens.map((when) => ({ name: `${name}, ${when}`, by, at: { peer, request: path, when } }))

/** Every step that grants something or makes somebody, in the order of a life. */
export const killPoints: readonly KillPoint[] = [
  ...statement('sign-up: names held', 'signUp', RESERVE_NAMES, ['within', 'committed']),
  ...request('sign-up: PDS asked for a key', 'signUp', 'pds', 'server.reserveSigningKey', [
    'asked',
    'answered',
  ]),
  ...statement('sign-up: DID recorded', 'signUp', RECORD_DID, ['within', 'committed']),
  ...request('sign-up: PDS creates the account', 'signUp', 'pds', 'server.createAccount', [
    'asked',
    'answered',
  ]),
  ...request('sign-up: PDS publishes the DID', 'signUp', 'plc', 'POST', ['asked', 'answered']),
  ...statement('sign-up: account recorded', 'signUp', INSERT_ACCOUNT, [
    'before',
    'within',
    'committed',
  ]),
  ...statement('sign-up: names given', 'signUp', INSERT_ENTRY, ['within', 'committed']),

  ...statement('request insert', 'signIn', INSERT_REQUEST, ['within', 'committed']),
  ...statement('consent', 'signIn', CONSENT, ['within', 'committed']),
  ...statement('code consume', 'signIn', CONSUME_CODE, ['before', 'within', 'committed']),
  ...statement('token insert', 'signIn', INSERT_SESSION, ['before', 'within', 'committed']),
  ...statement('rotation', 'refresh', ROTATE, ['before', 'within', 'committed']),
  ...statement('revocation', 'revoke', REVOKE, ['before', 'within', 'committed']),

  ...statement('legacy session insert', 'createSession', INSERT_LEGACY, ['within', 'committed']),
  ...statement('legacy rotation', 'refreshSession', ROTATE_LEGACY, ['within', 'committed']),
  ...statement('legacy revocation', 'deleteSession', DELETE_LEGACY, ['within', 'committed']),

  ...statement('OpenID grant', 'openidSignIn', INSERT_OPENID_GRANT, ['within', 'committed']),
  ...statement('OpenID code', 'openidSignIn', CONSUME_OPENID_CODE, ['before', 'committed']),
  ...statement('OpenID successor', 'openidRefresh', INSERT_OPENID_TOKEN, ['within', 'committed']),
  ...statement('OpenID rotation', 'openidRefresh', ROTATE_OPENID, [
    'before',
    'within',
    'committed',
  ]),

  ...statement('authenticator: confirmed', 'addFactor', CONFIRM_TOTP, ['before', 'within']),
  ...statement('authenticator: recovery codes', 'addFactor', INSERT_RECOVERY_CODE, [
    'within',
    'committed',
  ]),
  ...statement('authenticator: removed', 'addFactor', DELETE_TOTP, ['within', 'committed']),

  // Its challenge is spent before, in the database of the auth actor.
  ...statement('passkey: made', 'addPasskey', INSERT_PASSKEY, ['before', 'within']),
  ...statement('passkey: recovery codes', 'addPasskey', INSERT_RECOVERY_CODE, [
    'within',
    'committed',
  ]),
  ...statement('passkey: used', 'addPasskey', USE_PASSKEY, ['within', 'committed']),
  ...statement('passkey: removed', 'addPasskey', DELETE_PASSKEY, ['within', 'committed']),

  ...statement('handle change: new handle held', 'changeHandle', RESERVE_HANDLE, [
    'within',
    'committed',
  ]),
  ...request('handle change: PLC', 'changeHandle', 'plc', 'POST', ['asked', 'answered']),
  ...request('handle change: PDS', 'changeHandle', 'pds', 'admin.updateAccountHandle', [
    'asked',
    'answered',
  ]),
  ...statement('handle change: account', 'changeHandle', SET_HANDLE, ['within', 'committed']),
  ...statement('handle change: directory', 'changeHandle', SET_ENTRY_HANDLE, [
    'within',
    'committed',
  ]),

  ...statement('e-mail change: new address held', 'changeEmail', RESERVE_EMAIL, [
    'within',
    'committed',
  ]),
  ...statement('e-mail change: account', 'changeEmail', SET_EMAIL, [
    'before',
    'within',
    'committed',
  ]),
  ...statement('e-mail change: directory', 'changeEmail', SET_ENTRY_EMAIL, ['within', 'committed']),

  ...statement('deactivation: decided', 'pause', DECIDE_STANDING, ['within', 'committed']),
  ...request('deactivation: PDS', 'pause', 'pds', 'admin.updateSubjectStatus', [
    'asked',
    'answered',
  ]),
  ...statement('deactivation: account', 'pause', SET_DEACTIVATED, ['within', 'committed']),
  ...statement('takedown: decided', 'suspend', DECIDE_STANDING, ['within', 'committed']),
  ...statement('takedown: account', 'suspend', SET_TAKEDOWN, ['within', 'committed']),
  ...request('takedown: PDS', 'suspend', 'pds', 'admin.updateSubjectStatus', ['asked', 'answered']),
  ...statement('password reset', 'resetPassword', SET_PASSWORD, ['within', 'committed']),
  ...statement('deletion: decided', 'comeAndGo', DECIDE_DELETION, ['within', 'committed']),
  ...request('deletion: PDS', 'comeAndGo', 'pds', 'admin.deleteAccount', ['asked', 'answered']),
  ...statement('deletion: names free', 'comeAndGo', DELETE_ENTRY, ['within', 'committed']),
  ...request('move to here: PDS creates the account', 'moveIn', 'pds', 'server.createAccount', [
    'asked',
    'answered',
  ]),
  ...request('move to here: PDS deactivates it', 'moveIn', 'pds', 'admin.updateSubjectStatus', [
    'asked',
    'answered',
  ]),
]
