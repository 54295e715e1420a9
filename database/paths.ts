import { join } from 'node:path'
import { ACCOUNTS_FOLDER } from '../base/files/private_files.ts'
import type { Settings } from '../base/settings/settings.ts'

type DataFolder = Pick<Settings, 'dataDir'>

/** Where an actor's database lies; accounts are spread over folders. */
export const databasePath = {
  auth: (settings: DataFolder, partition: string) =>
    join(settings.dataDir, 'auth', `${partition}.sqlite`),
  limits: (settings: DataFolder, partition: string) =>
    join(settings.dataDir, 'limits', `${partition}.sqlite`),
  directory: (settings: DataFolder, part = 0) =>
    join(settings.dataDir, part === 0 ? 'directory.sqlite' : `directory-${part}.sqlite`),
  account: (settings: DataFolder, did: string) =>
    join(settings.dataDir, 'accounts', did.slice(-2), `${did.replaceAll(':', '_')}.sqlite`),
}

/** `did:plc:abc` is in `bc/did_plc_abc.sqlite`; the characters of a DID are those of DID Core, 3.1. */
const ACCOUNT = /^did_[a-z0-9]+_[\w.%-]+(?=\.sqlite$)/
const NUMBERED = /^\d+\.sqlite$/

/** Whether a file in a folder of accounts can be the database of one; any other file there is of no account. */
export function isAccountFile(folder: string, name: string): boolean {
  const end = ACCOUNT.exec(name)?.[0].slice(-2)
  return ACCOUNTS_FOLDER.test(folder) && folder.replaceAll(':', '_') === end
}

/** Whether a file beside the databases of auth actors can be that of one. */
export const isAuthFile = (name: string) => NUMBERED.test(name)
