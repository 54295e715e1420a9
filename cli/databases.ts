import { makeTemporaryFolder } from '../base/files/temporary_folder.ts'
import type { Databases } from '../maintenance/databases/databases.ts'
import type { Installation } from './installation.ts'

/** Works on all databases of an installation, in files or on an engine; it may serve meanwhile. */
export async function withDatabases<T>(
  { settings, secrets }: Installation,
  work: (databases: Databases) => Promise<T>,
): Promise<T> {
  if (settings.rivetEndpoint === null) {
    const { databasesIn } = await import('../maintenance/databases/databases.ts')
    return work(databasesIn(settings.dataDir))
  }
  const { createLog } = await import('../base/watching/log.ts')
  const { engineClient } = await import('../actors/hosting/engine/connections.ts')
  const { ServingStorage } = await import('../actors/hosting/engine/serving_storage.ts')
  const { databasesOn } = await import('../maintenance/databases/engine_databases.ts')
  // Standard output is for the result, which may be JSON.
  const log = createLog(settings.logLevel, process.stderr)
  const client = engineClient(settings.rivetEndpoint, 'silent')
  const serving = new ServingStorage({ secrets, log }, client)
  const scratch = await makeTemporaryFolder('engine')
  try {
    return await work(await databasesOn(serving, scratch.path))
  } finally {
    await serving.close()
    await scratch.remove()
  }
}
