/**
 * Every duration of the program, in milliseconds. The windows of rate limits stand with the limits, in
 * seconds (`app/limits/table.ts`, `sagas/services/mail_limits.ts`, `sagas/accounts/account_limits.ts`). How long OAuth
 * sessions, their refresh tokens and DPoP nonces last is for the provider to say (`docs/apps.md`).
 */

const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Of rate limits, which count in seconds, as the headers do that tell of them (`http/answers/retry_after.ts`). */
export const SECONDS_A_MINUTE = 60
export const SECONDS_AN_HOUR = 60 * SECONDS_A_MINUTE

/**
 * Access tokens, OAuth's and those of legacy sessions (`com.atproto.server.createSession`), unless the
 * settings say less. A PDS verifies them alone, so where requests do not come through this program, a
 * session that was revoked lives on there until its access token expires: 15 minutes is the most that
 * the atproto OAuth spec allows for that, and apps would refresh all the time with less than 2.
 * @see https://atproto.com/specs/oauth#tokens-and-session-lifetime
 */
export const ACCESS_TOKEN_MAX = 15 * MINUTE
export const ACCESS_TOKEN_MIN = 2 * MINUTE

/**
 * A clock that jumps ahead by more than this has to stay there for `CLOCK_SETTLED`, until what has expired by
 * it is deleted.
 */
export const CLOCK_JUMP = 7 * DAY
export const CLOCK_SETTLED = HOUR

/** How often the size of the databases is looked at. */
export const SIZES_INTERVAL = 15 * MINUTE

/** A backup is made when the last good one is older than this. */
export const BACKUP_INTERVAL = DAY

/** How often that is looked at, and one that failed is tried again. */
export const BACKUP_LOOK = HOUR

/** The operator is told where the last good backup is older than this. */
export const BACKUP_OLD = 2 * DAY

/** The operator is told where a commit waits longer than this to be kept by the engine. */
export const REPLICATION_SLOW = 5 * SECOND

/** Lines of the log that strangers cause are counted within this. */
export const EVENT_LINES = MINUTE

/** What happened is kept in the trail over all accounts this much later, at most. */
export const EVENTS_KEPT = 2 * SECOND

/** What happened to an account may come into the trail this long after the account was removed. */
export const EVENTS_LATE = HOUR

/** How long clients may keep the metadata and the keys of the OpenID issuer; new keys are published long before. */
export const OPENID_DOCUMENT = 5 * MINUTE

/** How long a gateway may answer for a public document that seldom changes. */
export const PUBLIC_DOCUMENT = SECOND

/** How long a gateway may answer for an asset of the sign-in pages, whose name changes with it. */
export const PAGE_ASSET = DAY

/**
 * The provider's script goes through the state in which it asks for a sign-in on its way to the next
 * one. When it stays there for this long, it shows it.
 */
export const PAGE_SETTLED = 100

/** How long a person stays signed in on a device before the password is asked again. */
export const DEVICE_AUTHENTICATION = 7 * DAY

/**
 * A refresh token whose answer was lost may be presented again for this long, as long as its
 * successor was never used (bluesky-social/atproto#5411).
 */
export const REFRESH_RETRY_GRACE = 60 * SECOND

/**
 * For so long after its first request a gateway knows a refresh token whose client asks in vain, and such a token may be
 * presented again: an outage is no reuse. It ends with the first answer.
 */
export const ASKED_IN_VAIN = HOUR

/**
 * Of two requests with refresh tokens that gateways received within this time, none came before the other: their clocks
 * may differ, and who refreshes without a pause would always be received just after somebody, and be answered first. It
 * is no longer than a client takes to go on that has been answered.
 */
export const RECEIVED_TOGETHER = 50

/**
 * A network may hold a request with a refresh token for this long. One whose client says that it made it earlier counts
 * as used again: with a nonce of the OpenID issuer a DPoP proof may say any time.
 */
export const REFRESH_HELD = 5 * MINUTE

/**
 * A browser may show the session of before for this long, since the answer with the new one can be lost, or come after
 * what other tabs have sent. In this time the provider would not replace a session by itself (`rotationRate`): who has
 * copied one may use it as long in any case. Once somebody has proven in it who they are, it is {@link DEVICE_AT_ONCE}.
 */
