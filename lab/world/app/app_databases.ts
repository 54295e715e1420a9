import { logAudit } from '../../../actors/account/audit_log.ts'
import { openParts } from '../../../actors/directory/part_number.ts'
import type { Secrets } from '../../../base/secrets/secrets.ts'
import type { Settings } from '../../../base/settings/settings.ts'
import type { Log } from '../../../base/watching/log.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../../database/database.ts'
import { directorySchema } from '../../../database/directory/schema.ts'
import { flowSchema } from '../../../database/flow/schema.ts'
import { limitsSchema } from '../../../database/limits/schema.ts'
import { databasePath } from '../../../database/paths.ts'
import type { Schema } from '../../../database/schema.ts'
import { keepSealed } from '../../../database/sealed_columns.ts'

export type AppDatabases = {
  flow: Db
  counters: Db
  /** The parts of the directory. */
  directories: Db[]
  /** Opened when it is first asked for. */
  account(did: string): Db
  close(): void
}

/** The databases of an application in this process, where the program would have them. */
export function openAppDatabases(settings: Settings, { seal }: Secrets, log: Log): AppDatabases {
  const opened: Db[] = []
  const open = (path: string, schema: Schema) => {
    const db = openDatabase(path, schema, 'program')
    keepSealed(db, schema, seal)
    opened.push(db)
    return db
  }
  const accounts = new Map<string, Db>()
  return {
    flow: open(databasePath.auth(settings, '0'), flowSchema),
    counters: open(databasePath.limits(settings, '0'), limitsSchema),
    directories: openParts(settings, (path) => open(path, directorySchema)),
    account: (did) => {
      const known = accounts.get(did)
      if (known) return known
      const db = open(databasePath.account(settings, did), accountSchema)
      logAudit(db, did, log)
      accounts.set(did, db)
      return db
    },
    close: () => {
      for (const db of opened) closeDatabase(db)
    },
  }
}
