import type { Schema } from '../schema.ts'

/**
 * What an auth actor keeps between two requests of one sign-in. Times are milliseconds since the
 * epoch.
 */
export const flowSchema: Schema = {
  pageSize: 4096,
  sealed: [
    { table: 'device', column: 'session_id' },
    { table: 'device', column: 'previous_session_id', as: 'device.session_id' },
    { table: 'carried_token', column: 'session_id' },
    { table: 'carried_secret', column: 'secret' },
    { table: 'openid_request', column: 'payload' },
    { table: 'openid_device_code', column: 'payload' },
    { table: 'openid_key', column: 'jwk' },
  ],
  steps: [
    `
  CREATE TABLE authorization_request (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    client_auth TEXT,
    parameters TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    device_id TEXT,
    did TEXT,
    code_hash BLOB UNIQUE,
    authorized_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX authorization_request_expiry ON authorization_request (expires_at);

  -- Codes already exchanged, kept to revoke their session when one is presented again.
  CREATE TABLE spent_code (
    code_hash BLOB PRIMARY KEY,
    did TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX spent_code_expiry ON spent_code (expires_at);

  CREATE TABLE device (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    user_agent TEXT,
    ip_address TEXT NOT NULL,
    last_seen_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Which accounts may be signed in on a device; the truth is in each account.
  CREATE TABLE device_account (
    device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    did TEXT NOT NULL,
    PRIMARY KEY (device_id, did)
  ) WITHOUT ROWID;

  CREATE TABLE replay (
    nonce_hash BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX replay_expiry ON replay (expires_at);

  CREATE TABLE lexicon (
    nsid TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_succeeded_at INTEGER,
    uri TEXT,
    document TEXT
  ) WITHOUT ROWID;

  -- Clients registered by the operator, whose id is no metadata URL.
  CREATE TABLE client (
    id TEXT PRIMARY KEY,
    metadata TEXT NOT NULL,
    registered_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- Over how many auth actors all of this is spread; one row.
  CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    auth_actors INTEGER NOT NULL
  );
  -- There was one before there could be several.
  INSERT INTO installation (id, auth_actors) SELECT 1, 1
  WHERE EXISTS (SELECT 1 FROM device) OR EXISTS (SELECT 1 FROM replay)
    OR EXISTS (SELECT 1 FROM spent_code) OR EXISTS (SELECT 1 FROM client);
  `,
    `
  -- Both are written by every sign-in and grow at their end now, not all over: a commit writes less.
  ALTER TABLE authorization_request RENAME TO former_request;
  DROP INDEX authorization_request_expiry;
  CREATE TABLE authorization_request (
    id TEXT PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL,
    client_auth TEXT,
    parameters TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    device_id TEXT,
    did TEXT,
    code_hash BLOB,
    authorized_at INTEGER
  );
  INSERT INTO authorization_request SELECT * FROM former_request;
  DROP TABLE former_request;
  CREATE INDEX authorization_request_expiry ON authorization_request (expires_at);
  CREATE UNIQUE INDEX authorization_request_code ON authorization_request (code_hash)
    WHERE code_hash IS NOT NULL;

  ALTER TABLE replay RENAME TO former_replay;
  DROP INDEX replay_expiry;
  CREATE TABLE replay (
    nonce_hash BLOB PRIMARY KEY NOT NULL,
    expires_at INTEGER NOT NULL
  );
  INSERT INTO replay SELECT * FROM former_replay;
  DROP TABLE former_replay;
  CREATE INDEX replay_expiry ON replay (expires_at);
  `,
    `
  -- The account's generation when the person consented. A code of before this is refused.
  ALTER TABLE authorization_request DROP COLUMN authorized_at;
  ALTER TABLE authorization_request ADD COLUMN generation INTEGER;
  `,
    `
  -- The session that requests of a moment ago may still show.
  ALTER TABLE device ADD COLUMN previous_session_id TEXT;
  `,
    `
  -- Whether an account is signed in on it; others are forgotten after a while.
  ALTER TABLE device ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
  UPDATE device SET linked = 1 WHERE id IN (SELECT device_id FROM device_account);
  CREATE INDEX device_unused ON device (last_seen_at) WHERE linked = 0;
  `,
    `
  -- The others are forgotten, too, if much later.
  CREATE INDEX signed_in_device_unused ON device (last_seen_at) WHERE linked = 1;
  `,
    `
  -- Refresh tokens that a PDS gave before it was adopted, also those that were used there. Ours name
  -- their account and session; these do not.
  CREATE TABLE carried_token (
    token_hash BLOB PRIMARY KEY,
    did TEXT NOT NULL,
    session_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX carried_token_expiry ON carried_token (expires_at);

  -- What a PDS signed its JWTs with before it was adopted, until the last of them has expired.
  CREATE TABLE carried_secret (
    pds_did TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- Whether the browser has a cookie that no other host can set, without which it does not get the device.
  ALTER TABLE device ADD COLUMN guarded INTEGER NOT NULL DEFAULT 0;
  `,
    `
  -- What the OpenID provider keeps before it is known who somebody is; its clients and keys.
  CREATE TABLE openid_request (
    id_hash BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    consumed_at INTEGER
  );
  CREATE INDEX openid_request_expiry ON openid_request (expires_at);

  CREATE TABLE openid_client (
    id TEXT PRIMARY KEY,
    metadata TEXT NOT NULL,
    secret_hash TEXT,
    registered_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE openid_key (
    kid TEXT PRIMARY KEY,
    jwk TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- Protected resources, for which OpenID clients get tokens.
  CREATE TABLE openid_resource (
    id TEXT PRIMARY KEY,
    audience TEXT NOT NULL,
    name TEXT,
    scope TEXT NOT NULL,
    alg TEXT NOT NULL,
    registered_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- Of clients that registered themselves: when somebody last signed in, and by what they change themselves.
  ALTER TABLE openid_client ADD COLUMN self_registered INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE openid_client ADD COLUMN used_at INTEGER;
  ALTER TABLE openid_client ADD COLUMN access_hash BLOB;

  -- Tokens of the operator's, by which clients register themselves.
  CREATE TABLE openid_initial_token (
    token_hash BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- What devices asked for that have no browser, by the code that a person types.
  CREATE TABLE openid_device_code (
    id_hash BLOB PRIMARY KEY NOT NULL,
    secret_hash BLOB NOT NULL,
    payload TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_at INTEGER,
    consumed_at INTEGER,
    polled_at INTEGER,
    wait INTEGER NOT NULL
  );
  CREATE INDEX openid_device_code_expiry ON openid_device_code (expires_at);
  `,
    `
  -- When the operator removed a client that may publish itself by the same id.
  CREATE TABLE openid_removal (
    id TEXT PRIMARY KEY,
    removed_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- In how many parts the directory is, which auth actors ask by the hash of a name.
  ALTER TABLE installation ADD COLUMN directories INTEGER NOT NULL DEFAULT 1;
  `,
    `
  -- Which attempt it was, so that one whose answer got lost can be repeated.
  ALTER TABLE openid_request ADD COLUMN consumed_by TEXT;
  ALTER TABLE openid_device_code ADD COLUMN decided_by TEXT;
  ALTER TABLE openid_device_code ADD COLUMN consumed_by TEXT;
  `,
    `
  -- Accounts whose endings this auth actor made, and of which OpenID clients may have to be told.
  CREATE TABLE openid_ending (
    did TEXT PRIMARY KEY,
    noted_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  ],
}
