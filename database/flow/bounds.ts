import type { Bounded } from '../bounded_table.ts'

const MB = 1_000_000

/**
 * The large ones go first, by kilobytes, and of those the oldest: apps ask for little, and who wants to fill the room
 * does it with the fewest requests that are as large as may be.
 *
 * @param column SQL: what a client chose
 */
const largeFirst = (column: string) => `octet_length(${column}) / 1000 DESC, expires_at`

const REQUEST = {
  ...{ table: 'authorization_request', key: 'id', order: largeFirst('parameters') },
  rowBytes: '300 + octet_length(client_id) + octet_length(parameters)',
}

/** Requests that were pushed, and nobody has opened: anybody can push some, of {@link MAX_OAUTH_REQUEST} each. */
export const PUSHED_REQUESTS: Bounded = {
  ...REQUEST,
  where: 'code_hash IS NULL AND device_id IS NULL',
  maxBytes: 100 * MB,
}

/**
 * Those that are open in a browser, and not granted: far fewer come from one address. So whoever pushes many takes none
 * of them away.
 */
export const OPEN_REQUESTS: Bounded = {
  ...REQUEST,
  where: 'code_hash IS NULL AND device_id IS NOT NULL',
  maxBytes: 100 * MB,
}

/** Browsers on which no account is signed in: each visit without cookies makes one. */
export const STRANGE_DEVICES: Bounded = {
  table: 'device',
  key: 'id',
  where: 'linked = 0',
  rowBytes:
    '600 + coalesce(octet_length(user_agent), 0) + coalesce(octet_length(previous_session_id), 0)',
  maxBytes: 50 * MB,
  order: 'last_seen_at',
}

/** Accounts that one browser remembers: each of its pages asks all of them. */
export const MAX_ACCOUNTS_ON_DEVICE = 20

/** Ids of proofs, assertions and challenges that were shown. */
export const NONCES: Bounded = {
  table: 'replay',
  key: 'nonce_hash',
  where: 'true',
  rowBytes: '120',
  maxBytes: 100 * MB,
  order: 'expires_at',
}

/** Codes that were exchanged. */
export const SPENT_CODES: Bounded = {
  table: 'spent_code',
  key: 'code_hash',
  where: 'true',
  rowBytes: '160',
  maxBytes: 200 * MB,
  order: 'expires_at',
}

/** Lexicons: anybody can publish some, and ask for their permission sets. */
export const LEXICONS: Bounded = {
  table: 'lexicon',
  key: 'nsid',
  where: 'true',
  rowBytes: '200 + octet_length(nsid) + coalesce(octet_length(document), 0)',
  maxBytes: 50 * MB,
  order: 'updated_at',
}

/**
 * Bytes of what an app asks for in one request, which is kept with the session. With a `state` that is longer, its
 * person could not be led back: no server takes such an address.
 */
export const MAX_OAUTH_REQUEST = 16_000

/**
 * Bytes of what is kept of one request of an OpenID client. An id token as a hint has about 1,500, a `state`
 * seldom more than 2,000.
 */
export const MAX_OPENID_REQUEST = 6_000

/** Codes of devices that nobody typed yet, or a moment ago: each app can ask for some. */
export const OPENID_DEVICE_CODES: Bounded = {
  table: 'openid_device_code',
  key: 'id_hash',
  where: 'true',
  rowBytes: '250 + octet_length(payload)',
  maxBytes: 25 * MB,
  order: largeFirst('payload'),
}

/** What a client pushed (RFC 9126), as the OpenID provider calls it. */
export const OPENID_PUSHED = 'PushedAuthorizationRequest'

const OPENID_REQUEST = {
  ...{ table: 'openid_request', key: 'id_hash', order: largeFirst('payload') },
  rowBytes: '150 + octet_length(payload)',
}

/** Requests that were pushed to the OpenID provider: far more of them come from one address than interactions. */
export const OPENID_PUSHED_REQUESTS: Bounded = {
  ...OPENID_REQUEST,
  where: `kind = '${OPENID_PUSHED}'`,
  maxBytes: 100 * MB,
}

/** Its interactions, and sessions without an account: anybody can begin some. What is pushed takes none of them away. */
export const OPENID_REQUESTS: Bounded = {
  ...OPENID_REQUEST,
  where: `kind <> '${OPENID_PUSHED}'`,
  maxBytes: 200 * MB,
}

/** OpenID clients that registered themselves; those to which nobody signed in go first. */
export const SELF_REGISTERED_CLIENTS: Bounded = {
  table: 'openid_client',
  key: 'id',
  where: 'self_registered = 1',
  rowBytes: '400 + octet_length(metadata)',
  maxBytes: 20 * MB,
  order: 'used_at IS NOT NULL, coalesce(used_at, registered_at)',
}
