import type { Schema } from '../schema.ts'

/** The directory: unique names and pointers. Times are milliseconds since the epoch. */
export const directorySchema: Schema = {
  pageSize: 1024,
  sealed: [
    { table: 'pds', column: 'admin_password' },
    { table: 'invite_code', column: 'code' },
    { table: 'invite_use', column: 'code', as: 'invite_code.code' },
    { table: 'sign_up', column: 'invite_code', as: 'invite_code.code' },
  ],
  steps: [
    `
  CREATE TABLE pds (
    did TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    admin_password TEXT NOT NULL,
    weight INTEGER NOT NULL DEFAULT 1,
    capacity INTEGER,
    open INTEGER NOT NULL DEFAULT 1,
    added_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Every account that exists; a name belongs to one account or one sign-up in progress.
  CREATE TABLE account (
    did TEXT PRIMARY KEY,
    handle TEXT UNIQUE,
    email TEXT UNIQUE,
    pds_did TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX account_pds ON account (pds_did);

  -- Sign-ups in progress. Each step is recorded before it is tried.
  CREATE TABLE sign_up (
    id TEXT PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    password_scrypt TEXT NOT NULL,
    pds_did TEXT NOT NULL,
    invite_code TEXT,
    did TEXT,
    moved_from TEXT,
    step TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Handle changes in progress: the new handle is held until PLC and the PDS have it.
  CREATE TABLE handle_change (
    did TEXT PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    new_handle TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Changes of address in progress: the new address is held until the account has it.
  CREATE TABLE email_change (
    did TEXT PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    new_email TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Deletions in progress.
  CREATE TABLE deletion (
    did TEXT PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE invite_code (
    code TEXT PRIMARY KEY,
    available_uses INTEGER NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    for_account TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX invite_code_for_account ON invite_code (for_account);

  CREATE TABLE invite_use (
    code TEXT NOT NULL REFERENCES invite_code (code) ON DELETE CASCADE,
    used_by TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (code, used_by)
  ) WITHOUT ROWID;

  -- Which account a password-reset token is for; the token itself is checked by the account.
  CREATE TABLE reset_token (
    token_hash BLOB PRIMARY KEY,
    did TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- Accounts that were taken down on their PDS directly, and so here: lifted there, lifted here.
  CREATE TABLE followed_takedown (
    did TEXT PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    ref TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- The account's generation when the change began; null where the operator began it.
  ALTER TABLE handle_change ADD COLUMN generation INTEGER;
  `,
    `
  -- Where a PDS is reached; its public URL may lead to this program.
  ALTER TABLE pds ADD COLUMN address TEXT NOT NULL DEFAULT '';
  UPDATE pds SET address = url;
  `,
    `
  -- Whether this program runs the PDS itself.
  ALTER TABLE pds ADD COLUMN embedded INTEGER NOT NULL DEFAULT 0;
  `,
    `
  -- The accounts that may use the operator's page.
  CREATE TABLE operator (
    did TEXT PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    added_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Links that open it once.
  CREATE TABLE operator_link (
    secret_hash BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
  );

  -- Who is in. Without an account: by a link.
  CREATE TABLE operator_session (
    secret_hash BLOB PRIMARY KEY,
    did TEXT REFERENCES operator (did) ON DELETE CASCADE,
    basis TEXT,
    begun_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  );
  CREATE INDEX operator_session_did ON operator_session (did);
  `,
    `
  -- Accounts of whose endings OpenID clients may have to be told; also of one that was deleted.
  CREATE TABLE openid_ending (
    did TEXT PRIMARY KEY,
    noted_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- What operators did. The oldest make room.
  CREATE TABLE operator_act (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    operator TEXT NOT NULL,
    address TEXT,
    command TEXT NOT NULL,
    subject TEXT NOT NULL
  );
  `,
    `
  -- A sign-up has a passkey in the place of a password, as JSON, or the hash of a password.
  ALTER TABLE sign_up ADD COLUMN password TEXT;
  UPDATE sign_up SET password = password_scrypt;
  ALTER TABLE sign_up DROP COLUMN password_scrypt;
  ALTER TABLE sign_up RENAME COLUMN password TO password_scrypt;
  ALTER TABLE sign_up ADD COLUMN passkey TEXT;
  `,
    `
  -- The codes of a person and of all, the newest first, and with which code an account came.
  DROP INDEX invite_code_for_account;
  CREATE INDEX invite_code_for_account ON invite_code (for_account, created_at);
  CREATE INDEX invite_code_created ON invite_code (created_at);
  CREATE INDEX invite_use_used_by ON invite_use (used_by);
  `,
    `
  -- The trail over all accounts, for operators: the newest of what the accounts have in their own trails,
  -- and what operators did. A kind of events makes room for its own.
  CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    did TEXT,
    address TEXT,
    operator TEXT,
    detail TEXT NOT NULL
  );
  CREATE INDEX event_did ON event (did);
  INSERT INTO event (at, event, did, address, operator, detail)
    SELECT at, 'operator_acted', iif(subject LIKE 'did:%', subject, NULL), address, operator,
           json_object('what', command, 'to', subject)
    FROM operator_act ORDER BY id;
  DROP TABLE operator_act;

  -- How often something happened on a day (UTC).
  CREATE TABLE event_count (
    day TEXT NOT NULL,
    event TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (day, event)
  ) WITHOUT ROWID;
  `,
    `
  -- Which part of the directory this is, and how many there are; one row.
  CREATE TABLE part (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    parts INTEGER NOT NULL
  );
  -- There was one before there could be several.
  INSERT INTO part (id, number, parts) SELECT 1, 0, 1
  WHERE EXISTS (SELECT 1 FROM pds) OR EXISTS (SELECT 1 FROM account);

  -- With several parts: who has a name of this part, as far as the part of that holder says so, too.
  CREATE TABLE name_claim (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    version INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- With several parts: accounts of which the names are taken before their entry is made.
  CREATE TABLE entry_to_be (
    did TEXT PRIMARY KEY,
    handle TEXT,
    email TEXT,
    begun_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
    `
  -- How many accounts are on each PDS, so that nobody counts a million of them for a sign-up.
  CREATE TABLE pds_count (
    did TEXT PRIMARY KEY,
    accounts INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO pds_count SELECT pds_did, count(*) FROM account GROUP BY pds_did;
  DROP INDEX account_pds;
  CREATE TRIGGER account_added AFTER INSERT ON account BEGIN
    INSERT INTO pds_count VALUES (new.pds_did, 1)
      ON CONFLICT (did) DO UPDATE SET accounts = accounts + 1;
  END;
  CREATE TRIGGER account_removed AFTER DELETE ON account BEGIN
    UPDATE pds_count SET accounts = accounts - 1 WHERE did = old.pds_did;
  END;
  CREATE TRIGGER account_moved AFTER UPDATE OF pds_did ON account
    WHEN old.pds_did <> new.pds_did BEGIN
    UPDATE pds_count SET accounts = accounts - 1 WHERE did = old.pds_did;
    INSERT INTO pds_count VALUES (new.pds_did, 1)
      ON CONFLICT (did) DO UPDATE SET accounts = accounts + 1;
  END;
  `,
    `
  -- The auth actors keep them (database/flow/openid_ending.ts).
  DROP TABLE openid_ending;
  `,
    `
  -- The session of the page in which it was printed; null on the command line.
  ALTER TABLE operator_link ADD COLUMN did TEXT REFERENCES operator (did) ON DELETE CASCADE;
  ALTER TABLE operator_link ADD COLUMN basis TEXT;
  ALTER TABLE operator_link ADD COLUMN begun_at INTEGER;
  CREATE INDEX operator_link_did ON operator_link (did);

  -- Who is in by a link has the account in whose session it was printed.
  ALTER TABLE operator_session ADD COLUMN by_link INTEGER NOT NULL DEFAULT 0;
  UPDATE operator_session SET by_link = 1 WHERE did IS NULL;
  `,
    `
  -- Decisions in progress on how accounts stand; of each aspect the last one.
  CREATE TABLE standing_change (
    did TEXT NOT NULL REFERENCES account (did) ON DELETE CASCADE,
    aspect TEXT NOT NULL,
    decision TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    generation INTEGER,
    PRIMARY KEY (did, aspect)
  ) WITHOUT ROWID;
  `,
    `
  -- DIDs of sign-ups that were given up, which their PDS may publish all the same.
  CREATE TABLE withdrawn_identity (
    did TEXT PRIMARY KEY,
    pds_did TEXT NOT NULL,
    moved_from TEXT,
    withdrawn_at INTEGER NOT NULL,
    looked_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  ],
}
