import type { Settings } from '../../base/settings/settings.ts'
import { oldestWait } from '../../database/replication/replication_lag.ts'
import type { Replication } from './replication.ts'

/** Null with databases in files: nothing is replicated then. */
export function replicationOf({ database }: Pick<Settings, 'database'>): Replication | null {
  return database === 'engine' ? { oldestWait: oldestWait() } : null
}
