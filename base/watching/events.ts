type EventField =
  | (
      | 'did'
      | 'clientId'
      | 'way'
      | 'kind'
      | 'on'
      | 'left'
      | 'by'
      | 'from'
      | 'to'
      | 'pds'
      | 'operator'
    )
  | ('limit' | 'per' | 'route' | 'what' | 'settled' | 'reason' | 'lines' | 'count' | 'profile')

/** By what rules tokens are given: OAuth of atproto, OpenID, or `createSession`. */
export const TOKEN_PROFILES = ['oauth', 'openid', 'createSession'] as const
export type TokenProfile = (typeof TOKEN_PROFILES)[number]

/** Why a refresh token is refused. */
export const REFRESH_REFUSALS = [
  /** It is none that this entryway gave. */
  'unknown',
  /** It was not used for too long, or its session is too old. */
  'expired',
  /** Its session has ended: by its person, its app, the operator or an ending. */
  'ended',
  /** It has a successor that was used, and so its session ends. */
  'reused',
  /** It has a successor, too, but its client made the request before that was used: its session goes on. */
  'late',
  /** The client is not the one that it was given to, or does not prove that it is. */
  'client',
  /** The account is taken down, or is no more. */
  'account',
] as const
export type RefreshRefusal = (typeof REFRESH_REFUSALS)[number]

/**
 * An event in the log: its level, what its line says, and which fields it may have besides `event` and
 * `address` (of the client). A field that is not named here is not written, so that no mail address, code
 * or name that somebody chose gets into the log.
 */
export type EventShape<F extends EventField = EventField> = {
  level: 'info' | 'warn' | 'error'
  message: string
  fields: readonly F[]
  /** Strangers cause it as often as they like, so its lines are bounded (`event_log.ts`). */
  isStrangers?: true
}

const at =
  (level: EventShape['level']) =>
  <F extends EventField>(message: string, ...fields: F[]): EventShape<F> => ({
    level,
    message,
    fields,
  })
const info = at('info')
const warn = at('warn')
const error = at('error')
const byStrangers = <F extends EventField>(shape: EventShape<F>): EventShape<F> => ({
  ...shape,
  isStrangers: true,
})

/** Events of an account, which its audit trail keeps. Each is a line of the log, too. */
export const AUDIT_EVENTS = {
  account_created: info('an account was created', 'did'),
  account_imported: info('an account came from a PDS', 'did', 'pds'),
  account_activated: info('an account was activated', 'did'),
  account_deactivated: info('an account was deactivated', 'did'),
  app_password_created: info('an app password was made', 'did'),
  app_password_revoked: info('an app password was revoked', 'did'),
  browser_signed_out: info('a browser was signed out', 'did'),
  client_authorized: info('an app was granted access', 'did', 'clientId'),
  device_trusted: info('a browser was trusted', 'did'),
  email_auth_factor: info('the code by mail was switched', 'did', 'on', 'by'),
  email_changed: info('a mail address was changed', 'did'),
  email_confirmed: info('a mail address was confirmed', 'did'),
  factor_added: info('a second factor was added', 'did', 'kind', 'by'),
  factor_removed: info('a second factor was removed', 'did', 'kind', 'by'),
  handle_changed: info('a handle was changed', 'did', 'from', 'to'),
  operator_acted: info('an operator did something to an account', 'did', 'what', 'operator'),
  operator_added: warn('an account became one of an operator', 'did', 'operator'),
  operator_entered: info('somebody entered the page of the operator', 'did'),
  operator_removed: info('an account is no longer one of an operator', 'did', 'operator'),
  passkey_copied: warn('a passkey was refused: there may be a copy of it', 'did'),
  main_password_refused: warn('a password was refused: only app passwords are taken', 'did'),
  invite_disabled: info('a person took an invite code of theirs out of use', 'did'),
  invites_made: info('a person made invite codes', 'did', 'count'),
  new_device_mails: info('the mails about new devices were switched', 'did', 'on'),
  only_app_passwords: info('whether only app passwords are taken was switched', 'did', 'on'),
  password_changed: info('a password was changed', 'did'),
  password_removed: info('a password was removed', 'did'),
  recovery_code_used: info('a recovery code was used', 'did', 'left'),
  recovery_codes_renewed: info('recovery codes were renewed', 'did', 'by'),
  refresh_token_reused: warn(
    'a refresh token was used twice; its session ended',
    'did',
    'clientId',
  ),
  session_ended: info('a session was ended', 'did', 'clientId'),
  sign_in_failed: byStrangers(warn('a sign-in failed', 'did', 'clientId', 'way')),
  signed_in: info('somebody signed in', 'did', 'clientId', 'way'),
  signed_out_elsewhere: info('all but one browser were signed out', 'did'),
  signed_out_everywhere: info('all were signed out', 'did'),
  taken_down: info('an account was taken down', 'did'),
  takedown_lifted: info('a takedown was lifted', 'did'),
  trusted_device_revoked: info('a browser is no longer trusted', 'did'),
}

export type AuditEvent = keyof typeof AUDIT_EVENTS

/** Every event of the log; docs/watching.md says when to worry. */
export const EVENTS = {
  ...AUDIT_EVENTS,
  account_damaged: byStrangers(
    error('the database of an account is damaged or lost, or cannot be used', 'did', 'reason'),
  ),
  backup_failed: error('a backup could not be made, or was not good', 'reason'),
  backup_made: info('a backup was made and verified'),
  code_reused: warn('an authorization code was used twice; its session ended', 'did'),
  lines_left_out: warn('lines were left out: strangers caused too many', 'lines'),
  mail_failed: error('a mail could not be sent', 'did', 'kind', 'reason'),
  mail_limited: warn('a mail over the limit was not sent', 'did', 'kind', 'limit'),
  mail_sent: info('a mail was sent', 'did', 'kind'),
  rate_limited: byStrangers(warn('a limit refused a request', 'did', 'limit', 'per', 'route')),
  refresh_refused: byStrangers(
    info('a refresh token was refused', 'did', 'clientId', 'profile', 'reason'),
  ),
  saga_settled: warn('what was interrupted was settled', 'did', 'what', 'settled'),
  session_revoked: info('an app signed out', 'did', 'clientId'),
}

export type EventName = keyof typeof EVENTS