export const DEVICE_RETRY_GRACE = 5 * MINUTE

/** What tabs send at once: so soon after a session was replaced, it need not be replaced again. */
export const DEVICE_AT_ONCE = 5 * SECOND

/**
 * An authorization request that has expired is kept for this long, so that the app of a person who
 * comes back to it learns that (as at the reference).
 */
export const EXPIRED_REQUEST_MEMORY = 10 * MINUTE

/** A spent authorization code is remembered so that its replay revokes the session it created. */
export const SPENT_CODE_MEMORY = 30 * DAY

/** A code that was presented a second time before its session existed is remembered for as long. */
export const REPLAYED_CODE_MEMORY = SPENT_CODE_MEMORY

/**
 * A session that was not refreshed for this long is deleted. The provider refuses to refresh it after
 * three months already.
 */
export const SESSION_UNUSED = 100 * DAY

/**
 * A refresh token that a PDS gave before it was adopted is known for this long: later its session could
 * not be refreshed any more.
 */
export const CARRIED_TOKEN_MEMORY = SESSION_UNUSED

/** The longest that an access token of a stock PDS lasts. */
export const PDS_ACCESS_TOKEN = 2 * HOUR

/**
 * Ids of proofs and assertions are remembered for this long at most. Both are refused when they are
 * a few minutes old, also an assertion whose `exp` is later.
 */
export const NONCE_MEMORY = 10 * MINUTE

/** A browser on which no account is signed in is forgotten when it was not seen for this long. */
export const DEVICE_UNUSED = DAY

/**
 * And one on which an account is signed in, after this: the password would be asked again long before
 * ({@link DEVICE_AUTHENTICATION}).
 */
export const SIGNED_IN_DEVICE_UNUSED = 100 * DAY

/** Codes sent by e-mail; the reference PDS uses the same. */
export const EMAIL_TOKEN = 15 * MINUTE

/** The cookie that guards a device: as long as browsers keep one (RFC 6265bis section 5.5). */
export const DEVICE_GUARD = 400 * DAY

/** A device from which nobody signed in for this long is not known any more: as long as browsers keep a cookie. */
export const KNOWN_DEVICE = DEVICE_GUARD

/**
 * Which devices a person has is not known of an account that comes from elsewhere. For this long those that
 * sign in are learned without a mail: else all people of a PDS that moves here would get one for each.
 */
export const DEVICES_LEARNED = 7 * DAY

/** The link in a mail that signs everybody out: a mail may lie for days before somebody reads it. */
export const SIGN_OUT_LINK = 7 * DAY

/** An authenticator that was begun has to be confirmed by a code within this time. */
export const TOTP_BEGUN = 15 * MINUTE

/**
 * A page with a form of the sign-in may stay open for this long, unless the app's request ends before.
 * After a right password the second step has to follow while the code that was mailed is good, and so long the app's
 * request waits for such a code, also for one with a new password.
 */
export const SIGN_IN_FORM = DAY
export const SIGN_IN_STEP = EMAIL_TOKEN

/** A sign-in that is not remembered: as long as its token (`EPHEMERAL_SESSION_MAX_AGE` of the provider). */
export const SIGN_IN_HANDOVER = 15 * MINUTE

/** A passkey has to answer within this time (WebAuthn section 15.1 recommends five minutes). */
export const PASSKEY_CHALLENGE = 5 * MINUTE

/** A page that is open for longer asks for another challenge first, so that a person has the rest to answer. */
export const PASSKEY_PAGE = PASSKEY_CHALLENGE - MINUTE

/**
 * The OpenID provider. A code is exchanged at once; an access token is for its own endpoints, which look
 * it up. A person has an hour for the pages of a sign-in.
 */
export const OPENID_CODE = MINUTE
export const OPENID_ACCESS_TOKEN = 15 * MINUTE
export const OPENID_ID_TOKEN = HOUR
export const OPENID_INTERACTION = HOUR

/** A refresh token that was not used for this long is good no more; nor is any this long after the sign-in. */
export const OPENID_REFRESH_TOKEN = 90 * DAY
export const OPENID_GRANT = 400 * DAY

/** What a client was granted of which it got nothing yet: its code may be on its way, or was lost with an answer. */
export const OPENID_UNUSED_GRANT = HOUR

