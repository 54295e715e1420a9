import { chmod, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openAsItIs } from '../database/check/database.ts'

/** As many pages as there are: a database is copied in one read transaction. */
const ALL_PAGES = 0x7fffffff

/** Copies a database by SQLite's online backup; requests that write do not wait for it. */
export async function copyOnline(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await rm(to, { force: true })
  const db = openAsItIs(from)
  try {
    await db.backup(to, { progress: () => ALL_PAGES })
    await chmod(to, 0o600)
  } finally {
    db.close()
  }
}
