import { join } from 'node:path'
import type { Settings } from '../base/settings.ts'

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