/**
 * How long a person may take to type the code of a device (RFC 8628 section 3.2), and how long that one waits
 * before it asks again.
 */
export const OPENID_DEVICE_CODE = 10 * MINUTE
export const OPENID_DEVICE_POLL = 5 * SECOND

/**
 * A client that registered itself is forgotten when nobody has signed in to it for this long: at first, and
 * later.
 */
export const OPENID_CLIENT_UNUSED = DAY
export const OPENID_USED_CLIENT_UNUSED = OPENID_GRANT

/** How far ahead a client's assertion may expire. */
export const OPENID_ASSERTION = HOUR

/** How far ahead the clock may be by which it was made (FAPI 2.0 Security Profile section 5.3.2.1). */
export const OPENID_ASSERTION_EARLY = MINUTE

/** A spent code is recognised for this long, so that its replay ends what it gave. */
export const OPENID_SPENT_CODE = DAY

/** Who is not remembered in a browser is asked for the password by the next OpenID client after this. */
export const OPENID_PASSING_SESSION = 12 * HOUR

/**
 * A new key of the OpenID provider is published for this long before it signs, as relying parties keep the
 * keys for hours; one that signs no more is published for this long, as logouts show old id tokens.
 */
export const OPENID_KEY_AHEAD = DAY
export const OPENID_KEY_KEPT = 30 * DAY

/** How often an auth actor reads the keys, and whether there is a client. */
export const OPENID_KEYS_READ = 10 * SECOND

/**
 * An OpenID client is told of an ending at once. Where it does not take that, it is told again after these pauses,
 * and not any more a day after the ending.
 */
export const OPENID_LOGOUT_PAUSES = [
  ...[10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE],
  ...[2 * HOUR, 6 * HOUR, 12 * HOUR],
]
export const OPENID_LOGOUT = DAY

/** How often the program looks for clients that are to be told again. */
export const OPENID_LOGOUT_LOOK = 10 * SECOND

/** A profile is kept this long; an answer waits this long for one that is not there. */
export const OPENID_PROFILE = 10 * MINUTE
export const OPENID_PROFILE_WAIT = SECOND
/** After a public profile could not be had, until it is asked for again. */
export const OPENID_PROFILE_AGAIN = 30 * SECOND

/** Who has proven again that they are the person is not asked for that once more on this device. */
export const PROOF_AGAIN = 5 * MINUTE

/**
 * The operator's page: a link that opens it is good for `OPERATOR_LINK`; who is in is out after
 * `OPERATOR_IDLE` without a request, and `OPERATOR_SESSION` after the sign-in. Use is noted once in
 * `OPERATOR_USED`.
 */
export const OPERATOR_LINK = 10 * MINUTE
export const OPERATOR_IDLE = 30 * MINUTE
export const OPERATOR_SESSION = 8 * HOUR
export const OPERATOR_USED = MINUTE

/** A device that somebody trusts is not asked for the second factor for this long. */
export const TRUSTED_DEVICE = 30 * DAY

/** The answer to a form says what was done on the page after it; a browser keeps that for as long. */
export const DONE = MINUTE

/**
 * A browser keeps what was entered in a form for as long: while its person is asked for a proof, signs up, or goes from one
 * page of a sign-in to another.
 */
export const ENTERED = 10 * MINUTE

/** Refresh JWTs of legacy sessions; as in the reference PDS. */
export const LEGACY_REFRESH_TOKEN = 90 * DAY

/** How long a rotated legacy refresh JWT still answers; as in the reference PDS. */
export const LEGACY_REFRESH_GRACE = 2 * HOUR

/**
 * A failed sign-in takes at least this long, as `createSession` of the reference, so that its
 * time does not tell whether the account exists.
 */
export const FAILED_SIGN_IN = 350

/** The gateway gives up on an actor after this and answers 503. */
export const GATEWAY_DEADLINE = 30 * SECOND

/** A command of the operator gives up on the gateway after this. */
export const OPERATOR_WAIT = GATEWAY_DEADLINE + 15 * SECOND

/** `/_health` answers 503 when the auth actor does not say within this time that it is ready. */
export const HEALTH_DEADLINE = 2 * SECOND

/** How often something in this process, or on this machine, is asked whether it is there by now. */
export const POLL = 50

/** An action of an actor may take this long; then its caller is told that it failed. */
export const ACTION = 60 * SECOND

