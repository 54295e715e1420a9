import { existsSync, realpathSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { giveAloneToOwnerOf, giveToOwnerOf } from '../../base/files/ownership.ts'
import type { Db } from '../../database/database.ts'
import { copyHeldAccounts } from '../../database/import/held_accounts.ts'
import type { FoundPlaces } from './places.ts'

/**
 * Copies the data of a PDS that is stopped to where the PDS inside has its own.
 *
 * @param db its database of accounts, which is held
 */
export async function copyPdsData(db: Db, places: FoundPlaces, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  await copyHeldAccounts(db, join(to, 'account.sqlite'))
  const copies: [string, string][] = [
    ...filesOf(places.sequencer).map(({ path, end }): [string, string] => [
      path,
      `sequencer.sqlite${end}`,
    ]),
    [places.actors, 'actors'],
    ...(places.blobs === null ? [] : [[places.blobs, 'blobs'] as [string, string]]),
  ]
  for (const [from, name] of copies) {
    if (!existsSync(from)) continue
    // What SQLite shares between processes is made anew.
    const filter = (path: string) => !path.endsWith('-shm')
    await cp(from, join(to, name), { recursive: true, filter })
  }
}

/** Gives the data of a PDS to the user that runs this program, to whom the data folder here belongs. */
export function givePdsData(dataDir: string, places: FoundPlaces): void {
  // The folder may be a link to another disk.
  giveAloneToOwnerOf(dataDir, realpathSync(places.dataDirectory))
  const databases = [places.accounts, places.sequencer, places.didCache].flatMap(filesOf)
  const folders = [places.actors, places.blobs, places.temporaryBlobs]
  for (const path of [...databases.map(({ path }) => path), ...folders]) {
    if (path !== null && existsSync(path)) giveToOwnerOf(dataDir, path)
  }
}

/** A database and what SQLite keeps beside it. */
function filesOf(path: string): { path: string; end: string }[] {
  return ['', '-wal', '-shm'].map((end) => ({ path: path + end, end }))
}
