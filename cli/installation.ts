import { join } from 'node:path'
import { isThere } from '../base/files/files.ts'
import { hasAccounts, loadSecrets, type Secrets } from '../base/secrets/secrets.ts'
import { readSettings, type Settings } from '../base/settings/settings.ts'
import { CliError, ExitCode } from './errors.ts'

/** The installation that a command works on: what `pnpm start` in this folder would run with. */
export type Installation = { settings: Settings; secrets: Secrets }

/**
 * @throws {SettingsError}
 * @throws {CliError} where there are no secrets: some would be made up, in the wrong place
 */
export async function openInstallation(): Promise<Installation> {
  const settings = readSettings(process.env)
  const file = join(settings.dataDir, 'secrets', 'dpop_secret.hex')
  if (!settings.given.dpopSecretHex && !isThere(file) && !hasAccounts(settings.dataDir)) {
    throw new CliError(
      `${settings.dataDir} holds no installation: its keys (secrets/) are not there. Run this where the program runs, with its ` +
        'settings and as its user, or begin with: vestibule init',
      ExitCode.wrongUsage,
    )
  }
  return { settings, secrets: await loadSecrets(settings) }
}

/**
 * For what works on files alone.
 *
 * @param instead what to do where the data are on an engine
 * @throws {CliError}
 */
export function assertInFiles({ settings }: Installation, instead: string): void {
  if (settings.database === 'file') return
  throw new CliError(`The data are on the engine: ${instead}`, ExitCode.wrongUsage)
}
