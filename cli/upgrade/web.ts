import { UPGRADE_LOOK } from '../../base/lifetimes.ts'
import { CliError } from '../errors.ts'
import type { ReleaseFiles } from './release.ts'

/**
 * Reads the files of the newest release where the settings say that they are.
 *
 * @param folder an address, such as `https://raw.githubusercontent.com/you/vestibule/main`
 * @throws {CliError} in words, where they are not there
 */
export async function askWeb(folder: string): Promise<ReleaseFiles> {
  const [packageJson, changelog] = await Promise.all(
    ['package.json', 'CHANGELOG.md'].map((name) => read(`${folder.replace(/\/$/, '')}/${name}`)),
  )
  return { packageJson: packageJson ?? '', changelog: changelog ?? '' }
}

async function read(url: string): Promise<string> {
  const fault = (what: string) =>
    new CliError(
      `What is newer could not be asked: ${url} ${what}; see that ENTRYWAY_UPGRADE_URL is right`,
    )
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(UPGRADE_LOOK) })
    if (!response.ok) throw fault(`answers ${response.status}`)
    return await response.text()
  } catch (err) {
    if (err instanceof CliError) throw err
    const { cause } = err as Error
    throw fault(
      `cannot be reached: ${cause instanceof Error ? cause.message : 'no answer in time'}`,
    )
  }
}
