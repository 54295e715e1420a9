import { partFunctions } from '../../actors/directory/index.ts'
import { directoryOf } from '../../actors/directory/parts/index.ts'
import type { DirectoryPart, DirectoryStub } from '../../actors/directory/stub.ts'
import { listAllEntries } from '../../database/check/directory.ts'
import { closeDatabase, type Db } from '../../database/database.ts'
import { upsertPds } from '../../database/directory/pds.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

export const PDS = 'did:web:pds.test'

/** A call to a part, told before it is made and once it is done. */
export type PartCall = { name: string; when: 'asked' | 'done' }

/** The parts of a directory, over databases in memory unless others are given. */
export class SomeParts {
  readonly dbs: Db[]

  constructor(parts: number | Db[]) {
    this.dbs =
      typeof parts === 'number'
        ? Array.from({ length: parts }, () => openSealed(':memory:', directorySchema))
        : parts
    const url = 'https://pds.test'
    upsertPds(this.dbs[0] as Db, { did: PDS, url, address: url, adminPassword: '-' })
  }

  /** As one process has it. @param onCall told of each call; what it throws the call throws */
  reach(onCall: (call: PartCall) => void | Promise<void> = () => {}): DirectoryStub {
    const part = (db: Db) =>
      Object.fromEntries(
        Object.entries(partFunctions).map(([name, run]) => [
          name,
          async (...args: never[]) => {
            await onCall({ name, when: 'asked' })
            const result = (run as (db: Db, ...args: never[]) => unknown)(db, ...args)
            await onCall({ name, when: 'done' })
            return result
          },
        ]),
      ) as unknown as DirectoryPart
    return directoryOf(this.dbs.map(part))
  }

  get entries() {
    return this.dbs.flatMap(listAllEntries)
  }

  /** Does work of which nothing stays. */
  async passing<T>(work: () => Promise<T>): Promise<T> {
    for (const db of this.dbs) db.exec('SAVEPOINT passing')
    try {
      return await work()
    } finally {
      for (const db of this.dbs) db.exec('ROLLBACK TO passing; RELEASE passing')
    }
  }

  close(): void {
    for (const db of this.dbs) closeDatabase(db)
  }
}

export const didOf = (name: string) => `did:plc:${name}`
export const handleOf = (name: string) => `${name}.test`
export const emailOf = (name: string) => `${name}@mail.test`

/** Holds the names of a sign-up. @returns its id */
export async function reserve(
  directory: DirectoryStub,
  handle: string,
  email: string,
  inviteCode: string | null = null,
): Promise<string> {
  const credential = { passwordScrypt: 'salt:hash', passkey: null }
  return (await directory.reserveSignUp({ handle, email, inviteCode, ...credential })).id
}

export async function signUp(
  directory: DirectoryStub,
  name: string,
  handle = handleOf(name),
  email = emailOf(name),
): Promise<string> {
  const did = didOf(name)
  const id = await reserve(directory, handle, email)
  await directory.recordSignUpDid(id, { did, movedFrom: null }, Date.now())
  await directory.completeSignUp(id)
  return did
}
