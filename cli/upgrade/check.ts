import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { CliError } from '../errors.ts'
import { newEntries, type Section } from './changelog.ts'
import { changesOf, type DatabaseChange, versionsIn } from './databases.ts'
import { askClone } from './git.ts'
import { compareVersions, type Release, type ReleaseFiles, readRelease } from './release.ts'
import { askWeb } from './web.ts'

/** A release, and the commit where it is a clone's. */
type VersionAt = { version: string; commit: string | null }

export type UpgradeReport = {
  isNewer: boolean
  here: VersionAt
  /** The newest there is, and where that was found. */
  there: VersionAt & { from: string }
  /** How many commits it is ahead; null where it is not a clone that was asked. */
  commits: number | null
  changelog: Section[]
  /** Null where they are in an engine. */
  databases: DatabaseChange[] | null
  /** The stock PDS inside, which changes its own databases. */
  pds: { here: string; there: string } | null
}

export type CheckOptions = {
  /** The folder of the program. */
  root: string
  settings: Pick<Settings, 'dataDir' | 'database' | 'embeddedPds' | 'upgradeUrl'>
  onProgress: (done: number, total: number) => void
}

/**
 * What is newer than the program in `root`, and what it would change. Nothing is changed.
 *
 * @throws {CliError} in words, where that could not be asked
 */
export async function checkUpgrade(options: CheckOptions): Promise<UpgradeReport> {
  const { root, settings } = options
  const ours = await readHere(root)
  const asked = settings.upgradeUrl ? await fromWeb(settings.upgradeUrl) : await fromClone(root)
  const theirs = asked.files ? readRelease(asked.files, asked.from) : ours
  const changelog = newEntries(theirs.changelog, ours.changelog, ours.version)
  const order = compareVersions(theirs.version, ours.version)
  const isAhead = order > 0 || (order === 0 && changelog.length > 0)
  const isNewer = asked.commits === null ? isAhead : asked.commits > 0
  return {
    isNewer,
    here: { version: ours.version, commit: asked.here },
    there: { version: theirs.version, commit: asked.there, from: asked.from },
    commits: asked.commits,
    changelog: isNewer ? changelog : [],
    databases: databasesWith(theirs, options),
    pds: pdsOf(ours, theirs, settings.embeddedPds),
  }
}

/** What was found: no files where they are those here. */
type Asked = {
  from: string
  here: string | null
  there: string | null
  commits: number | null
  files: ReleaseFiles | null
}

async function fromWeb(url: string): Promise<Asked> {
  return { from: url, here: null, there: null, commits: null, files: await askWeb(url) }
}

async function fromClone(root: string): Promise<Asked> {
  if (!isThere(join(root, '.git'))) {
    throw new CliError(
      `${root} is no git clone, so nothing says where newer versions are: set ENTRYWAY_UPGRADE_URL (docs/deploy.md, "Upgrades")`,
    )
  }
  const { from, here, there, ahead } = await askClone(root)
  return { from, here, there, commits: ahead?.commits ?? 0, files: ahead?.files ?? null }
}

async function readHere(root: string): Promise<Release> {
  const [packageJson = '', changelog = ''] = await Promise.all(
    ['package.json', 'CHANGELOG.md'].map((name) => readFile(join(root, name), 'utf8')),
  )
  return readRelease({ packageJson, changelog }, root)
}

function databasesWith({ schemas }: Release, { settings, onProgress }: CheckOptions) {
  return settings.database === 'engine'
    ? null
    : changesOf(versionsIn(settings.dataDir, onProgress), schemas)
}

function pdsOf(ours: Release, theirs: Release, isInside: boolean): UpgradeReport['pds'] {
  return isInside && ours.pds && theirs.pds && ours.pds !== theirs.pds
    ? { here: ours.pds, there: theirs.pds }
    : null
}
