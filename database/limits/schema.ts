import type { Schema } from '../database.ts'

/** Who asked how often. Times are milliseconds since the epoch; keys are hashes. */
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
  ],
}