/** How long an auth actor, and the directory, may take to wake: a large database is copied first. */
export const AUTH_WAKE = 20 * SECOND
export const DIRECTORY_WAKE = 60 * SECOND

/** A call to an actor of another process may take this long, connecting to it included. */
export const CALL = 25 * SECOND

/**
 * On an engine such a call may be begun for this long, and again for as long each time that its caller says,
 * every `QUIET`, that it still waits. The caller is not told before that its call got lost.
 */
export const CALL_BEGINS = 5 * SECOND

/**
 * The actor reads on its own clock by when that is, and the caller has seen that clock within `CLOCK_READ`.
 * Until the next look the two may drift apart by `CLOCK_DRIFT`: a system that sets its clock slows or
 * hastens it by half of a thousandth at most.
 */
export const CLOCK_READ = MINUTE
export const CLOCK_DRIFT = CLOCK_READ / 1_000

/** While the runner behind the loopback port is away, it is looked for this often. */
export const RECONNECT = SECOND

/**
 * Connecting to an actor may take `CONNECT` in all. Another attempt begins every `CONNECT_AGAIN`,
 * because an attempt that reaches a dead runner gets no answer. After a failure there is a pause.
 */
export const CONNECT = 4.5 * SECOND
export const CONNECT_AGAIN = 1.5 * SECOND
export const CONNECT_PAUSE = 250

/**
 * An actor on an engine that was silent for `QUIET` is asked for a sign of life, and has
 * `SIGN_OF_LIFE` to answer.
 */
export const QUIET = SECOND
export const SIGN_OF_LIFE = 3 * SECOND

/**
 * What the storage of an engine has for an answer. Another node of it leads within 12 s; an actor that waits for an answer which
 * is lost answers nothing else meanwhile, and then wakes anew.
 */
export const STORAGE_ANSWERS = 20 * SECOND

/** What could not be reached for this long is away; an actor that moves in order is back sooner. */
export const AWAY = 2 * SECOND

/**
 * A runner asks its engine this often whether it is known there; one that was missing
 * `MEMBERSHIP_MISSES` times in a row registers anew.
 */
export const MEMBERSHIP = SECOND
export const MEMBERSHIP_MISSES = 5

/**
 * Auth actors and gateways ask each auth actor what sessions it ended; it answers at once, or after
 * `ENDINGS_WAIT` that there were none. One that gets no answer for `ENDINGS_LEASE` trusts nothing
 * that it remembers; for so long an ending may have to wait until it has reached all of them.
 */
export const ENDINGS_WAIT = SECOND
export const ENDINGS_LEASE = 3 * SECOND

/**
 * A gateway that cannot ask whether the session of an open exchange has ended cuts it after this.
 */
export const OPEN_IN_DOUBT = 10 * SECOND

/** What a request that a PDS has received completely may take when its session ends meanwhile. */
export const LAST_REQUEST = SECOND

/** How long a stopping runner waits for its last answers to leave, once they are there. */
export const LAST_ANSWERS = 100

/**
 * Where data are moved off an engine, each actor waits so long for what it is answering. The auth actors do first; then,
 * for `MOVE_SETTLES`, the directory and the accounts still take what goes on after the last answer, such as the end of
 * the trail ({@link EVENTS_KEPT}).
 */
export const MOVE_DRAIN = 2 * SECOND
export const MOVE_SETTLES = EVENTS_KEPT + 500

/** How long the actors of an engine may take to leave a process that only copies their data. */
export const LEAVE_ENGINE = 10 * SECOND

/**
 * A mail that a stranger may ask for is begun so long after that, and by chance up to as much again: what it takes
 * must not fall into the time of the answer, which would tell whether there is an account.
 */
export const STRANGERS_MAIL = SECOND

/** How long a stopping gateway waits for requests in flight. */
export const DRAIN = 10 * SECOND

/** How long a stopping runner waits for work that no answer waits for, such as mails. */
export const BACKGROUND = 5 * SECOND

/** How long an ending program waits for the collector to take the last traces. */
export const TRACES_END = 3 * SECOND

/** How long a stopping runner closes databases. */
export const CLOSING = 3 * SECOND

/** How long an ending program waits for its trail to be kept: no actor that is away holds it up. */
export const TRAIL_END = 5 * SECOND

