import packageJson from '../../package.json' with { type: 'json' }
import { command } from '../command.ts'
import { INSTANCE } from '../doctor/instance.ts'
import { inputs } from '../inputs/index.ts'

/** That the program runs, which version, and with which data. */
export const show = command(inputs.status, async ({ services }) => ({
  version: packageJson.version,
  instance: INSTANCE,
  url: services.settings.publicUrl,
  did: services.settings.did,
  dataDir: services.settings.dataDir,
}))
