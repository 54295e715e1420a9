import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { databasePath } from '../../database/paths.ts'
import type { Schema } from '../../database/schema.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

export const PDS = 'did:web:pds.example.com'

/** A data directory as actors leave it, to be looked at and to be broken. */
export class DataFolder {
  readonly dataDir: string

  constructor(dataDir: string) {
    this.dataDir = dataDir
    this.directory((db) =>
      directoryFunctions.addPds(db, {
        did: PDS,
        url: 'https://pds.example.com',
        address: 'https://pds.example.com',
        adminPassword: '-',
      }),
    )
    this.flow(() => {})
  }

  /** An account with its entry. @returns its DID */
  add(name: string): string {
    const did = `did:plc:${name}`
    const account = { did, handle: `${name}.test`, email: `${name}@mail.test`, pdsDid: PDS }
    this.account(did, (db) =>
      accountFunctions.create(db, { ...account, passwordScrypt: 'salt:hash', createdAt: 1 }),
    )
    this.directory((db) => directoryFunctions.addAccount(db, { ...account, createdAt: 1 }))
    return did
  }

  /** An account with its entry, as a version of the program left it that knew so many steps. @returns its DID */
  addOfBefore(name: string, steps = 1): string {
    const did = `did:plc:${name}`
    const [handle, email] = [`${name}.test`, `${name}@mail.test`]
    use(openDatabase(databasePath.account(this, did), former(accountSchema, steps)), (db) =>
      db
        .prepare(
          `INSERT INTO account (id, did, handle, email, password_scrypt, pds_did, created_at)
           VALUES (1, ?, ?, ?, 'salt:hash', ?, 1)`,
        )
        .run(did, handle, email, PDS),
    )
    this.directory((db) =>
      directoryFunctions.addAccount(db, { did, handle, email, pdsDid: PDS, createdAt: 1 }),
    )
    return did
  }

  /** Has the directory be as a version of the program left it that knew so many steps, with the same PDS and accounts. */
  ageDirectory(steps: number): void {
    const entries = this.directory((db) => directoryFunctions.listAccounts(db, '', 100))
    const path = databasePath.directory(this)
    for (const log of ['', '-wal', '-shm']) rmSync(path + log, { force: true })
    use(openDatabase(path, former(directorySchema, steps)), (db) => {
      db.prepare('INSERT INTO pds (did, url, admin_password, added_at) VALUES (?, ?, ?, 1)').run(
        ...[PDS, 'https://pds.example.com', '-'],
      )
      const insert = db.prepare(
        'INSERT INTO account (did, handle, email, pds_did, created_at) VALUES (?, ?, ?, ?, ?)',
      )
      for (const { did, handle, email, pdsDid, createdAt } of entries) {
        insert.run(did, handle, email, pdsDid, createdAt)
      }
    })
  }

  account<T>(did: string, work: (db: Db) => T): T {
    return use(openDatabase(databasePath.account(this, did), accountSchema), work)
  }

  directory<T>(work: (db: Db) => T): T {
    return use(openSealed(databasePath.directory(this), directorySchema), work)
  }

  flow<T>(work: (db: Db) => T): T {
    return use(openSealed(databasePath.auth(this, '0'), flowSchema), work)
  }

  path(name: string): string {
    return join(this.dataDir, name)
  }
}

/** As it was when it had so many steps. */
export const former = ({ steps, pageSize }: Schema, version: number): Schema => ({
  steps: steps.slice(0, version),
  pageSize,
})

function use<T>(db: Db, work: (db: Db) => T): T {
  try {
    return work(db)
  } finally {
    closeDatabase(db)
  }
}