/**
 * How long a program may take to end, with its PDS, whatever its steps may take each. What supervises it
 * kills it after `STOP_WAITED` (`deploy/`), and who copies its data waits for as long.
 */
export const STOPS = 27 * SECOND
export const STOP_WAITED = 30 * SECOND

/** An account actor without calls closes its database and leaves memory after this. */
export const ACCOUNT_SLEEP = 60 * SECOND

/** A thread that hashes passwords ends when it had none to hash for this long. */
export const PASSWORD_THREAD_IDLE = 60 * SECOND

/** Calls to a PDS or the PLC directory. */
export const UPSTREAM_TIMEOUT = 15 * SECOND

/** The gateway gives up connecting to a PDS after this. */
export const UPSTREAM_CONNECT = 10 * SECOND

/** How often it is read which PDSes there are; what the operator changes is known at once. */
export const PDSES_READ = 10 * SECOND

/** A request passed to a PDS ends when nothing comes or goes for this long; imports of repos take time. */
export const UPSTREAM_IDLE = 2 * MINUTE

/**
 * An idle connection to a PDS is not used again after this: a PDS closes it after 5 seconds, and a
 * request that meets that is lost.
 */
export const UPSTREAM_POOL = 4 * SECOND

/**
 * An idle connection of a client is closed after this. Proxies keep theirs for 2 minutes (Caddy) or
 * less, and must be the first to close: a request that meets the gateway's closing is lost.
 */
export const CLIENT_IDLE = 3 * MINUTE

/**
 * How long a client may take to send the headers of a request, and a body that is read before anything
 * is done with it (64 KiB at most). A longer one that goes to a PDS may take its time ({@link UPSTREAM_IDLE}).
 */
export const CLIENT_HEADERS = 15 * SECOND
export const CLIENT_BODY = 30 * SECOND

/**
 * A DID document is fetched anew after the first, and not used any more after the second. After a
 * move or a change of handle here it is fetched at once.
 */
export const DID_DOCUMENT_STALE = 5 * MINUTE
export const DID_DOCUMENT_EXPIRED = DAY

/**
 * On a bad signature the document is fetched anew, as its key may have changed. Anybody can send bad
 * signatures, so that is done once in this time: those that come in between wait for it.
 */
export const DID_DOCUMENT_REFETCH = 2 * SECOND

/** After the PLC directory failed to answer, until it is asked again for documents that are known. */
export const DID_DOCUMENT_AGAIN = 10 * SECOND

/** What is looked up elsewhere for a request waits this long for others to end. */
export const LOOKUP_WAIT = 5 * SECOND

/** Expired flow state (authorization requests, replay nonces, spent codes) is swept this often. */
export const SWEEP_INTERVAL = 60 * SECOND

/** A sign-up or handle change is finished or undone when its record did not change for this long. */
export const SAGA_ABANDONED = 2 * MINUTE

/** For so long a PDS may go on with a sign-up that was given up, and it is taken back. */
export const SIGN_UP_LATE = HOUR

/** Where that PDS does not answer, it is looked for so long. What is older may be of a backup, and the DID in use since. */
export const SIGN_UP_UNSEEN = DAY

/** How often the program looks for those, and for accounts that are not active on their PDS. */
export const RECOVERY_INTERVAL = 60 * SECOND

/** How long an account's audit trail goes back. */
export const AUDIT_MEMORY = 90 * DAY

/**
 * A client's published keys are kept this long: to fetch them for every refresh would make each depend on the
 * client's server. A key that the client withdraws is good for as long at most; at the OpenID provider for twice as
 * long, since `oidc-provider` keeps those of a registered client for a minute of its own.
 */
export const CLIENT_KEYS = 60 * SECOND

/** A client's metadata document is kept this long. */
export const CLIENT_METADATA = 10 * MINUTE

/** Documents of a client that may have changed are fetched again, but not more often than this. */
export const CLIENT_REFETCH = 1 * SECOND

/** The deadline on anything a client must serve us: metadata, JWKS, lexicons. */
export const CLIENT_FETCH = 10 * SECOND

/** How far the clock of a client may be ahead where it signs assertions and request objects. */
export const CLIENT_CLOCK_AHEAD = 30 * SECOND

