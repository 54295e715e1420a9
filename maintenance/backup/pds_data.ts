import { constants } from 'node:fs'
import { chmod, copyFile, cp, link, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { isInside } from '../../base/files/inside.ts'
import { makeFolder } from '../../base/files/make_folder.ts'
import { giveAloneToOwnerOf } from '../../base/files/ownership.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { isUnreadable } from '../../database/named_error.ts'
import { EMBEDDED_PDS } from '../data_folder/files.ts'
import { assertFree, PartsElsewhere } from '../data_folder/parts_elsewhere.ts'
import { copyOnline, whyUnread } from '../databases/online_copy.ts'
import { copyVerified, describe, listFiles } from './copied_files.ts'
import { type DamagedAccount, isNameable, type Manifest } from './manifest.ts'

/** Where the PDS inside has its data. */
export type PdsPlaces = {
  accounts: string
  sequencer: string
  actors: string
  /** Null where they are not on a disk. */
  blobs: string | null
}

type PdsCopies = NonNullable<Manifest['pds']>

/** What each is called in a backup, and below a data directory. */
const COPIES = {
  accounts: join(EMBEDDED_PDS, 'account.sqlite'),
  sequencer: join(EMBEDDED_PDS, 'sequencer.sqlite'),
  actors: join(EMBEDDED_PDS, 'actors'),
  blobs: join(EMBEDDED_PDS, 'blobs'),
} as const

/** With what the names of files end that SQLite has beside a database. */
const LOGS = ['-wal', '-shm', '-journal'] as const

/** The DID of a repo by its path in a backup, `pds/actors/7z/did:plc:…/store.sqlite`; null where it is that of none. */
export function didOfRepo(path: string): string | null {
  if (!path.startsWith(`${COPIES.actors}/`) || !path.endsWith('.sqlite')) return null
  return path.split('/').at(-2) ?? null
}

/**
 * Copies what the PDS inside keeps while it runs: each database by SQLite's online backup, in an order
 * that makes the copies agree. Accounts come before the repos, since a repo is made before its account;
 * blobs come last, since each is there before a record names it, and never changes.
 *
 * @param onDamaged told of a repo that cannot be read, and is left out
 * @returns null where there is no PDS
 */
export async function backUpPds(
  places: PdsPlaces,
  folder: string,
  onDamaged: (repo: DamagedAccount) => void,
): Promise<PdsCopies | null> {
  if (!isThere(places.accounts)) return null
  const files: PdsCopies['files'] = []
  const database = async (from: string, path: string) => {
    await copyOnline(from, join(folder, path))
    files.push(await describe(folder, path))
  }
  const repo = async (from: string, path: string) => {
    try {
      await database(from, path)
    } catch (err) {
      if (!isUnreadable(err)) throw err
      await rm(join(folder, path), { force: true })
      onDamaged({ path, did: didOfRepo(path), problem: `its repo ${whyUnread(err)}` })
    }
  }
  await database(places.accounts, COPIES.accounts)
  for (const name of await listFiles(places.actors)) {
    const [from, path] = [join(places.actors, name), join(COPIES.actors, name)]
    if (LOGS.some((suffix) => name.endsWith(suffix)) || !isNameable(path) || !isThere(from))
      continue
    if (name.endsWith('.sqlite')) await repo(from, path)
    else if (await copyFileAt(from, join(folder, path))) files.push(await describe(folder, path))
  }
  if (isThere(places.sequencer)) await database(places.sequencer, COPIES.sequencer)
  const blobs = places.blobs === null ? null : await linkBlobs(places.blobs, folder)
  return { files, blobs }
}

/**
 * Prepares what the PDS inside kept, unless it is there: then it is newer than the backup, and stays.
 *
 * @param prepared the folder that takes the place of the data directory at the end
 * @returns the parts that are moved to places of their own; null where the data are there
 * @throws {Error} when a file has changed since, or something else is where it belongs
 */
export async function restorePds(
  copies: PdsCopies,
  places: PdsPlaces,
  where: { folder: string; dataDir: string; prepared: string },
): Promise<PartsElsewhere | null> {
  if (isThere(places.accounts)) return null
  const elsewhere = new PartsElsewhere(where.dataDir)
  try {
    await preparePds(copies, places, elsewhere, where)
    return elsewhere
  } catch (err) {
    await elsewhere.remove()
    throw err
  }
}

async function preparePds(
  { files, blobs }: PdsCopies,
  places: PdsPlaces,
  elsewhere: PartsElsewhere,
  { folder, dataDir, prepared }: { folder: string; dataDir: string; prepared: string },
): Promise<void> {
  const usual = join(dataDir, EMBEDDED_PDS)
  // A disk may be mounted there, or a link lead to one: then no other folder can take its place.
  const isUsualThere = isThere(usual)
  const blobsPlace = blobs === null ? null : places.blobs
  for (const database of [places.accounts, places.sequencer]) {
    // SQLite would take a log that is left for one of the copy.
    for (const suffix of ['', ...LOGS]) assertFree(database + suffix)
  }
  for (const place of [places.actors, blobsPlace]) if (place !== null) assertFree(place)
  if (isUsualThere) giveAloneToOwnerOf(dataDir, usual)
  /** Where a part is prepared. The accounts come first: they are moved last, and say that all is there. */
  const targetOf = async (place: string): Promise<string> => {
    const isStaged = !isUsualThere && isInside(usual, place)
    return isStaged
      ? join(prepared, EMBEDDED_PDS, relative(usual, place))
      : await elsewhere.add(place)
  }
  const prepareFile = async (place: string) => {
    const target = await targetOf(place)
    makeFolder(dirname(target))
    return target
  }
  const prepareFolder = async (place: string) => {
    const target = await targetOf(place)
    makeFolder(target)
    return target
  }
  const [accounts, sequencer, actors] = [
    await prepareFile(places.accounts),
    await prepareFile(places.sequencer),
    await prepareFolder(places.actors),
  ]
  for (const file of files) {
    const target =
      file.path === COPIES.accounts
        ? accounts
        : file.path === COPIES.sequencer
          ? sequencer
          : join(actors, relative(COPIES.actors, file.path))
    await copyVerified(folder, file, target)
  }
  if (blobsPlace !== null) {
    await cp(join(folder, COPIES.blobs), await prepareFolder(blobsPlace), { recursive: true })
  }
}

/** @returns whether it was still there */
async function copyFileAt(from: string, to: string): Promise<boolean> {
  makeFolder(dirname(to))
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    await chmod(to, 0o600)
    return true
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return false
    throw err
  }
}

/** A blob never changes, so on the same disk a second name for it takes no room. */
async function linkBlobs(from: string, folder: string): Promise<PdsCopies['blobs']> {
  const to = join(folder, COPIES.blobs)
  makeFolder(to)
  let count = 0
  for (const name of await listFiles(from)) {
    makeFolder(dirname(join(to, name)))
    const isLinked = await link(join(from, name), join(to, name)).then(
      () => true,
      () => false,
    )
    if (isLinked || (await copyFileAt(join(from, name), join(to, name)))) count++
  }
  return { count }
}
