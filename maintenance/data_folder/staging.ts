import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isThere } from '../../base/files/files.ts'
import { giveToOwnerOf, isRootAtOthers, withFolder } from '../../base/files/ownership.ts'
import { syncAll, syncEntries } from '../../base/files/sync_files.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { EMBEDDED_PDS, LOCK, MOVE, SECRETS } from './files.ts'
import {
  isFree,
  isOfNobody,
  moveParts,
  type PartElsewhere,
  partElsewhere,
} from './parts_elsewhere.ts'

/** Holds what is whole, and takes its place in the data directory entry by entry. */
const STAGED = '.staged'

/** In it: which parts of the same data are yet to be moved to places outside of the data directory. */
const ELSEWHERE = '.elsewhere.json'

/**
 * What is in a data directory before there is data; a home has files with a dot besides. What the
 * embedded PDS keeps is in no backup, and stays where it is.
 */
const BEFORE_DATA = [SECRETS, LOCK, MOVE, EMBEDDED_PDS, 'lost+found']

/**
 * @param folders that may be there where they are free, as one at which a disk is mounted
 * @throws {Error} when there is data, or anything else that is not expected; it says what
 */
export function assertNoData(dataDir: string, folders: readonly string[] = []): void {
  const names = isThere(dataDir) ? readdirSync(dataDir) : []
  const isExpected = (name: string) =>
    name.startsWith('.') ||
    BEFORE_DATA.includes(name) ||
    (folders.includes(name) && isFree(join(dataDir, name)))
  const others = names.filter((name) => !isExpected(name))
  if (others.length === 0) return
  const some = others.slice(0, 5).join(', ') + (others.length > 5 ? ', …' : '')
  throw new Error(`${dataDir} is not empty (${some}): move away what is there`)
}

/** What is in the place of the keys. */
export function listInPlaceOfSecrets(dataDir: string): string[] {
  const folder = join(dataDir, SECRETS)
  return isThere(folder) ? readdirSync(folder).filter((name) => !isOfNobody(name)) : []
}

/**
 * Makes a prepared folder inside a data directory its data. The one step that decides is a rename;
 * what is interrupted after it {@link settleStaged} finishes.
 *
 * Nothing is written beside the data directory, since its user may not write there.
 *
 * @param elsewhere parts of the data that are prepared outside of the data directory, and moved to their places before
 */
export function commitStaged(
  dataDir: string,
  prepared: string,
  elsewhere: readonly PartElsewhere[] = [],
): void {
  if (elsewhere.length > 0) {
    writeFileSync(join(prepared, ELSEWHERE), JSON.stringify(elsewhere), { mode: 0o600 })
  }
  syncAll(prepared)
  giveToOwnerOf(dataDir, prepared)
  makeWay(dataDir, prepared)
  renameSync(prepared, join(dataDir, STAGED))
  if (elsewhere.length > 0) settleElsewhere(dataDir, elsewhere)
  settleStaged(dataDir)
}

/**
 * Takes away the empty folders whose places others are about to take.
 *
 * @throws {Error} where one stays, before anything is decided
 */
function makeWay(dataDir: string, prepared: string): void {
  for (const name of readdirSync(prepared)) {
    const place = join(dataDir, name)
    if (!statSync(join(prepared, name)).isDirectory()) continue
    try {
      rmdirSync(place)
    } catch (err) {
      if (codeOf(err) === 'ENOENT') continue
      throw new Error(
        `No other folder can take the place of ${place}: it is a link, a disk is mounted there, or something is in it. Take it away, and move the data onto that disk afterwards`,
        { cause: err },
      )
    }
  }
}

/** Whether something was committed, and not yet moved to where it belongs. */
export function isStaged(dataDir: string): boolean {
  return existsSync(join(dataDir, STAGED))
}

/**
 * Moves what was committed to where it belongs.
 *
 * @throws {Error} where root would move what another user says to places outside of the data directory
 */
export function settleStaged(dataDir: string): void {
  if (!isStaged(dataDir)) return
  const staged = join(dataDir, STAGED)
  const file = join(staged, ELSEWHERE)
  if (isThere(file)) {
    if (isRootAtOthers(dataDir)) throw new Error(leftToUser(dataDir, file))
    settleElsewhere(dataDir, z.array(partElsewhere).parse(JSON.parse(readFileSync(file, 'utf8'))))
  }
  withFolder(staged, (held) => {
    for (const name of readdirSync(held)) renameSync(join(held, name), join(dataDir, name))
  })
  rmdirSync(staged)
}

const leftToUser = (dataDir: string, file: string) =>
  `A restore into ${dataDir} was interrupted. ${file} says what is yet to be moved, and root does not as a file of another user says: start the program, or give this command as the user to whom ${dataDir} belongs`

function settleElsewhere(dataDir: string, parts: readonly PartElsewhere[]): void {
  // What is on other disks must not be there before this is decided on this one.
  syncEntries(dataDir)
  moveParts(parts)
  rmSync(join(dataDir, STAGED, ELSEWHERE))
}
