import type { Schema } from '../schema.ts'

/** Who asked how often. Times are milliseconds since the epoch; keys are hashes, but for those near their limit. */
export const limitsSchema: Schema = {
  pageSize: 1024,
  steps: [
    `
  CREATE TABLE counter (
    key BLOB PRIMARY KEY,
    points INTEGER NOT NULL,
    resets_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX counter_expiry ON counter (resets_at);
  `,
    `
  ALTER TABLE counter ADD COLUMN limit_id INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE counter ADD COLUMN is_wide INTEGER NOT NULL DEFAULT 0;

  -- The most that a counter of a limit stood at that had to make room: one row a limit.
  CREATE TABLE pushed_out (
    limit_id INTEGER PRIMARY KEY,
    points INTEGER NOT NULL,
    resets_at INTEGER NOT NULL
  );
  `,
    `
  -- Counters that are used up, or nearly, by name: for the operator. Here points is what they may have.
  CREATE TABLE near_limit (
    key BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    points INTEGER NOT NULL,
    resets_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  ],
}
