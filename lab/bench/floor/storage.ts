import { join } from 'node:path'
import { type Db, openDatabase, sql } from '../../../database/database.ts'
import { durable, spare } from '../../../database/durable.ts'
import { inGroup, joining } from '../../../database/group_commit.ts'
import { hashSecret } from '../../../database/hash.ts'
import { LogSync } from '../../../database/log_sync.ts'
import type { Schema } from '../../../database/schema.ts'

/** An account; `profile` is what answers tell of it, JSON without the braces. */
export type Person = { did: string; password: string; profile: string }

/** Of a session of `createSession`, which no key is bound to. */
export const NO_KEY = ''

const schema: Schema = {
  pageSize: 4096,
  steps: [
    `CREATE TABLE person (handle TEXT PRIMARY KEY, did TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
       profile TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE request (id INTEGER PRIMARY KEY, secret BLOB NOT NULL, parameters TEXT NOT NULL,
       did TEXT, code BLOB);
     CREATE TABLE session (id INTEGER PRIMARY KEY, did TEXT NOT NULL, jkt TEXT NOT NULL,
       secret BLOB NOT NULL);`,
  ],
}

/**
 * One database, opened and kept as those of the program: commits are shared by `database/group_commit.ts`,
 * waits for the disk by `database/log_sync.ts`.
 */
export class Storage {
  readonly #db: Db
  #requests = 0
  #sessions = 0

  constructor(folder: string) {
    const path = join(folder, 'floor.sqlite')
    this.#db = openDatabase(path, schema, 'machine, when settled')
    // Whoever waits is told, now and later.
    new LogSync(this.#db, path, () => {})
  }

  /** Runs `work`, and resolves when what it wrote is kept. @throws {Error} when that is not certain */
  async commit<T>(work: () => T): Promise<T> {
    const result = await inGroup(this.#db, work)
    await durable(this.#db)
    return result
  }

  nextRequest(): number {
    return ++this.#requests
  }

  nextSession(): number {
    return ++this.#sessions
  }

  addPerson(handle: string, person: Person): void {
    const text = 'INSERT INTO person (handle, did, password, profile) VALUES (?, ?, ?, ?)'
    joining(this.#db, text).run(handle, person.did, person.password, person.profile)
  }

  findPerson(column: 'handle' | 'did', value: string): Person | undefined {
    const text = `SELECT did, password, profile FROM person WHERE ${column} = ?`
    return sql(this.#db, text).get(value) as Person | undefined
  }

  /** A pushed request grants nothing, so nobody waits for the disk. */
  addRequest(row: number, secret: string, parameters: string): void {
    const text = 'INSERT INTO request (id, secret, parameters) VALUES (?, ?, ?)'
    joining(this.#db, text).run(row, hashSecret(secret), parameters)
    spare(this.#db, 1)
  }

  /** @returns the parameters of the request, which leads to the code now; undefined where there is none */
  giveCode(row: number, secret: string, did: string, code: string): string | undefined {
    const text =
      'UPDATE request SET did = ?, code = ? WHERE id = ? AND secret = ? RETURNING parameters'
    const update = joining(this.#db, text).pluck()
    return update.get(did, hashSecret(code), row, hashSecret(secret)) as string | undefined
  }

  /** @returns whom the code is of; undefined where there is none */
  spendCode(row: number, code: string): string | undefined {
    const text = 'DELETE FROM request WHERE id = ? AND code = ? RETURNING did'
    return joining(this.#db, text).pluck().get(row, hashSecret(code)) as string | undefined
  }

  addSession(row: number, did: string, jkt: string, secret: string): void {
    const text = 'INSERT INTO session (id, did, jkt, secret) VALUES (?, ?, ?, ?)'
    joining(this.#db, text).run(row, did, jkt, hashSecret(secret))
  }

  /** @returns whom the session is of; undefined where the secret is not its newest */
  rotate(row: number, jkt: string, secret: string, next: string): string | undefined {
    const text =
      'UPDATE session SET secret = ? WHERE id = ? AND jkt = ? AND secret = ? RETURNING did'
    const update = joining(this.#db, text).pluck()
    return update.get(hashSecret(next), row, jkt, hashSecret(secret)) as string | undefined
  }

  endSession(row: number, secret: string): void {
    const text = 'DELETE FROM session WHERE id = ? AND secret = ?'
    joining(this.#db, text).run(row, hashSecret(secret))
  }
}
