import { join } from 'node:path'
import type { Settings } from '../base/settings.ts'

type Place = Pick<Settings, 'dataDir'>

/** Where an actor's database lies; accounts are spread over folders. */
export const databasePath = {
  auth: (settings: Place, partition: string) =>
    join(settings.dataDir, 'auth', `${partition}.sqlite`),
  limits: (settings: Place, partition: string) =>
    join(settings.dataDir, 'limits', `${partition}.sqlite`),
  directory: (settings: Place, part = 0) =>
    join(settings.dataDir, part === 0 ? 'directory.sqlite' : `directory-${part}.sqlite`),
  account: (settings: Place, did: string) =>
    join(settings.dataDir, 'accounts', did.slice(-2), `${did.replaceAll(':', '_')}.sqlite`),
}
