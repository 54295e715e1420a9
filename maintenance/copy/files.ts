import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere } from '../../base/files.ts'
import { readAccount } from '../../database/account/profile.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { DIRECTORY, listDatabases, schemas } from '../data_folder.ts'
import { type DatabaseName, pathOf } from '../database_name.ts'
import { type Hold, holdData } from '../hold.ts'
import { assertNoData, commitStaged } from '../staging.ts'
import type { Opened, Source, Target } from './place.ts'

/**
 * The files of a data directory, whose program must be stopped.
 *
 * @param scratch a folder for copies, at the newest schema
 * @throws {Error} when there are none
 */
export function fromFiles(dataDir: string, scratch: string): Source {
  if (!isThere(join(dataDir, DIRECTORY)))
    throw new Error(`${dataDir} holds no data of Vestibule: ${DIRECTORY} is missing`)
  let copies = 0
  let hold: Hold | undefined
  return {
    begin: async () => {
      hold = holdData(dataDir)
    },
    end: () => hold?.release(),
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

/** Data that is made in a folder inside its directory, and moved to its place at the very end. */
export function toFiles(dataDir: string): Target {
  const prepared = join(dataDir, '.copying')
  let hold: Hold | undefined
  return {
    begin: async () => {
      hold = holdData(dataDir)
      assertNoData(dataDir)
      await mkdir(prepared, { recursive: true, mode: 0o700 })
    },
    has: async (name) => existsSync(pathOf(prepared, name)),
    open: async (name) => openFile(pathOf(prepared, name), name.kind),
    listAccounts: async () => listAccountsIn(prepared),
    remove: async (did) => rm(pathOf(prepared, { kind: 'account', did })),
    finish: async () => commitStaged(dataDir, prepared),
    end: () => hold?.release(),
  }
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
