import type { LazyTables } from '../lazy_tables.ts'

/**
 * The tables of an account as the steps of its schema leave them (`schema.ts` says what they are for), for a
 * new database: those that every account has, and by their names those that come with their first row.
 */
export const firstTables = `
  CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    did TEXT NOT NULL,
    handle TEXT,
    email TEXT NOT NULL,
    email_confirmed_at INTEGER,
    email_auth_factor INTEGER NOT NULL DEFAULT 0,
    pds_did TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deactivated_at INTEGER,
    delete_after INTEGER,
    takedown_ref TEXT,
    signed_out_at INTEGER,
    invites_disabled INTEGER NOT NULL DEFAULT 0,
    invite_note TEXT,
    generation INTEGER NOT NULL DEFAULT 0,
    new_device_mails INTEGER NOT NULL DEFAULT 1,
    devices_known_since INTEGER,
    only_app_passwords INTEGER NOT NULL DEFAULT 0,
    password_scrypt TEXT,
    updated_at INTEGER NOT NULL DEFAULT 0,
    profile_cid TEXT,
    language TEXT
  );
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
  );
`

export const laterTables: LazyTables = {
  session: `CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    client_auth TEXT NOT NULL,
    device_id TEXT,
    parameters TEXT NOT NULL,
    scope TEXT,
    code_hash BLOB,
    refresh_hash BLOB,
    previous_refresh_hash BLOB,
    sealed_successor BLOB,
    rotated_at INTEGER,
    address TEXT,
    user_agent TEXT,
    proven_at INTEGER,
    received_at INTEGER
  ) WITHOUT ROWID`,

  replayed_code: `CREATE TABLE replayed_code (
    code_hash BLOB PRIMARY KEY,
    replayed_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  device_account: `CREATE TABLE device_account (
    device_id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    amr TEXT
  ) WITHOUT ROWID`,

  authorized_client: `CREATE TABLE authorized_client (
    client_id TEXT PRIMARY KEY,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  app_password: `CREATE TABLE app_password (
    name TEXT PRIMARY KEY,
    password_scrypt TEXT NOT NULL,
    privileged INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
  ) WITHOUT ROWID`,

  legacy_session: `CREATE TABLE legacy_session (
    refresh_hash BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    next_jti TEXT,
    app_password_name TEXT REFERENCES app_password (name) ON DELETE CASCADE,
    session_id TEXT,
    created_at INTEGER,
    updated_at INTEGER,
    address TEXT,
    user_agent TEXT
  ) WITHOUT ROWID;
  CREATE INDEX legacy_session_id ON legacy_session (session_id);
  CREATE INDEX legacy_session_expiry ON legacy_session (expires_at)`,

  email_token: `CREATE TABLE email_token (
    purpose TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL,
    requested_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  totp: `CREATE TABLE totp (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    added_at INTEGER,
    last_step INTEGER
  )`,

  recovery_code: `CREATE TABLE recovery_code (
    code_hash BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  proof: `CREATE TABLE proof (
    device_id TEXT PRIMARY KEY,
    proven_at INTEGER NOT NULL,
    passkey_at INTEGER
  ) WITHOUT ROWID`,

  sign_out_link: `CREATE TABLE sign_out_link (
    secret_hash BLOB PRIMARY KEY,
    made_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  passkey: `CREATE TABLE passkey (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    synced INTEGER NOT NULL,
    backed_up INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
  ) WITHOUT ROWID`,

  known_device: `CREATE TABLE known_device (
    mark TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    device_id TEXT
  ) WITHOUT ROWID`,

  trusted_device: `CREATE TABLE trusted_device (
    id TEXT PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE,
    device_id TEXT NOT NULL,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  openid_session: `CREATE TABLE openid_session (
    uid TEXT PRIMARY KEY,
    id_hash BLOB NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    device_id TEXT NOT NULL,
    remembered INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  openid_grant: `CREATE TABLE openid_grant (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT
  ) WITHOUT ROWID`,

  openid_token: `CREATE TABLE openid_token (
    token_hash BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    grant_id TEXT NOT NULL REFERENCES openid_grant (id) ON DELETE CASCADE,
    payload TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    consumed_at INTEGER,
    sealed_successor BLOB,
    successor_hash BLOB,
    chain TEXT NOT NULL DEFAULT '',
    consumed_by TEXT,
    received_at INTEGER,
    proven_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX openid_token_grant ON openid_token (grant_id);
  CREATE INDEX openid_token_expiry ON openid_token (expires_at);
  CREATE INDEX openid_token_successor ON openid_token (successor_hash)
    WHERE successor_hash IS NOT NULL`,

  openid_consent: `CREATE TABLE openid_consent (
    client_id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    refused TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    resources TEXT NOT NULL DEFAULT '{}'
  ) WITHOUT ROWID`,

  openid_sign_in: `CREATE TABLE openid_sign_in (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    session_uid TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    due_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX openid_sign_in_open ON openid_sign_in (client_id, sid)
    WHERE ended_at IS NULL`,
}
