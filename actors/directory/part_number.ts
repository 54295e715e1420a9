import { SettingsError } from '../../base/errors.ts'
import type { Settings } from '../../base/settings/settings.ts'
import type { Db } from '../../database/database.ts'
import { type PartNumber, readPart, writePart } from '../../database/directory/part.ts'
import { databasePath } from '../../database/paths.ts'
import type { Runner } from '../runner.ts'

/** The key of the first part was there before there could be several. */
const FIRST = 'main'

/** Key of the actor that is a part of the directory, by its number, from 0. */
export function keyOfPart(number: number): string {
  return number === 0 ? FIRST : String(number)
}

export function partOfKey(key: string): number {
  return key === FIRST ? 0 : Number(key)
}

/**
 * Remembers which part of the directory a database is, and of how many.
 *
 * @returns what is remembered
 */
function rememberPart(db: Db, part: PartNumber): PartNumber {
  const known = readPart(db)
  if (known === null) writePart(db, part)
  return known ?? part
}

/** The same for a part that wakes. It ends the program whose settings say another number of parts. */
export function claimPart({ settings, refuse }: Runner, db: Db, number: number): void {
  const { parts } = rememberPart(db, { number, parts: settings.directories })
  if (parts === settings.directories) return
  const err = new SettingsError([
    `ENTRYWAY_DIRECTORIES: this installation has ${parts} (see docs/scale.md to change it)`,
  ])
  refuse(err)
  throw err
}

/**
 * Opens all parts of a directory, for a process that has it alone: as many as the first remembers, or as
 * the settings say of a new one.
 */
export function openParts(
  settings: Pick<Settings, 'dataDir' | 'directories'>,
  open: (path: string) => Db,
): Db[] {
  const first = open(databasePath.directory(settings))
  const { parts } = rememberPart(first, { number: 0, parts: settings.directories })
  const others = Array.from({ length: parts - 1 }, (_, i) => {
    const db = open(databasePath.directory(settings, i + 1))
    rememberPart(db, { number: i + 1, parts })
    return db
  })
  return [first, ...others]
}
