import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { type OwnActors, openOwnActors } from '../../cli/adopt/own_operator.ts'
import type { Installation } from '../../cli/installation.ts'
import { readPdsFile } from '../../cli/pds/env.ts'
import type { PdsHome } from '../../lab/world/servers/pds.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { adoptIn } from './stopped_pds.ts'

/** An adopted PDS, as it is when the program is stopped; its settings are in this process's environment. */
export type Adopted = {
  /** Holds the settings and data here, and those of the PDS. */
  path: string
  /** Where the PDS has its data. */
  pds: string
  installation: Installation
  actors: OwnActors
  remove(): Promise<void>
}

/** @param home of the PDS, of which a copy is adopted */
export async function makeAdopted(home: PdsHome): Promise<Adopted> {
  const folder = await makeTemporaryFolder('adopted')
  const { path } = folder
  const pds = join(path, 'pds')
  const remove = async () => {
    forgetSettings()
    await folder.remove()
  }
  try {
    cpSync(home.folder.path, pds, { recursive: true })
    await adoptIn(path)
    Object.assign(process.env, await readPdsFile(join(path, '.env')))
    const settings = readSettings(process.env)
    const installation = { settings, secrets: await loadSecrets(settings) }
    return { path, pds, installation, actors: openOwnActors(installation, 'machine'), remove }
  } catch (err) {
    await remove()
    throw err
  }
}

/** Takes all settings out of this process's environment. */
export function forgetSettings(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(ENTRYWAY|PDS)_/.test(name)) delete process.env[name]
  }
}
