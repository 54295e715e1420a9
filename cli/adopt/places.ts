import { dirname, join, relative, resolve } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { isInside } from '../../base/files/inside.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { PdsEnv } from '../pds/env.ts'

const TEMPORARY_BLOBS = 'PDS_BLOBSTORE_DISK_TMP_LOCATION'

/** The parts of the data of a PDS, each with the setting that says where it lies. */
export const PLACES = [
  ['accounts', 'PDS_ACCOUNT_DB_LOCATION'],
  ['sequencer', 'PDS_SEQUENCER_DB_LOCATION'],
  ['didCache', 'PDS_DID_CACHE_DB_LOCATION'],
  ['actors', 'PDS_ACTOR_STORE_DIRECTORY'],
  ['blobs', 'PDS_BLOBSTORE_DISK_LOCATION'],
  ['temporaryBlobs', TEMPORARY_BLOBS],
] as const

/** Settings of a PDS that say where something of it lies. */
export const LOCATIONS: readonly string[] = [
  'PDS_DATA_DIRECTORY',
  ...PLACES.map(([, setting]) => setting),
]

/** Where the data of a PDS are on this machine, by absolute paths. */
export type FoundPlaces = {
  dataDirectory: string
  accounts: string
  sequencer: string
  didCache: string
  actors: string
  /** Null where the blobs are not on a disk. */
  blobs: string | null
  /** Of blobs that no record names yet, where that is a folder of its own in the data directory. */
  temporaryBlobs: string | null
  /** Those of its settings that say where something lies, as it is on this machine. */
  settings: Record<string, string>
}

/**
 * Finds the data of a PDS. In a container its settings may name other paths than this machine: then
 * `folder` is what is mounted there, or a part of it.
 *
 * @throws {CliError} where its database of accounts is neither where it says nor in `folder`
 */
export function findPlaces(pds: PdsEnv, folder: string): FoundPlaces {
  const root = resolve(folder)
  const said = (name: string, usual: string) => resolve(root, pds[name] || usual)
  const data = said('PDS_DATA_DIRECTORY', '.')
  const accounts = said('PDS_ACCOUNT_DB_LOCATION', join(data, 'account.sqlite'))
  const here = mountOf(root, accounts)
  if (!isThere(here(accounts))) {
    throw new CliError(
      `There is no ${here(accounts)}, where the settings of the PDS say that its accounts are; name the folder that holds its data`,
      ExitCode.wrongUsage,
    )
  }
  const place = (name: string, usual: string) => here(said(name, join(data, usual)))
  const isOnDisk = !pds.PDS_BLOBSTORE_S3_BUCKET
  const temporary = pds[TEMPORARY_BLOBS] ? here(said(TEMPORARY_BLOBS, '')) : null
  const given = LOCATIONS.filter((name) => pds[name])
  return {
    dataDirectory: here(data),
    accounts: here(accounts),
    sequencer: place('PDS_SEQUENCER_DB_LOCATION', 'sequencer.sqlite'),
    didCache: place('PDS_DID_CACHE_DB_LOCATION', 'did_cache.sqlite'),
    actors: place('PDS_ACTOR_STORE_DIRECTORY', 'actors'),
    blobs: isOnDisk ? place('PDS_BLOBSTORE_DISK_LOCATION', 'blobs') : null,
    // Elsewhere it may be one that other programs use, too, such as /tmp.
    temporaryBlobs: temporary?.startsWith(`${here(data)}/`) ? temporary : null,
    settings: {
      ...Object.fromEntries(given.map((name) => [name, here(said(name, ''))])),
      PDS_DATA_DIRECTORY: here(data),
    },
  }
}

/** How paths of the PDS are to be read here: `path` is one of them, and `folder` holds that file. */
function mountOf(folder: string, path: string): (path: string) => string {
  if (isInside(folder, path)) return (one) => one
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
    if (!isThere(join(folder, relative(parent, path)))) continue
    const mounted = parent
    return (one) => (isInside(mounted, one) ? join(folder, relative(mounted, one)) : one)
  }
  return (one) => one
}
