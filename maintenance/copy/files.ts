import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isThere } from '../../base/files/files.ts'
import { makeFolder } from '../../base/files/make_folder.ts'
import { EndIsAwayError, type Move, MovedError } from '../../base/files/move.ts'
import { POLL, STOP_WAITED } from '../../base/lifetimes.ts'
import { readAccount } from '../../database/account/profile.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { DIRECTORY, listDatabases, MOVE, schemas } from '../data_folder/files.ts'
import { DataInUseError, type Hold, holdData } from '../data_folder/hold.ts'
import { readMoveOf, setMoveOf } from '../data_folder/move_mark.ts'
import { assertNoData, commitStaged, isStaged } from '../data_folder/staging.ts'
import { type DatabaseName, pathOf } from '../databases/database_name.ts'
import { copyOnline } from '../databases/online_copy.ts'
import { signOfFile } from './file_sign.ts'
import { assertNotGoneOn } from './gone_on.ts'
import type { Opened, Source, Target } from './place.ts'

/** Asks the program that runs on a data directory, as its operator. */
export type ProgramThere = {
  /** @throws {Error} when it does not answer, or runs on other data */
  find(): Promise<void>
  /** Has it write down that its data move, and end. */
  handOver(move: Move): Promise<void>
}

/**
 * The files of a data directory, on which its program may run.
 *
 * @param program without, it must be stopped
 * @throws {Error} when there are none
 */
export function fromFiles(dataDir: string, program?: ProgramThere): Source {
  if (!isThere(join(dataDir, DIRECTORY)))
    throw new Error(`${dataDir} holds no data of Vestibule: ${DIRECTORY} is missing`)
  let hold: Hold | undefined
  return {
    place: dataDir,
    begin: async () => {
      try {
        hold = holdData(dataDir, { evenMoved: true })
        return 'stopped'
      } catch (err) {
        if (!(err instanceof DataInUseError) || !program) throw err
        await program.find()
        return 'serving'
      }
    },
    handOver: async (move) => {
      await program?.handOver(move)
      hold = await holdOnceEnded(dataDir)
      assertStill(readMoveOf(dataDir), move)
      // Whoever ran there last may be an older program, which does not know of it.
      setMoveOf(dataDir, move)
    },
    end: () => hold?.release(),
    readMove: async () => readMoveOf(dataDir),
    setMove: async (move) => setMoveOf(dataDir, move),
    authActors: async () => listDatabases(dataDir, 'auth').length,
    has: async (name) => existsSync(pathOf(dataDir, name)),
    sign: async (name) => signOfFile(pathOf(dataDir, name)),
    copy: async (name, path) => {
      const file = pathOf(dataDir, name)
      if (!existsSync(file)) return false
      await copyOnline(file, path)
      return true
    },
    listOthers: async (dids) => {
      const known = new Set([...dids].map((did) => pathOf('', { kind: 'account', did })))
      return listAccountsIn(dataDir, (path) => !known.has(path))
    },
  }
}

/** Another copy, to another place, may have had the data first. @throws {MovedError} */
function assertStill(found: Move | null, move: Move): void {
  if (found && (found.state !== 'moving' || found.id !== move.id)) throw new MovedError(found)
}

/** @throws {DataInUseError} when the program does not end */
async function holdOnceEnded(dataDir: string): Promise<Hold> {
  const until = performance.now() + STOP_WAITED
  for (;;) {
    try {
      return holdData(dataDir, { evenMoved: true })
    } catch (err) {
      if (!(err instanceof DataInUseError) || performance.now() > until) throw err
      await setTimeout(POLL)
    }
  }
}

/** Data that is made in a folder inside its directory, and moved to its place at the very end. */
export function toFiles(dataDir: string): Target {
  const prepared = join(dataDir, '.copying')
  let hold: Hold | undefined
  return {
    place: dataDir,
    readMove: async () => readMoveOf(dataDir),
    begin: async (move) => {
      hold = holdData(dataDir, { evenMoved: true })
      assertNoData(dataDir)
      setMoveOf(dataDir, move)
      makeFolder(prepared)
    },
    has: async (name) => existsSync(pathOf(prepared, name)),
    open: async (name) => openFile(pathOf(prepared, name), name.kind),
    listAccounts: async () => listAccountsIn(prepared),
    remove: async (did) => rm(pathOf(prepared, { kind: 'account', did }), { force: true }),
    finish: async () => {
      hold ??= holdData(dataDir, { evenMoved: true })
      if (isThere(prepared)) commitStaged(dataDir, prepared)
      setMoveOf(dataDir, null)
    },
    takeBack: async (move) => {
      if (![DIRECTORY, MOVE].some((name) => isThere(join(dataDir, name))) && !isStaged(dataDir))
        throw new EndIsAwayError(`${dataDir} holds no data of Vestibule`)
      hold = holdData(dataDir, { evenMoved: true })
      assertNotGoneOn(readMoveOf(dataDir), move)
      setMoveOf(dataDir, move)
    },
    end: () => hold?.release(),
  }
}

function openFile(path: string, kind: DatabaseName['kind']): Opened {
  const db = openDatabase(path, schemas[kind])
  return { db, path, close: async () => closeDatabase(db) }
}

function listAccountsIn(dataDir: string, which = (_path: string) => true): string[] {
  return listDatabases(dataDir, 'account')
    .filter(which)
    .flatMap((path) => {
      const db = openAsItIs(join(dataDir, path))
      try {
        return readAccount(db)?.did ?? []
      } finally {
        db.close()
      }
    })
}
