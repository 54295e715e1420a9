import type { Schema } from '../schema.ts'
import { firstTables, laterTables } from './tables.ts'

/** One account's database. Times are milliseconds since the epoch; secrets are stored hashed. */
export const accountSchema: Schema = {
  pageSize: 512,
  lean: { first: firstTables, later: laterTables },
  sealed: [{ table: 'totp', column: 'secret' }],
  steps: [
    `
  CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    did TEXT NOT NULL,
    handle TEXT,
    email TEXT NOT NULL,
    email_confirmed_at INTEGER,
    email_auth_factor INTEGER NOT NULL DEFAULT 0,
    password_scrypt TEXT NOT NULL,
    pds_did TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deactivated_at INTEGER,
    delete_after INTEGER,
    takedown_ref TEXT,
    signed_out_at INTEGER,
    invites_disabled INTEGER NOT NULL DEFAULT 0,
    invite_note TEXT
  );

  -- OAuth sessions. The id is unguessable and travels in every refresh token of the session.
  CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_id TEXT NOT NULL,
    previous_token_id TEXT,
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
    rotated_at INTEGER
  ) WITHOUT ROWID;

  -- Authorization codes that were presented again before their session was created.
  CREATE TABLE replayed_code (
    code_hash BLOB PRIMARY KEY,
    replayed_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE device_account (
    device_id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE authorized_client (
    client_id TEXT PRIMARY KEY,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE app_password (
    name TEXT PRIMARY KEY,
    password_scrypt TEXT NOT NULL,
    privileged INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Sessions of com.atproto.server.createSession.
  CREATE TABLE legacy_session (
    refresh_hash BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    next_jti TEXT,
    app_password_name TEXT REFERENCES app_password (name) ON DELETE CASCADE
  ) WITHOUT ROWID;

  CREATE TABLE email_token (
    purpose TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL,
    requested_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
  );
  `,
    `
  -- Grows with everything that ends sign-ins: what a sign-in of an earlier generation asks for is
  -- refused.
  ALTER TABLE account ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

  -- Stays the same while the refresh JWT changes; access JWTs name it. Sessions of before have one
  -- for each refresh JWT.
  ALTER TABLE legacy_session ADD COLUMN session_id TEXT;
  UPDATE legacy_session SET session_id = lower(hex(refresh_hash));
  CREATE INDEX legacy_session_id ON legacy_session (session_id);
  `,
    `
  -- The token id stays the same by now while the tokens change.
  ALTER TABLE session DROP COLUMN previous_token_id;
  `,
    `
  -- Each refresh deletes those that have expired, and in a full table the one that ends first.
  CREATE INDEX legacy_session_expiry ON legacy_session (expires_at);
  `,
    `
  -- From where a session was last used, and since when one of a password is open: a person who looks at
  -- the list has to recognise them. What was opened before has none of it.
  ALTER TABLE session ADD COLUMN address TEXT;
  ALTER TABLE session ADD COLUMN user_agent TEXT;
  ALTER TABLE legacy_session ADD COLUMN created_at INTEGER;
  ALTER TABLE legacy_session ADD COLUMN updated_at INTEGER;
  ALTER TABLE legacy_session ADD COLUMN address TEXT;
  ALTER TABLE legacy_session ADD COLUMN user_agent TEXT;
  `,
    `
  -- The authenticator: one, which counts when a code has shown that the person has it.
  CREATE TABLE totp (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    added_at INTEGER,
    last_step INTEGER
  );

  -- Those that were not used yet.
  CREATE TABLE recovery_code (
    code_hash BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  ALTER TABLE app_password ADD COLUMN used_at INTEGER;

  -- Where somebody who was signed in has proven again that the account is theirs.
  CREATE TABLE proof (
    device_id TEXT PRIMARY KEY,
    proven_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- The links in mails that sign everybody out, each of which works once.
  CREATE TABLE sign_out_link (
    secret_hash BLOB PRIMARY KEY,
    made_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- Passkeys. The id is the credential's, in base64url; synced is whether it may be on several devices.
  CREATE TABLE passkey (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    synced INTEGER NOT NULL,
    backed_up INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
  ) WITHOUT ROWID;
  `,
    `
  -- From which devices somebody has signed in, by what they are known again.
  CREATE TABLE known_device (
    mark TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO known_device SELECT 'device ' || device_id, updated_at FROM device_account;

  ALTER TABLE account ADD COLUMN new_device_mails INTEGER NOT NULL DEFAULT 1;
  -- From when on the owner is told of a device that is not among them; null until somebody signs in.
  -- Accounts of before have a week for theirs.
  ALTER TABLE account ADD COLUMN devices_known_since INTEGER;
  UPDATE account SET devices_known_since = unixepoch() * 1000 + 604800000;
  `,
    `
  -- Browsers that are not asked for the second factor. Each keeps a secret, of which this is the hash; the
  -- device is the one that the browser was when it was used last.
  CREATE TABLE trusted_device (
    id TEXT PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE,
    device_id TEXT NOT NULL,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  ALTER TABLE account ADD COLUMN only_app_passwords INTEGER NOT NULL DEFAULT 0;
  `,
    `
  -- Sign-ins at the OpenID provider, each in one browser, which shows the id.
  CREATE TABLE openid_session (
    uid TEXT PRIMARY KEY,
    id_hash BLOB NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    device_id TEXT NOT NULL,
    remembered INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- What OpenID clients were granted, and what they hold of it.
  CREATE TABLE openid_grant (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT
  ) WITHOUT ROWID;
  CREATE TABLE openid_token (
    token_hash BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    grant_id TEXT NOT NULL REFERENCES openid_grant (id) ON DELETE CASCADE,
    payload TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    consumed_at INTEGER,
    sealed_successor BLOB,
    successor_hash BLOB
  ) WITHOUT ROWID;
  CREATE INDEX openid_token_grant ON openid_token (grant_id);
  CREATE INDEX openid_token_expiry ON openid_token (expires_at);
  CREATE INDEX openid_token_successor ON openid_token (successor_hash)
    WHERE successor_hash IS NOT NULL;

  -- What the person consented to, which outlives what was granted.
  CREATE TABLE openid_consent (
    client_id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    refused TEXT NOT NULL,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- The browser that is known by a mark, as the provider names it; null for other programs.
  ALTER TABLE known_device ADD COLUMN device_id TEXT;
  UPDATE known_device SET device_id = substr(mark, 8) WHERE mark LIKE 'device %';
  `,
    `
  -- What the person consented to by protected resource, as JSON.
  ALTER TABLE openid_consent ADD COLUMN resources TEXT NOT NULL DEFAULT '{}';
  `,
    `
  -- Sign-ins as OpenID clients know them. One that has ended stays until its client was told.
  CREATE TABLE openid_sign_in (
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
    WHERE ended_at IS NULL;
  `,
    `
  -- The hash of the password is null where there is none: passkeys sign in alone then.
  ALTER TABLE account ADD COLUMN password TEXT;
  UPDATE account SET password = password_scrypt;
  ALTER TABLE account DROP COLUMN password_scrypt;
  ALTER TABLE account RENAME COLUMN password TO password_scrypt;

  -- When it was proven with a passkey; null where it never was.
  ALTER TABLE proof ADD COLUMN passkey_at INTEGER;
  `,
    `
  -- How the person signed in there last.
  ALTER TABLE device_account ADD COLUMN amr TEXT;
  `,
    `
  -- Endings take sessions away; what is only asked for from then on does not.
  ALTER TABLE openid_session DROP COLUMN generation;
  `,
    `
  -- What one code gave, or one device. Of before, a refresh token and the one that it succeeds are one chain;
  -- what has none beside it, as a code, goes with the newest refresh token of its grant.
  ALTER TABLE openid_token ADD COLUMN chain TEXT NOT NULL DEFAULT '';
  UPDATE openid_token SET chain = substr(hex(coalesce(successor_hash, token_hash)), 1, 24)
    WHERE kind = 'RefreshToken';
  UPDATE openid_token SET chain = coalesce((
    SELECT refresh.chain FROM openid_token AS refresh
    WHERE refresh.grant_id = openid_token.grant_id AND refresh.kind = 'RefreshToken'
    ORDER BY refresh.expires_at DESC LIMIT 1
  ), '') WHERE kind <> 'RefreshToken';
  `,
    `
  -- From here on a table that has had no row may be missing (tables.ts).
  `,
    `
  -- When handle, mail address or public profile changed last, and the CID of that profile; null where none was seen.
  ALTER TABLE account ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
  UPDATE account SET updated_at = coalesce((
    SELECT max(at) FROM audit WHERE event IN ('handle_changed', 'email_changed', 'email_confirmed')
  ), created_at);
  ALTER TABLE account ADD COLUMN profile_cid TEXT;
  `,
    {
      // When its client made the DPoP proof of the last rotation, or of the exchange of the code, seconds by the client's
      // clock; null where there was none since this is kept.
      table: 'session',
      sql: 'ALTER TABLE session ADD COLUMN proven_at INTEGER',
    },
    {
      // Which attempt has spent a code, which stood in the payload until now.
      table: 'openid_token',
      sql: `
  ALTER TABLE openid_token ADD COLUMN consumed_by TEXT;
  UPDATE openid_token SET consumed_by = payload ->> 'by', payload = '{}'
    WHERE kind = 'AuthorizationCode' AND consumed_at IS NOT NULL;
  `,
    },
    {
      // When it was issued, ms; and of a refresh token, when its client made the proof of that request, seconds by the
      // client's clock. Null where it was not kept, or there was no proof.
      table: 'openid_token',
      sql: `
  ALTER TABLE openid_token ADD COLUMN issued_at INTEGER;
  ALTER TABLE openid_token ADD COLUMN proven_at INTEGER;
  `,
    },
    {
      // When the gateway received the request of that proof, ms. Until now it was kept when the actor made use of it.
      table: 'session',
      sql: `
  ALTER TABLE session ADD COLUMN received_at INTEGER;
  UPDATE session SET received_at = coalesce(rotated_at, created_at) WHERE proven_at IS NOT NULL;
  `,
    },
    {
      table: 'openid_token',
      sql: 'ALTER TABLE openid_token RENAME COLUMN issued_at TO received_at',
    },
    `
  -- In which language its owner reads, as a BCP 47 tag; null until a browser says so.
  ALTER TABLE account ADD COLUMN language TEXT;
  `,
  ],
}
