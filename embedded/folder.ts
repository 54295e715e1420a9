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
