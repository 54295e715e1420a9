import { dirname, join } from 'node:path'
import { isThere } from '../base/files/files.ts'
import { leadsInside } from '../base/files/inside.ts'
import { DATABASE_FOLDERS } from '../base/files/private_files.ts'
import type { Settings } from '../base/settings/settings.ts'

/** The data folder of the embedded PDS. */
export function folderOf({ dataDir }: Pick<Settings, 'dataDir'>, env: NodeJS.ProcessEnv): string {
  return env.PDS_DATA_DIRECTORY || join(dataDir, 'pds')
}

/** Its own database of accounts: there is a PDS where this file is. */
export function accountDatabaseOf(folder: string, env: NodeJS.ProcessEnv): string {
  return env.PDS_ACCOUNT_DB_LOCATION || join(folder, 'account.sqlite')
}

/** Where it has its data; `blobs` is null where they are not on a disk. */
export function placesOf(settings: Pick<Settings, 'dataDir'>, env: NodeJS.ProcessEnv) {
  const folder = folderOf(settings, env)
  return {
    accounts: accountDatabaseOf(folder, env),
    sequencer: env.PDS_SEQUENCER_DB_LOCATION || join(folder, 'sequencer.sqlite'),
    actors: env.PDS_ACTOR_STORE_DIRECTORY || join(folder, 'actors'),
    blobs: env.PDS_BLOBSTORE_S3_BUCKET
      ? null
      : env.PDS_BLOBSTORE_DISK_LOCATION || join(folder, 'blobs'),
  }
}

/** The folders of all data in files, at each of which a disk may be mounted. The data directory is the first. */
export function foldersOfData(
  settings: Pick<Settings, 'dataDir' | 'embeddedPds'>,
  env: NodeJS.ProcessEnv,
): string[] {
  const { dataDir } = settings
  const own = [dataDir, ...DATABASE_FOLDERS.map((folder) => join(dataDir, folder))]
  if (!settings.embeddedPds) return own
  const { accounts, sequencer, actors, blobs } = placesOf(settings, env)
  const ofPds = [folderOf(settings, env), dirname(accounts), dirname(sequencer), actors]
  return [...own, ...ofPds, ...(blobs === null ? [] : [blobs])]
}

/**
 * The folder of the data of the PDS in which a folder of backups is, so that both are lost at once; null where it is in none.
 * What is in the data folder itself is refused (`base/settings/backup_setting.ts`).
 */
export function pdsFolderAround(
  backups: string,
  settings: Pick<Settings, 'dataDir'>,
  env: NodeJS.ProcessEnv,
): string | null {
  const { accounts, actors, blobs } = placesOf(settings, env)
  if (!isThere(accounts)) return null
  const folders = [folderOf(settings, env), actors, blobs]
  return folders.find((each) => each !== null && leadsInside(each, backups)) ?? null
}

/** What to say of that. */
export const lostWithPds = (backups: string, pds: string): string =>
  `${backups} is in ${pds}, where the PDS inside has its data, and is lost with it`