/**
 * A mail server has this long to be found, connected to and greet, to say something, and to take one
 * mail in all, even where it trickles its replies: a person waits for the answer.
 */
export const SMTP_GREETING = 5 * SECOND
export const SMTP_SILENCE = 10 * SECOND
export const SMTP_MAIL = 20 * SECOND

/** Each step of trying out a mail server: connecting, its greeting, signing in. */
export const SMTP_CHECK = 10 * SECOND

/**
 * An S3 store has this long to take a connection, and to take or give the next bytes on it. A copy of a backup may last
 * for hours.
 */
export const S3_CONNECT = 10 * SECOND
export const S3_SILENCE = MINUTE

/**
 * A request to the store takes no longer than this in all, and the time of a file at so many bytes a millisecond. Eight
 * files share the line, so a copy of large ones succeeds over one of 128 kbit/s.
 */
export const S3_ANSWER = 5 * MINUTE
export const S3_SLOWEST = 2
/** All pages of one list: of ten million files, the most that is read, with a second for each thousand. */
export const S3_LIST = 3 * HOUR

/** A WebSocket that was silent for this long is asked by TCP whether the other side is there. */
export const TCP_PROBE = 60 * SECOND

/**
 * How long to wait while another process holds the lock of a database. Only the program writes while
 * it runs, so it waits briefly: every request of the process waits, too. A check may wait longer.
 */
export const LOCK_WAIT = SECOND
export const CHECK_LOCK_WAIT = 5 * SECOND

/** `vestibule upgrade --check` waits this long for where newer versions are, which a slow line may fetch. */
export const UPGRADE_LOOK = 2 * MINUTE

/** `vestibule doctor` waits this long for each answer. */
export const DOCTOR_LOOK = 10 * SECOND

/** `/_health` looks this often whether the disk takes writes. */
export const DISK_LOOK = 5 * SECOND

/** What doctor found is shown on the operator's page for this long before it is looked at anew. */
export const DOCTOR_RECENT = 5 * MINUTE

/** `vestibule doctor` gives a program that does not answer this long, as it may be starting. */
export const DOCTOR_START = 30 * SECOND

/** How far clocks may be apart before `vestibule doctor` complains: beyond it tokens are refused. */
export const DOCTOR_CLOCK = 30 * SECOND

/** A certificate that ends sooner is reported by `vestibule doctor`: it should be renewed by now. */
export const CERTIFICATE_LEFT = 14 * DAY

/** How far the clock of a client may be off in proofs that are verified here, not by the provider. */
export const PROOF_CLOCK = 60 * SECOND

/** How long a browser may keep the answer to a preflight (Fetch standard, "CORS-preflight cache"). */
export const PREFLIGHT = DAY

/** `Retry-After` (RFC 9110 section 10.2.3) of an answer that the program could not make. */
export const RETRY_AFTER = 2 * SECOND

/** How often the log says that there is too much to do. */
export const OVERLOAD_LOG = MINUTE

/** `Retry-After` for a client with too many WebSockets. */
export const WEB_SOCKET_RETRY = 60 * SECOND

/**
 * The embedded PDS, when it ended by itself, is started again after `PDS_RESTART`, then after twice as
 * long, up to `PDS_RESTART_MOST`. One that ran for `PDS_STEADY` begins with the first pause again.
 */
export const PDS_RESTART = 250
export const PDS_RESTART_MOST = 30 * SECOND
export const PDS_STEADY = MINUTE

/**
 * It may take this long to begin, with all that it has to change in its databases after an upgrade; then
 * it is killed.
 */
export const PDS_START = 5 * MINUTE

/**
 * While it runs, it is asked for a sign of life every `PDS_LOOK`, and has `PDS_LOOK_DEADLINE` to answer:
 * long enough for one that is busy with a large repo.
 */
export const PDS_LOOK = 10 * SECOND
export const PDS_LOOK_DEADLINE = 10 * SECOND

/** How long it may take to answer what it was asked and to close its files; then it is killed. */
export const PDS_END = 4 * SECOND
export const PDS_KILL = PDS_END + SECOND

/** The part of the time to stop that is kept for what is closed last. */
export const STOPS_LAST = CLOSING + PDS_KILL + TRACES_END

/** How long it waits for its data while the one of a program that was killed still ends. */
export const PDS_DATA_WAIT = 30 * SECOND
