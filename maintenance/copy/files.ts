import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readAccount } from '../../database/account/profile.ts'
import { isInUse, openAsItIs } from '../../database/check/database.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { databasePath } from '../../database/paths.ts'
import { DIRECTORY, listDatabases, SECRETS, schemas } from '../data_folder.ts'
import type { DatabaseName, Opened, Source, Target } from './place.ts'

/**
 * The files of a data directory, whose program must be stopped.
 *
 * @param scratch a folder for copies, at the newest schema
 * @throws {Error} when there are none, or a program runs on them
 */
export function fromFiles(dataDir: string, scratch: string): Source {
  if (!existsSync(join(dataDir, DIRECTORY))) throw new Error(`${dataDir} holds no directory`)
  if (isInUse(join(dataDir, DIRECTORY))) {
    throw new Error(`A program runs on ${dataDir}; stop it first`)
  }
  let copies = 0
  return {
    authActors: async () => listDatabases(dataDir, 'auth').length,
    has: async (name) => existsSync(pathOf(dataDir, name)),
    open: async (name) => {
      const copy = join(scratch, `${copies++}.sqlite`)
      const db = openAsItIs(pathOf(dataDir, name))
      await db.backup(copy).finally(() => db.close())
      const opened = openFile(copy, name.kind)
      return {
        ...opened,
        close: async () => {
          await opened.close()
          await rm(copy)
        },
      }
    },
    listAccounts: async () => listAccountsIn(dataDir),
  }
}

/** A data directory that is made beside its place, and takes it at the very end. */
export function toFiles(dataDir: string): Target {
  const beside = `${dataDir}.copying`
  const kept = async () => (existsSync(dataDir) ? await readdir(dataDir) : [])
  return {
    begin: async () => {
      if ((await kept()).some((name) => name !== SECRETS))
        throw new Error(`${dataDir} is not empty`)
      await mkdir(beside, { recursive: true, mode: 0o700 })
    },
    has: async (name) => existsSync(pathOf(beside, name)),
    open: async (name) => openFile(pathOf(beside, name), name.kind),
    listAccounts: async () => listAccountsIn(beside),
    remove: async (did) => rm(pathOf(beside, { kind: 'account', did })),
    finish: async () => {
      if ((await kept()).length > 0) await rename(join(dataDir, SECRETS), join(beside, SECRETS))
      if (existsSync(dataDir)) await rmdir(dataDir)
      await rename(beside, dataDir)
    },
  }
}

function pathOf(dataDir: string, name: DatabaseName): string {
  if (name.kind === 'account') return databasePath.account({ dataDir }, name.did)
  if (name.kind === 'auth') return databasePath.auth({ dataDir }, String(name.number))
  return databasePath.directory({ dataDir })
}

function openFile(path: string, kind: DatabaseName['kind']): Opened {
  const db = openDatabase(path, schemas[kind])
  return { db, path, close: async () => closeDatabase(db) }
}

function listAccountsIn(dataDir: string): string[] {
  return listDatabases(dataDir, 'account').flatMap((path) => {
    const db = openAsItIs(join(dataDir, path))
    try {
      return readAccount(db)?.did ?? []
    } finally {
      db.close()
    }
  })
}
